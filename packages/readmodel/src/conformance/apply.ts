// Conformance: a group of events and its checkpoint are applied both or neither.
import assert from 'node:assert/strict'
import { isPassing } from '@consent-ledger/domain'
import { anna, idOf, recorded } from './history.ts'
import type { Told } from './history.ts'
import { nothing, withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const five: Told[] = [0, 1, 2, 3, 4].map((at) => ({
  type: at % 2 === 0 ? 'ConsentGiven' : 'ConsentRefused',
  at,
  data: { purpose: `p${at}` },
}))

export const applyTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'a group that fails in its middle leaves nothing, and is applied whole afterwards', async (place) => {
    const model = await place.opened()
    const world = new World(model)
    const events = world.record([
      ...five,
      { controller: 'campo', type: 'PurposeRetired', at: 5, data: { purpose: 'ads', from: '2030-01-01' } },
    ])
    const allow = await place.refuse(idOf('event 2'))
    await assert.rejects(model.apply(world.group(events), 5n), (error) => !isPassing(error))
    assert.deepEqual(await place.rows(), nothing)
    assert.equal(await model.checkpoint(), -1n)
    assert.deepEqual(await model.fanOuts(), [])
    await allow()
    await model.apply(world.group(events), 5n)
    assert.equal(await model.checkpoint(), 5n)
    assert.equal((await model.listAnswers({ controller: 'campo', limit: 100 })).answers.length, 5)
    assert.equal((await model.fanOuts())[0]?.controller, 'campo')
  })

  withPlace(newPlace, 'what was judged without a group is applied both or neither, too', async (place) => {
    const model = await place.opened()
    const world = new World(model)
    world.group(world.record(five))
    const allow = await place.refuse(idOf('event 2'))
    await assert.rejects(model.applyJudged([world.judged(anna)]), (error) => !isPassing(error))
    assert.deepEqual(await place.rows(), nothing)
    await allow()
    await model.applyJudged([world.judged(anna)])
    assert.equal((await place.rows()).eligibility.length, 5)
    assert.equal(await model.checkpoint(), -1n)
  })

  withPlace(newPlace, 'an event of a stream that is none stops the whole group', async ({ opened, rows }) => {
    const model = await opened()
    const world = new World(model)
    const events = world.record([...five, { subject: 'nobody', type: 'NoticeShown', at: 6 }])
    await assert.rejects(model.apply({ ...world.group(events.slice(0, 5)), events }, 5n), { code: 'INTEGRITY' })
    assert.deepEqual(await rows(), nothing)
    assert.equal(await model.checkpoint(), -1n)
  })

  withPlace(newPlace, 'events out of their global order are refused', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    const events = world.record(five)
    await assert.rejects(model.apply({ ...world.group(events), events: events.toReversed() }, 4n), { code: 'INTEGRITY' })
    await assert.rejects(model.apply(world.group(events), 3n), { code: 'INTEGRITY' })
    await model.apply(world.group(events.slice(0, 2)), 1n)
    await assert.rejects(model.apply(world.group(events), 4n), { code: 'INTEGRITY' })
    assert.equal(await model.checkpoint(), 1n)
  })

  withPlace(newPlace, 'positions and revisions beyond what a double can hold stay exact', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    const far = 2n ** 60n + 1n
    const [event] = recorded([{ type: 'ConsentGiven', at: 0 }])
    assert.ok(event)
    await model.apply(world.group([{ ...event, position: far, revision: far + 2n }]), far)
    assert.deepEqual(await (await opened()).progress(), { checkpoint: far, asOf: null })
    const { answers } = await model.listAnswers({ controller: 'campo', limit: 1 })
    assert.deepEqual([answers[0]?.answerRevision, answers[0]?.revision], [far + 2n, far + 2n])
    await model.apply({ events: [{ ...event, position: far + 1n }], subjects: [], rejudge: [] }, far + 1n)
    assert.equal(await model.checkpoint(), far + 1n)
  })

  withPlace(newPlace, 'what is applied and what is asked survive a restart', async ({ opened, rows }) => {
    const first = await opened()
    await new World(first).tell(five)
    await first.noteAsOf(1_795_000_000_000)
    const [before, feed] = [await rows(), await first.feed()]
    await first.close()
    await assert.rejects(first.progress(), { code: 'STORE_UNAVAILABLE' })
    await assert.rejects(first.apply({ events: [], subjects: [], rejudge: [] }, 5n), { code: 'STORE_UNAVAILABLE' })
    await assert.rejects(first.applyJudged([]), { code: 'STORE_UNAVAILABLE' })
    const again = await opened()
    assert.deepEqual(await again.progress(), { checkpoint: 4n, asOf: 1_795_000_000_000 })
    assert.deepEqual(await again.feed(), feed)
    assert.deepEqual(await rows(), before)
  })
}
