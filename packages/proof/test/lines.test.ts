// Lines out of pieces: the same wherever the pieces were cut, and none kept that is too long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineSplitter, type Line } from '../src/index.ts'

const split = (pieces: readonly string[]): Line[] => {
  const splitter = new LineSplitter(8)
  return [...pieces.flatMap((piece) => splitter.push(Buffer.from(piece))), ...splitter.end()]
}
const told = (lines: readonly Line[]): (string | null)[] => lines.map(({ bytes }) => bytes && bytes.toString())

test('lines are numbered as editors count, empty ones too, wherever the pieces were cut', () => {
  const text = 'one\n\r\n\nnine bytes\nfour\n12345678\nfive'
  const whole = ['one', '\r', '', null, 'four', '12345678', 'five']
  for (let cut = 0; cut <= text.length; cut++) {
    const lines = split([text.slice(0, cut), text.slice(cut)])
    assert.deepEqual(told(lines), whole, `cut at ${cut}`)
    assert.deepEqual(
      lines.map(({ number }) => number),
      [1, 2, 3, 4, 5, 6, 7],
    )
  }
  assert.deepEqual(told(split(text.split(''))), whole)
})

test('behind the last newline is no line', () => {
  assert.deepEqual(told(split(['one\n'])), ['one'])
  assert.deepEqual(split([]), [])
})
