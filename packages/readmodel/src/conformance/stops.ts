// Conformance: which changes of the feed are stops, as far as a row can know it.
import assert from 'node:assert/strict'
import { anna, bea, carl, minutes, type Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const tell = (type: string, at: number, over: Partial<Told> = {}): Told => ({ subject: anna, type, at, recordedAt: minutes(at), ...over })
const asked = { controller: 'campo', purposes: ['news'], after: 0n, to: 100n }
const none = { count: 0, oldest: null }

export const stopTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'a stop is a yes that became a no: neither a first refusal nor one no behind another', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    await world.tell([tell('ConsentRefused', 1), tell('ConsentRefused', 1, { subject: bea, data: { purpose: 'ads' } })])
    assert.deepEqual(await model.stops({ ...asked, purposes: ['news', 'ads'] }), none)
    await world.tell([tell('ConsentGiven', 2)])
    assert.deepEqual(await model.stops(asked), none)
    await world.tell([tell('ConsentWithdrawn', 3)])
    const { head } = await model.feed()
    assert.deepEqual(await model.stops(asked), { count: 1, oldest: minutes(3) })
    await world.tell([tell('ObjectionRecorded', 5)])
    assert.ok((await model.feed()).head > head, 'the feed tells the other no')
    assert.deepEqual(await model.stops(asked), { count: 1, oldest: minutes(3) })
    assert.deepEqual(await model.stops({ ...asked, after: head }), none)
    await world.tell([tell('IdentityLinked', 6, { data: { linkId: 'a', scheme: 'cookie', kind: 'device', commitment: 'a' } })])
    assert.deepEqual(await model.stops({ ...asked, after: head }), none, 'what is told again is stopped no second time')
    assert.deepEqual(await model.stops(asked), { count: 1, oldest: minutes(3) })
  })

  withPlace(newPlace, 'a yes behind a stop leaves nothing to be stopped', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    for (const [at, type] of ['ConsentGiven', 'ConsentWithdrawn', 'ConsentGiven'].entries()) await world.tell([tell(type, at + 1)])
    assert.deepEqual(await model.stops(asked), none)
    await world.tell([tell('ConsentWithdrawn', 4)])
    assert.deepEqual(await model.stops(asked), { count: 1, oldest: minutes(4) })
  })

  withPlace(newPlace, 'what time or a catalogue ended is a stop', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    world.clock = minutes(5)
    await world.tell([
      tell('ConsentGiven', 1, { data: { until: new Date(minutes(9)).toISOString() } }),
      tell('ConsentGiven', 1, { subject: bea }),
    ])
    await world.pass(minutes(10))
    assert.deepEqual(await model.stops(asked), { count: 1, oldest: minutes(9) })
    await world.tell([
      { controller: 'campo', type: 'PurposeRetired', at: 0, data: { purpose: 'news', from: '2026-11-01' }, recordedAt: minutes(8) },
    ])
    await world.fanOut()
    assert.equal((await model.stops(asked)).count, 2)
  })

  withPlace(newPlace, 'met as a no for the first time it is a stop if its reason speaks of a yes', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    // As a rebuild meets them: one judgement of all that happened.
    await world.tell([
      tell('ConsentGiven', 1),
      tell('ConsentWithdrawn', 3),
      tell('ConsentRefused', 4, { subject: bea }),
      tell('ObjectionRecorded', 5, { subject: carl }),
      tell('ConsentWithdrawn', 6, { subject: '5'.repeat(32), data: { controller: 'other' } }),
      tell('ConsentWithdrawn', 7, { subject: carl, data: { purpose: 'stats' } }),
    ])
    assert.deepEqual(await model.stops({ ...asked, purposes: ['news', 'stats'] }), { count: 2, oldest: minutes(3) })
    assert.deepEqual(await model.stops({ ...asked, purposes: [] }), none)
    const [first] = (await model.changes({ after: 0n, limit: 1 })).rows
    assert.deepEqual(first?.stopped, { n: 1n, at: minutes(3) })
    assert.equal((await model.stops({ ...asked, after: 1n })).count, 1)
    assert.equal((await model.stops({ ...asked, to: 1n })).count, 1)
  })
}
