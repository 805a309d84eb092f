// Back-off: longer after each failure, bounded, and not the same for everybody.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { backOff } from '../../src/esdb/patience.ts'

it('doubles, stays under a second, and half of it is by chance', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), (failures) => {
      const most = Math.min(40 * 2 ** (failures - 1), 1_000)
      const wait = backOff(failures)
      assert.ok(wait >= most / 2 && wait <= most)
    }),
  )
  assert.ok(new Set(Array.from({ length: 50 }, () => backOff(5))).size > 1)
})
