// One change of the catalogue concerns everybody: all subjects are judged again in pages, once, whatever fails, stops or comes between.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { iso } from '@consent-ledger/domain'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import type { ReadModel } from '@consent-ledger/readmodel'
import { catalogue, hour, minute, now, publish, purpose, record } from './history.ts'
import { failing, handTicker, heard, level, liveOf, opened, running, scratchFile, until, type Running, type Step } from './scene.ts'

const people = 600
const changedAt = now - minute

const letters = purpose('letters', { legalBasis: 'legitimate-interest', channels: ['post'] })
const cards = purpose('cards', { legalBasis: 'legitimate-interest', channels: ['post'] })
const news = purpose('news')

const storeOf = async (): Promise<MemoryEventStore> => {
  const store = new MemoryEventStore()
  await publish(store, catalogue([news]))
  for (let n = 0; n < people; n++) await record(store, n, { at: now - hour })
  return store
}

const settled = async (scene: Running, readModel: ReadModel): Promise<void> => {
  await until(scene, async () => (await readModel.fanOuts()).length === 0)
}

/** How many rows of each purpose say what, and since when. */
const told = async (readModel: ReadModel): Promise<unknown> => {
  const counts: Record<string, number> = {}
  const { rows } = await readModel.changes({ after: 0n, limit: 10_000 })
  for (const { purpose: of, reason, effectiveAt } of rows) {
    const what = `${of} ${reason} ${iso(effectiveAt)}`
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}
const given = `news CONSENT_GIVEN ${iso(now - hour)}`
const lettersToAll = { [given]: people, [`letters LEGITIMATE_INTEREST ${iso(changedAt)}`]: people }

/** A projector that is level before anything changes. Nobody ticks. */
const before = async (t: TestContext, store: MemoryEventStore, readModel: ReadModel): Promise<Running> => {
  const scene = await running(t, { store, readModel, ticker: handTicker().ticker })
  await level(scene, store)
  await settled(scene, readModel)
  return scene
}

test('a new purpose by legitimate interest reaches everybody, in pages, at once and each key once', async (t) => {
  const [store, model] = [await storeOf(), await opened(t)]
  let pages = 0
  const readModel = heard(model, (step, when) => {
    if (step === 'applyFanOut' && when === 'after') pages++
  })
  const scene = await before(t, store, readModel)
  const [done, { head }] = [pages, await model.feed()]
  await publish(store, catalogue([news, letters]), changedAt)
  await level(scene, store)
  await settled(scene, model)
  assert.deepEqual(await told(model), lettersToAll)
  assert.equal(pages - done, 3)
  assert.equal((await model.feed()).head, head + BigInt(people))
  await until(scene, () => scene.projector.rejudged().fanOut === null)
})

test('a change that concerns nobody tells nothing', async (t) => {
  const [store, model] = [await storeOf(), await opened(t)]
  const scene = await before(t, store, model)
  const feed = await model.feed()
  await publish(store, catalogue([purpose('news', { text: { fr: { title: 'Lettre', description: 'x' } }, version: 2 })]), changedAt)
  await level(scene, store)
  await settled(scene, model)
  assert.deepEqual(await model.feed(), feed)
})

const steps: Step[] = ['fanOuts', 'subjectsAfter', 'applyFanOut', 'due']
for (const step of steps) {
  for (const applied of [false, true]) {
    test(`${step} ${applied ? 'fails although it was done' : 'fails'} on the way: gone on with from the cursor, and each key is told once`, async (t) => {
      for (const nth of step === 'applyFanOut' ? [1, 2, 3] : [2]) {
        const [store, model] = [await storeOf(), await opened(t)]
        await (await before(t, store, model)).projector.stop()
        await publish(store, catalogue([news, letters]), changedAt)
        const scene = await running(t, { store, readModel: failing(model, step, nth, applied) })
        await level(scene, store)
        await settled(scene, model)
        assert.deepEqual(await told(model), lettersToAll)
        assert.equal((await model.feed()).head, BigInt(2 * people))
        await until(scene, () => scene.warnings.length > 0)
        assert.deepEqual(scene.warnings, ['what came due is told late, trying again'])
        await scene.projector.stop()
      }
    })
  }
}

/** Leaves a fan-out behind whose first page is applied, as a killed process would. */
const abandoned = async (t: TestContext, store: MemoryEventStore, file: string): Promise<void> => {
  const model = await opened(t, file)
  await (await before(t, store, model)).projector.stop()
  await publish(store, catalogue([news, letters]), changedAt)
  let pages = 0
  const dying = heard(model, (step) => {
    if (step === 'applyFanOut') pages++
    if (pages > 2) throw new Error('killed')
  })
  const scene = await running(t, { store, readModel: dying })
  await until({ faults: [] }, () => scene.faults.length > 0)
  await scene.projector.stop()
  assert.notEqual((await model.fanOuts())[0]?.cursor ?? null, null)
}

test('what a killed process began another goes on with from its cursor, by the catalogue as it is now', async (t) => {
  const [store, file] = [await storeOf(), scratchFile(t)]
  const early = await liveOf(t, store)
  await abandoned(t, store, file)
  const model = await opened(t, file)
  const cursor = (await model.fanOuts())[0]?.cursor
  assert.equal(cursor, 249n.toString(16).padStart(32, '0'))
  const asked: (string | null)[] = []
  const readModel = new Proxy(model, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return (...args: unknown[]): unknown => {
        if (name === 'subjectsAfter') asked.push(typeof args[1] === 'string' ? args[1] : null)
        return Reflect.apply(method, target, args)
      }
    },
  })
  const scene = await running(t, { store, readModel, live: early })
  await settled(scene, model)
  assert.equal(asked[0], cursor)
  assert.deepEqual(await told(model), lettersToAll)
})

