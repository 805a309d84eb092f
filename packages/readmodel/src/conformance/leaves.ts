// Conformance: where the log has each event, known leaf after leaf, apart from what is applied of the events themselves.
import assert from 'node:assert/strict'
import type { Leaf, ReadModel } from '../port.ts'
import { anna, bea } from './history.ts'
import { nothing, withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const leaf = (stream: string, revision: bigint, leafIndex: bigint): Leaf => ({ stream, revision, leafIndex })
const five: Leaf[] = [
  leaf('ledger', 0n, 0n),
  leaf(`subject-${anna}`, 0n, 1n),
  leaf(`subject-${bea}`, 0n, 2n),
  leaf(`subject-${anna}`, 1n, 3n),
  leaf('controller-campo', 0n, 4n),
]
const placesOf = (model: ReadModel, leaves: readonly Leaf[]): Promise<(bigint | null)[]> =>
  Promise.all(leaves.map(({ stream, revision }) => model.leafIndexOf(stream, revision)))

export const leavesTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'each event is found where the log has it, and no other', async ({ opened }) => {
    const model = await opened()
    assert.equal(await model.logSize(), 0n)
    await model.applyLeaves(0n, five.slice(0, 2), 2n)
    await model.applyLeaves(2n, five.slice(2), 5n)
    assert.equal(await model.logSize(), 5n)
    assert.deepEqual(await placesOf(model, five), [0n, 1n, 2n, 3n, 4n])
    assert.equal(await model.leafIndexOf(`subject-${anna}`, 2n), null)
    assert.equal(await model.leafIndexOf('operators', 0n), null)
  })

  withPlace(newPlace, 'a stream is never taken for a subject whose id has the same bytes', async ({ opened }) => {
    const model = await opened()
    const sixteen = 'controller-abcde'
    const alike = `subject-${Buffer.from(sixteen, 'utf8').toString('hex')}`
    await model.applyLeaves(0n, [leaf(sixteen, 0n, 0n), leaf(alike, 0n, 1n)], 2n)
    assert.deepEqual(await placesOf(model, [leaf(sixteen, 0n, 0n), leaf(alike, 0n, 1n)]), [0n, 1n])
    await assert.rejects(model.applyLeaves(2n, [leaf('subject-nobody', 0n, 2n)], 3n), { code: 'INTEGRITY' })
  })

  withPlace(newPlace, 'of two that note leaves the second is told and writes nothing', async ({ opened }) => {
    const [one, two] = [await opened(), await opened()]
    await one.applyLeaves(0n, five.slice(0, 3), 3n)
    await assert.rejects(two.applyLeaves(0n, five, 5n), { code: 'CHECKPOINT_MOVED' })
    assert.equal(await two.logSize(), 3n)
    assert.deepEqual(await placesOf(two, five), [0n, 1n, 2n, null, null])
    await two.applyLeaves(3n, five.slice(3), 5n)
    assert.deepEqual(await placesOf(one, five), [0n, 1n, 2n, 3n, 4n])
  })

  withPlace(newPlace, 'leaves that leave one out, repeat one or stand in another order are refused', async ({ opened }) => {
    const model = await opened()
    for (const wrong of [five.slice(1), [...five.slice(0, 4), ...five.slice(3, 4)], five.toReversed(), five.slice(0, 4)])
      await assert.rejects(model.applyLeaves(0n, wrong, 5n), { code: 'INTEGRITY' })
    assert.equal(await model.logSize(), 0n)
    assert.deepEqual(await placesOf(model, five), [null, null, null, null, null])
  })

  withPlace(newPlace, 'events and leaves are applied apart, and a rebuild empties both', async ({ opened, rows }) => {
    const model = await opened()
    await model.applyLeaves(0n, five, 5n)
    assert.equal(await model.checkpoint(), -1n)
    await new World(model).tell([{ type: 'ConsentGiven', at: 1 }])
    assert.equal(await model.logSize(), 5n)
    await model.reset()
    assert.deepEqual(await rows(), nothing)
    assert.equal(await model.logSize(), 0n)
    assert.deepEqual(await placesOf(model, five), [null, null, null, null, null])
    await assert.rejects(model.applyLeaves(5n, [leaf('ledger', 1n, 5n)], 6n), { code: 'CHECKPOINT_MOVED' })
    await model.applyLeaves(0n, five, 5n)
    assert.deepEqual(await placesOf(model, five), [0n, 1n, 2n, 3n, 4n])
  })

  withPlace(newPlace, 'sizes and places beyond what a double can hold stay exact, also after a restart', async ({ opened, meddle }) => {
    const model = await opened()
    const far = 2n ** 60n + 1n
    await meddle(`update meta set log_size = ${far}`)
    await model.applyLeaves(far, [leaf(`subject-${anna}`, far + 2n, far)], far + 1n)
    await model.close()
    await assert.rejects(model.logSize(), { code: 'STORE_UNAVAILABLE' })
    const again = await opened()
    assert.equal(await again.logSize(), far + 1n)
    assert.equal(await again.leafIndexOf(`subject-${anna}`, far + 2n), far)
  })

  withPlace(newPlace, 'one of an earlier schema version is emptied, and follows events and log from their beginning', async (place) => {
    const model = await place.opened()
    const before = await model.feed()
    await model.close()
    await place.backToSecond()
    const migrated = await place.opened()
    assert.deepEqual(await place.rows(), nothing)
    assert.deepEqual(await migrated.progress(), { checkpoint: -1n, asOf: null })
    assert.equal(await migrated.logSize(), 0n)
    assert.deepEqual(await placesOf(migrated, five), [null, null, null, null, null])
    assert.ok((await migrated.feed()).epoch > before.epoch)
    await new World(migrated).tell([{ type: 'ConsentGiven', at: 1 }])
    await migrated.applyLeaves(0n, five, 5n)
    assert.deepEqual(await placesOf(migrated, five), [0n, 1n, 2n, 3n, 4n])
  })
}
