// What a log asks of a witness, to the byte. C2SP tlog-witness.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { consistencyProof, formatAddCheckpoint, parseAddCheckpoint, TlogError, verifyConsistency } from '../src/index.ts'
import { cosigned, size, tree } from './given.ts'
import { naiveReader } from './naiveTiles.ts'

const proof = await consistencyProof(naiveReader(tree), { from: 9n, to: size })
const text = formatAddCheckpoint({ old: 9n, proof, note: cosigned })

describe('a request to add a tree head', () => {
  it('is the old size, the proof, an empty line and the tree head', () => {
    assert.equal(text, `old 9\n${proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('')}\n${cosigned}`)
    const parsed = parseAddCheckpoint(text)
    assert.deepEqual(parsed, { old: 9n, proof, note: cosigned })
    verifyConsistency({ from: 9n, to: size, fromRoot: tree(0n, 9n), toRoot: tree(0n, size), proof: parsed.proof })
  })

  it('has no proof from the empty tree', () => {
    assert.equal(formatAddCheckpoint({ old: 0n, proof: [], note: cosigned }), `old 0\n\n${cosigned}`)
    assert.deepEqual(parseAddCheckpoint(`old 0\n\n${cosigned}`), { old: 0n, proof: [], note: cosigned })
  })

  const hash = Buffer.alloc(32).toString('base64')
  for (const [what, broken] of [
    ['nothing', ''],
    ['no old size', text.replace('old 9\n', '')],
    ['a size with a zero before it', text.replace('old 9', 'old 09')],
    ['a size below nothing', text.replace('old 9', 'old -9')],
    ['a size of 2^63', text.replace('old 9', `old ${1n << 63n}`)],
    ['another word', text.replace('old', 'size')],
    ['a line that is no hash', text.replace('old 9', 'old 9\nAAAA')],
    ['64 hashes', text.replace('old 9', `old 9${`\n${hash}`.repeat(64)}`)],
    ['a carriage return', text.replace('old 9', 'old 9\r')],
  ] as const)
    it(`is none with ${what}`, () => {
      assert.throws(
        () => parseAddCheckpoint(broken),
        (error) => error instanceof TlogError && error.code === 'REQUEST_MALFORMED',
      )
    })

  it('may have 63 hashes, of which none is checked', () => {
    assert.equal(parseAddCheckpoint(text.replace('old 9', `old 9${`\n${hash}`.repeat(63 - proof.length)}`)).proof.length, 63)
  })
})
