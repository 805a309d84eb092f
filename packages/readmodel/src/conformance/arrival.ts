// Conformance: the order in which events arrive never matters, and a rebuild from zero gives the rows that live following gave.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { applyAll, nothing, withPlace, type NewPlace } from './setting.ts'
import { arrivingAs, histories } from './history.ts'

const runs = { numRuns: 30 }
const shuffled = histories.chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.shuffledSubarray(events, { minLength: events.length }),
    size: fc.integer({ min: 1, max: 50 }),
  }),
)

export const arrivalTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'any order of arrival, in groups of any size, gives the same rows', async ({ opened, rows }) => {
    const model = await opened()
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ events, order, size }) => {
        await model.reset()
        await applyAll(model, events, 3)
        const straight = await rows()
        await model.reset()
        await applyAll(model, arrivingAs(events, order), size)
        assert.deepEqual(await rows(), straight)
      }),
      runs,
    )
  })

  withPlace(newPlace, 'a rebuild from zero gives the rows that live following gave', async ({ opened, rows }) => {
    const model = await opened()
    await fc.assert(
      fc.asyncProperty(histories, async (events) => {
        await model.reset()
        await applyAll(model, events, 3)
        const live = await rows()
        await model.reset()
        assert.equal(await model.checkpoint(), -1n)
        assert.deepEqual(await rows(), nothing)
        await applyAll(model, events, 50)
        assert.deepEqual(await rows(), live)
      }),
      runs,
    )
  })
}
