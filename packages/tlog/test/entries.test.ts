// Bundles of entries: what is written is read again, and nothing else is.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeEntries, encodeEntries, longestEntry, TlogError } from '../src/index.ts'

const malformed = (error: unknown) => error instanceof TlogError && error.code === 'ENTRIES_MALFORMED'

describe('a bundle', () => {
  it('is each length in two bytes, then the entry', () => {
    assert.deepEqual(encodeEntries([Buffer.from('ab'), new Uint8Array()]), Uint8Array.of(0, 2, 0x61, 0x62, 0, 0))
    assert.deepEqual([...encodeEntries([new Uint8Array(0x0102)]).subarray(0, 2)], [1, 2])
  })

  it('gives back what was put in', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 256 })
    fc.assert(fc.property(entries, (entries) => assert.deepEqual(decodeEntries(encodeEntries(entries), entries.length), entries)))
  })

  it('takes an entry of 65,535 bytes and none longer', () => {
    const longest = new Uint8Array(longestEntry).fill(7)
    assert.deepEqual(decodeEntries(encodeEntries([longest]), 1), [longest])
    assert.throws(() => encodeEntries([new Uint8Array(longestEntry + 1)]), malformed)
  })

  it('is refused with a byte too few or too many, or with another number of entries', () => {
    const bytes = encodeEntries([Buffer.from('one'), Buffer.from('two')])
    assert.throws(() => decodeEntries(bytes.subarray(0, -1), 2), malformed)
    assert.throws(() => decodeEntries(Uint8Array.of(...bytes, 0), 2), malformed)
    assert.throws(() => decodeEntries(bytes, 1), malformed)
    assert.throws(() => decodeEntries(bytes, 3), malformed)
  })

  it('of any bytes is a value or a refusal, and a value is those bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.constantFrom(0, 1, 2), { maxLength: 20 }).map((few) => Uint8Array.from(few)),
    )
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 5 }), (bytes, width) => {
        try {
          assert.deepEqual(encodeEntries(decodeEntries(bytes, width)), bytes)
        } catch (error) {
          assert.ok(malformed(error), String(error))
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('is read from where it lies in a larger buffer', () => {
    const around = Buffer.concat([Buffer.from('xx'), encodeEntries([Buffer.from('abc')]), Buffer.from('yy')])
    assert.deepEqual(decodeEntries(around.subarray(2, -2), 1), [Uint8Array.from(Buffer.from('abc'))])
  })
})
