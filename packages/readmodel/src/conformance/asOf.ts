// Conformance: as of when a page holds, and that it is of one epoch.
import assert from 'node:assert/strict'
import type { ReadModel } from '../port.ts'
import { anna, bea, instant, minutes, type Told } from './history.ts'
import { withPlace, type NewPlace } from './setting.ts'
import { World } from './world.ts'

const yes = (subject: string, over: Partial<Told> = {}): Told => ({ subject, type: 'ConsentGiven', at: 0, ...over })
const stranger = '5'.repeat(32)
const retired: Told = {
  controller: 'campo',
  type: 'PurposeRetired',
  at: 0,
  data: { purpose: 'news', from: '2026-11-01' },
  recordedAt: minutes(30),
}

/** What each page says it is as of. */
const told = async (model: ReadModel, controller = 'campo') => {
  const pages = [model.changes({ controller, after: 0n, limit: 10 }), model.listAnswers({ controller, limit: 10 })]
  const restrictions = model.listRestrictions({ controller, limit: 10 })
  return (await Promise.all([...pages, restrictions])).map(({ asOf }) => asOf)
}
const all = (at: number | null) => [at, at, at]

export const asOfTests = (newPlace: NewPlace): void => {
  withPlace(newPlace, 'a page says of which epoch it is, and how far that has come', async ({ opened }) => {
    const model = await opened()
    await new World(model).tell([yes(anna), yes(bea)])
    const { head } = await model.feed()
    const { rows, ...page } = await model.changes({ after: 0n, limit: 1 })
    assert.deepEqual(page, { ...(await model.feed()), next: 1n, asOf: null })
    assert.equal(rows.length, 1)
    await model.noteAsOf(minutes(61))
    await model.newEpoch()
    assert.deepEqual(await model.changes({ after: head, limit: 1 }), { ...(await model.feed()), rows: [], next: head, asOf: minutes(61) })
  })

  withPlace(newPlace, 'while subjects are judged again a page is as of before what made that necessary', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    await world.tell([yes(anna), yes(bea), yes(stranger, { data: { controller: 'other' } })])
    await world.tell([retired])
    await model.noteAsOf(minutes(61))
    assert.deepEqual(await told(model), all(minutes(30) - 1))
    assert.equal((await model.changes({ after: 0n, limit: 1 })).asOf, minutes(30) - 1)
    assert.deepEqual(await told(model, 'other'), all(minutes(61)), 'of another controller')
    await world.fanOut(1, 1)
    assert.deepEqual(await told(model), all(minutes(30) - 1))
    await world.fanOut()
    assert.deepEqual(await told(model), all(minutes(61)))
  })

  withPlace(newPlace, 'what came due and was not judged again holds a page back, what is due later does not', async ({ opened }) => {
    const model = await opened()
    const world = new World(model)
    world.clock = minutes(1)
    await world.tell([yes(anna, { data: { until: instant(20) } }), yes(bea, { data: { until: instant(50) } })])
    await model.noteAsOf(minutes(19))
    assert.deepEqual(await told(model), all(minutes(19)))
    // Down for some time.
    await model.noteAsOf(minutes(40))
    assert.deepEqual(await told(model), all(minutes(20) - 1))
    await world.pass(minutes(40))
    assert.deepEqual(await told(model), all(minutes(40)))
  })

  withPlace(newPlace, 'a page that a rebuild overtakes is of the new epoch, or whole', async ({ opened }) => {
    const [reader, rebuilder] = [await opened(), await opened()]
    const many = Array.from({ length: 300 }, (_, n) => yes(n.toString(16).padStart(32, '0')))
    for (let round = 0; round < 5; round++) {
      await rebuilder.checkpoint()
      await new World(rebuilder).tell(many, 300)
      await rebuilder.noteAsOf(minutes(61))
      const asked = { after: 0n, limit: 1000 }
      const whole = await reader.changes(asked)
      assert.equal(whole.rows.length, 600)
      const [page] = await Promise.all([reader.changes(asked), rebuilder.reset()])
      if (page.epoch === whole.epoch) assert.deepEqual(page, whole)
      else assert.deepEqual([page.rows, page.head, page.asOf], [[], 0n, null])
    }
  })
}
