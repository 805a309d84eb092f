// Conformance: all subjects of a controller judged again, page by page, through restarts and later changes of the catalogue.
import assert from 'node:assert/strict'
import type { ReadModel } from '../port.ts'
import { anna, bea, carl, minutes, subjects, type Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const yeses = subjects.map((subject): Told => ({ subject, type: 'ConsentGiven', at: 0, data: { channels: ['email', 'sms'] } }))
const retire = (purpose: string, recordedAt = minutes(30)): Told => ({
  controller: 'campo',
  type: 'PurposeRetired',
  at: 0,
  data: { purpose, from: '2026-11-01' },
  recordedAt,
})

const begun = async (model: ReadModel): Promise<World> => {
  const world = new World(model)
  await world.tell([...yeses, { subject: '5'.repeat(32), type: 'ConsentGiven', at: 0, data: { controller: 'other' } }])
  await world.tell([retire('news')])
  return world
}

export const fanOutTests = (newPlace: NewPlace): void => {
  withPlace(
    newPlace,
    'a change of the catalogue is owed to every subject of its controller, and none is changed by it at once',
    async ({ opened }) => {
      const model = await opened()
      assert.deepEqual(await model.fanOuts(), [])
      const world = await begun(model)
      const [running] = await model.fanOuts()
      assert.partialDeepStrictEqual(running, { controller: 'campo', causeAt: minutes(30), cursor: null })
      assert.deepEqual(await model.fanOuts(), [running])
      const { head } = await model.feed()
      assert.deepEqual(await model.subjectsAfter('campo', null, 2), [anna, bea])
      assert.deepEqual(await model.subjectsAfter('campo', bea, 2), [carl])
      assert.deepEqual(await model.subjectsAfter('campo', carl, 2), [])
      await world.fanOut()
      assert.deepEqual(await model.fanOuts(), [])
      const { rows } = await model.changes({ after: head, limit: 10 })
      assert.deepEqual(
        rows.map(({ subjectId, reason }) => [subjectId, reason]),
        subjects.flatMap((subjectId) => [
          [subjectId, 'PURPOSE_RETIRED'],
          [subjectId, 'PURPOSE_RETIRED'],
        ]),
      )
      assert.ok(rows.every(({ effectiveAt }) => effectiveAt >= minutes(30)))
    },
  )

  withPlace(newPlace, 'a fan-out goes on after a restart where it was, and changes nobody twice', async ({ opened }) => {
    const first = await opened()
    const world = await begun(first)
    await world.fanOut(1, 2)
    await first.close()
    const again = await opened()
    const [running] = await again.fanOuts()
    assert.equal(running?.cursor, bea)
    const { head } = await again.feed()
    const rest = await again.subjectsAfter('campo', bea, 10)
    await again.applyFanOut(
      running,
      rest.map((id) => world.judged(id, { causeAt: running.causeAt })),
      null,
    )
    assert.deepEqual(await again.fanOuts(), [])
    assert.equal((await again.changes({ after: head, limit: 10 })).rows.length, 2)
  })

  withPlace(newPlace, 'of two that fan out the second is told at each page and writes nothing', async ({ opened, rows }) => {
    const [one, two] = [await opened(), await opened()]
    const world = await begun(one)
    const [running] = await two.fanOuts()
    assert.ok(running)
    const page = [world.judged(anna, { causeAt: running.causeAt })]
    await one.applyFanOut(running, page, anna)
    const before = await rows()
    const other = [world.judged(bea, { causeAt: running.causeAt })]
    await assert.rejects(two.applyFanOut(running, other, bea), { code: 'CHECKPOINT_MOVED' })
    await assert.rejects(two.applyFanOut(running, other, null), { code: 'CHECKPOINT_MOVED' })
    assert.deepEqual(await rows(), before)
    assert.deepEqual(await one.fanOuts(), [{ ...running, cursor: anna }])
  })

  withPlace(
    newPlace,
    'a later change of the catalogue begins it anew, and the page that was being judged is not applied',
    async ({ opened, rows }) => {
      const model = await opened()
      const world = await begun(model)
      await world.fanOut(1, 1)
      const [running] = await model.fanOuts()
      assert.ok(running)
      const stale = [world.judged(bea, { causeAt: running.causeAt })]
      await world.tell([retire('ads', minutes(20))])
      const before = await rows()
      await assert.rejects(model.applyFanOut(running, stale, bea), { code: 'CHECKPOINT_MOVED' })
      assert.deepEqual(await rows(), before)
      const [anew] = await model.fanOuts()
      assert.partialDeepStrictEqual(anew, { controller: 'campo', causeAt: minutes(30), cursor: null })
      assert.ok(anew && anew.run > running.run)
      await world.fanOut()
      // Nor is a page of one that ended taken for a page of the next.
      await world.tell([retire('stats')])
      await assert.rejects(model.applyFanOut(anew, [], null), { code: 'CHECKPOINT_MOVED' })
    },
  )

  withPlace(newPlace, 'controllers wait for each other in the order in which they began', async ({ opened }) => {
    const model = await opened()
    const world = await begun(model)
    await world.tell([{ ...retire('news'), controller: 'other' }])
    assert.deepEqual(
      (await model.fanOuts()).map(({ controller }) => controller),
      ['campo', 'other'],
    )
    await world.tell([retire('ads')])
    assert.equal((await model.fanOuts())[0]?.controller, 'other')
    await world.fanOut()
    const [row] = await model.verdicts({ controller: 'other', purpose: 'news', channel: 'email', subjectIds: ['5'.repeat(32)] })
    assert.equal(row?.reason, 'PURPOSE_RETIRED')
  })

  withPlace(newPlace, 'a rebuild ends it, also for whoever was in the middle', async ({ opened }) => {
    const model = await opened()
    const world = await begun(model)
    const [running] = await model.fanOuts()
    assert.ok(running)
    await model.reset()
    assert.deepEqual(await model.fanOuts(), [])
    await assert.rejects(model.applyFanOut(running, [world.judged(anna)], anna), { code: 'CHECKPOINT_MOVED' })
    // The same events begin another.
    const again = await begun(model)
    await assert.rejects(model.applyFanOut(running, [again.judged(anna)], anna), { code: 'CHECKPOINT_MOVED' })
    await again.fanOut()
    assert.deepEqual(await model.fanOuts(), [])
  })
}
