// The order in which events arrive never matters, and a rebuild from zero gives the rows that live following gave.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyAll, opened, rowsIn, scratchFile } from './scratch.ts'
import { arrivingAs, histories } from './history.ts'

const runs = { numRuns: 60 }
const shuffled = histories.chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.shuffledSubarray(events, { minLength: events.length }),
    size: fc.integer({ min: 1, max: 50 }),
  }),
)

test('any order of arrival gives the same rows', async (t) => {
  const [one, two] = [scratchFile(t), scratchFile(t)]
  const [straight, mixed] = [await opened(t, one), await opened(t, two)]
  await fc.assert(
    fc.asyncProperty(shuffled, async ({ events, order, size }) => {
      await straight.reset()
      await mixed.reset()
      await applyAll(straight, events)
      await applyAll(mixed, arrivingAs(events, order), size)
      assert.deepEqual(rowsIn(two), rowsIn(one))
    }),
    runs,
  )
})

test('a rebuild from zero gives the rows that live following gave', async (t) => {
  const file = scratchFile(t)
  const model = await opened(t, file)
  await fc.assert(
    fc.asyncProperty(histories, async (events) => {
      await model.reset()
      await applyAll(model, events, 1)
      const live = rowsIn(file)
      await model.reset()
      assert.equal(await model.checkpoint(), -1n)
      assert.deepEqual(rowsIn(file), [[], [], []])
      await applyAll(model, events, 50)
      assert.deepEqual(rowsIn(file), live)
    }),
    runs,
  )
})
