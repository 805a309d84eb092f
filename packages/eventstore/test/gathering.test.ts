// How long events gather behind a group: hardly behind one act, up to a bound behind many, not at all where more is there.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { gatheringBehind } from '../src/gathering.ts'

it('the fewer a group held, the sooner the next one is applied', () => {
  const waits = [1, 2, 4, 8, 100].map((events) => gatheringBehind(events, false))
  assert.deepEqual(
    waits,
    waits.toSorted((a, b) => a - b),
  )
  assert.ok((waits[0] ?? 0) < (waits[2] ?? 0))
})

it('however many it held, the wait is bounded', () => {
  assert.equal(gatheringBehind(249, false), gatheringBehind(100, false))
})

it('a full group has more behind it: nothing is waited for', () => {
  assert.equal(gatheringBehind(250, true), 0)
})
