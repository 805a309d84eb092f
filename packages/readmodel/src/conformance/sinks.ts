// Conformance: one sender of the feed at a time, and a place that only who holds the sink moves.
import assert from 'node:assert/strict'
import type { ReadModel } from '../port.ts'
import { withPlace, type NewPlace } from './setting.ts'

const placed = async (model: ReadModel, n: bigint) => ({ epoch: (await model.feed()).epoch, n })

export const sinkTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'a sink is held by one, kept by who holds it, and taken once its time is over', async ({ opened }) => {
    const [one, two] = [await opened(), await opened()]
    const beginning = await placed(one, 0n)
    assert.deepEqual(await one.takeSink('kafka', 'one', 0, 10), beginning)
    assert.equal(await two.takeSink('kafka', 'two', 9, 19), null)
    assert.deepEqual(await two.takeSink('other', 'two', 9, 19), beginning)
    assert.deepEqual(await one.takeSink('kafka', 'one', 9, 20), beginning)
    assert.equal(await two.takeSink('kafka', 'two', 19, 29), null)
    assert.deepEqual(await two.takeSink('kafka', 'two', 20, 30), beginning)
    assert.equal(await one.takeSink('kafka', 'one', 29, 39), null)
  })

  withPlace(newPlace, 'of many that take a sink at once one has it', async ({ opened }) => {
    const models = [await opened(), await opened(), await opened()]
    const places = await Promise.all(models.map((model, n) => model.takeSink('kafka', `holder ${n}`, 0, 10)))
    assert.equal(places.filter((place) => place !== null).length, 1)
  })

  withPlace(newPlace, 'a sink moves from the place where it is, and only for who holds it', async ({ opened }) => {
    const [one, two] = [await opened(), await opened()]
    const place = await one.takeSink('kafka', 'one', 0, 10)
    assert.ok(place)
    assert.equal(await one.moveSink('kafka', 'one', place, 5n), true)
    assert.equal(await one.moveSink('kafka', 'one', place, 6n), false, 'the place is another')
    assert.equal(await one.moveSink('kafka', 'two', { ...place, n: 5n }, 6n), false, 'the holder is another')
    assert.equal(await one.moveSink('nobody', 'one', place, 1n), false)
    assert.deepEqual(await two.takeSink('kafka', 'two', 10, 20), { ...place, n: 5n })
    assert.equal(await one.moveSink('kafka', 'one', { ...place, n: 5n }, 9n), false, 'it was lost meanwhile')
    assert.equal(await two.moveSink('kafka', 'two', { ...place, n: 5n }, 9n), true)
  })

  withPlace(newPlace, 'a sink is put back to where a lost sender began, and never forward', async ({ opened }) => {
    const model = await opened()
    const place = await model.takeSink('kafka', 'one', 0, 10)
    assert.ok(place)
    await model.moveSink('kafka', 'one', place, 8n)
    await model.rewindSink('kafka', { ...place, n: 9n })
    assert.deepEqual(await model.takeSink('kafka', 'one', 1, 10), { ...place, n: 8n })
    await model.rewindSink('kafka', { ...place, n: 3n })
    await model.rewindSink('nobody', place)
    assert.deepEqual(await model.takeSink('kafka', 'one', 1, 10), { ...place, n: 3n })
    assert.equal(await model.moveSink('kafka', 'one', { ...place, n: 8n }, 9n), false)
  })

  withPlace(newPlace, 'in a new epoch a sink begins anew, and nothing of an older one moves it', async ({ opened }) => {
    const model = await opened()
    const old = await model.takeSink('kafka', 'one', 0, 10)
    assert.ok(old)
    await model.moveSink('kafka', 'one', old, 8n)
    await model.newEpoch()
    assert.equal(await model.moveSink('kafka', 'one', { ...old, n: 8n }, 9n), false)
    const beginning = await placed(model, 0n)
    assert.deepEqual(await model.takeSink('kafka', 'one', 1, 10), beginning)
    await model.moveSink('kafka', 'one', beginning, 4n)
    // What was sent by the old epoch may have come late: all of this one is to come after it.
    await model.rewindSink('kafka', { ...old, n: 8n })
    assert.deepEqual(await model.takeSink('kafka', 'one', 1, 10), beginning)
    await model.moveSink('kafka', 'one', beginning, 4n)
    await model.reset()
    assert.deepEqual(await model.takeSink('kafka', 'one', 1, 10), await placed(model, 0n))
    assert.equal(await model.takeSink('kafka', 'two', 1, 10), null, 'a rebuild takes nobody a sink away')
  })
}