test('two projectors at one fan-out: each page is applied once', async (t) => {
  const [store, file] = [await storeOf(), scratchFile(t)]
  await abandoned(t, store, file)
  const models = [await opened(t, file), await opened(t, file)] as const
  let pages = 0
  const counted = (model: ReadModel): ReadModel =>
    heard(model, (step, when) => void (step === 'applyFanOut' && when === 'after' && pages++))
  const scenes = await Promise.all(models.map((model) => running(t, { store, readModel: counted(model) })))
  for (const scene of scenes) await settled(scene, models[0])
  assert.deepEqual(await told(models[0]), lettersToAll)
  assert.equal(pages, 2)
  assert.deepEqual(scenes.flatMap(({ faults, warnings }) => [...faults, ...warnings]), []) // prettier-ignore
})

test('a second change of the catalogue begins the fan-out anew: everybody has both, each key told once', async (t) => {
  const [store, model] = [await storeOf(), await opened(t)]
  let pages = 0
  let between = async (): Promise<void> => {}
  const readModel = heard(model, async (step, when) => {
    if (step === 'applyFanOut' && when === 'before' && ++pages === 2) await between()
  })
  const quiet = await before(t, store, model)
  await quiet.projector.stop()
  const scene = await running(t, { store, readModel, ticker: handTicker().ticker })
  between = async () => {
    await publish(store, catalogue([news, letters, cards]), changedAt + 1)
    await level(scene, store)
  }
  await publish(store, catalogue([news, letters]), changedAt)
  await level(scene, store)
  await settled(scene, model)
  assert.deepEqual([scene.faults, scene.warnings], [[], []])
  const { rows } = await model.changes({ after: 0n, limit: 10_000 })
  for (const id of ['letters', 'cards']) assert.equal(rows.filter(({ purpose: of, allowed }) => of === id && allowed).length, people)
  assert.equal((await model.feed()).head, BigInt(3 * people))
})

test('what comes due while everybody is judged again is told between two pages', async (t) => {
  const store = await storeOf()
  await record(store, 599, { at: now - 2, data: { until: iso(now + 1) } })
  const model = await opened(t)
  const time = { now }
  const order: Step[] = []
  const readModel = heard(model, (step, when) => {
    if (when === 'after' && (step === 'applyFanOut' || step === 'applyJudged')) order.push(step)
    if (order.length === 1) time.now = now + 1
  })
  const quiet = await before(t, store, model)
  await quiet.projector.stop()
  await publish(store, catalogue([news, letters]), changedAt)
  const scene = await running(t, { store, readModel, clock: () => time.now })
  await level(scene, store)
  await settled(scene, model)
  assert.deepEqual(order, ['applyFanOut', 'applyJudged', 'applyFanOut', 'applyFanOut'])
})
