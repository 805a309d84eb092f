// Conformance: how events are grouped never matters, and a rebuild from zero gives the verdicts and answers that live following gave.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { minutes, histories } from './history.ts'
import { nothing, stateOf, withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const runs = { numRuns: 30 }

export const arrivalTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'groups of any size give the same rows', async ({ opened, rows }) => {
    const model = await opened()
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 50 }), async (told, size) => {
        await model.reset()
        await new World(model).tell(told, 3)
        const straight = stateOf(await rows())
        await model.reset()
        await new World(model).tell(told, size)
        assert.deepEqual(stateOf(await rows()), straight)
      }),
      runs,
    )
  })

  withPlace(
    newPlace,
    'a rebuild from zero gives the rows that live following gave, whatever came due meanwhile',
    async ({ opened, rows }) => {
      const model = await opened()
      await fc.assert(
        fc.asyncProperty(histories, async (told) => {
          await model.reset()
          const live = new World(model)
          live.clock = minutes(1)
          const events = await live.tell(told, 1)
          await live.pass(minutes(20))
          const followed = stateOf(await rows())
          await model.reset()
          assert.equal(await model.checkpoint(), -1n)
          assert.deepEqual(await rows(), nothing)
          const rebuilt = new World(model)
          rebuilt.clock = minutes(20)
          await rebuilt.apply(events, 50)
          assert.deepEqual(stateOf(await rows()), followed)
        }),
        runs,
      )
    },
  )
}
