// Two projectors on one read model: one applies, the other stands by and takes over when the first has stopped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { RecordedEvent } from '@consent-ledger/domain'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import type { Group, ReadModel } from '@consent-ledger/readmodel'
import { now, recordYes } from './history.ts'
import { handTicker, level, opened, running, scratchFile, unless, until } from './scene.ts'
import type { Running } from './scene.ts'

/** A projector whose looks are made by hand. */
type Hand = Running & { tick: () => void; waits: () => boolean; readModel: ReadModel }
type Pair = { file: string; store: MemoryEventStore; first: Hand; second: Hand }

const byHand = async (t: TestContext, file: string, store: MemoryEventStore, fails: () => boolean): Promise<Hand> => {
  const model = await opened(t, file)
  const readModel = unless(fails, model)
  let time = now
  const { ticker, ...hand } = handTicker()
  return { ...(await running(t, { store, readModel, ticker, clock: () => ++time })), ...hand, readModel: model }
}

const standsBy = 'the checkpoint was moved by another, this projector stands by'
const applies = 'this projector applies from here on'

/** One look of a projector, to its end. */
const look = async (hand: Hand): Promise<void> => {
  await until(hand, hand.waits)
  hand.tick()
  await setImmediate()
  await until(hand, hand.waits)
}
const told = ({ projector }: Hand): unknown => {
  const { checkpoint, head, asOf, lagEvents } = projector.progress()
  return { checkpoint, head, asOf, lagEvents }
}
const countOf = async ({ readModel }: Hand): Promise<number> =>
  (await readModel.activity({ controller: 'campo' })).reduce((sum, { count }) => sum + count, 0)

const groupOf = (event: RecordedEvent): Group => ({ events: [event], subjects: [], rejudge: [] })

/** Both level at one event; then one more, which one of them applies. `first` is that one. */
const pair = async (t: TestContext, fails = () => false): Promise<Pair> => {
  const [file, store] = [scratchFile(t), new MemoryEventStore()]
  await recordYes(store, 0)
  const hands = [await byHand(t, file, store, fails), await byHand(t, file, store, fails)] as const
  for (const hand of hands) await level(hand, store)
  await recordYes(store, 1)
  const [one, two] = hands
  await until({ ...one, faults: [...one.faults, ...two.faults] }, () => one.news.length + two.news.length > 0)
  const [first, second] = two.news.length > 0 ? [one, two] : [two, one]
  await level(first, store)
  assert.deepEqual([first.news, second.news], [[], [standsBy]])
  return { file, store, first, second }
}

test('given two at one place, the one that comes too late stands by, and says what the read model says', async (t) => {
  const { store, first, second } = await pair(t)
  for (let n = 2; n < 6; n++) {
    await recordYes(store, n)
    await level(first, store)
    await look(second)
    const { asOf } = await first.readModel.progress()
    assert.deepEqual(told(second), { checkpoint: BigInt(n), head: BigInt(n), asOf, lagEvents: 0 })
  }
  assert.deepEqual([first.news, second.news], [[], [standsBy]])
  assert.deepEqual([first.faults, second.faults], [[], []])
  assert.equal(await countOf(first), 6)
})

test('given that the first has stopped, when the head stays ahead from one look to the next, then the second takes over', async (t) => {
  const { store, first, second } = await pair(t)
  await first.projector.stop()
  await recordYes(store, 2)
  await look(second)
  assert.deepEqual(second.news, [standsBy])
  const { asOf } = await first.readModel.progress()
  assert.ok(asOf !== null)
  assert.deepEqual(told(second), { checkpoint: 1n, head: 2n, asOf, lagEvents: 1 })
  await look(second)
  await level(second, store)
  assert.deepEqual(second.news, [standsBy, applies])
  assert.equal(await countOf(second), 3)
})

test('given that the first is behind but at work, then the second leaves it to it', async (t) => {
  const { store, first, second } = await pair(t)
  await first.projector.stop()
  await recordYes(store, 2)
  const [slow] = await store.readAll({ after: 1n, limit: 1 })
  assert.ok(slow)
  await look(second)
  await first.readModel.checkpoint()
  await first.readModel.apply(groupOf(slow), 2n)
  for (let n = 3; n < 9; n++) {
    // Always ahead, never at the same place twice.
    await recordYes(store, n)
    await look(second)
    const [next] = await store.readAll({ after: BigInt(n - 1), limit: 1 })
    assert.ok(next)
    await first.readModel.apply(groupOf(next), BigInt(n))
  }
  assert.deepEqual(second.news, [standsBy])
})

test('given that the first has stopped with nothing to apply, then the second takes over before the read model grows old', async (t) => {
  const { second, first } = await pair(t)
  await first.projector.stop()
  const { asOf } = await first.readModel.progress()
  for (let n = 0; n < 4; n++) await look(second)
  assert.deepEqual(second.news, [standsBy])
  // The first of these six may still have found what moved before.
  for (let n = 0; n < 2; n++) await look(second)
  assert.deepEqual(second.news, [standsBy, applies])
  await until(second, () => second.projector.progress().asOf !== asOf)
})

test('given a rebuild from elsewhere, then whoever is at work follows it from zero', async (t) => {
  const { file, store, first, second } = await pair(t)
  const reports = await opened(t, file)
  await reports.reset()
  await look(first)
  await until(first, () => first.news.length === 2)
  await level(first, store)
  assert.deepEqual(first.news, [standsBy, applies])
  assert.deepEqual(second.news, [standsBy])
  assert.equal(await countOf(first), 2)
  await look(second)
  assert.partialDeepStrictEqual(told(second), { checkpoint: 1n, head: 1n, lagEvents: 0 })
})

test('given a rebuild while nobody is at work, then the one that stands by follows it from zero', async (t) => {
  const { file, store, first, second } = await pair(t)
  await first.projector.stop()
  await (await opened(t, file)).reset()
  await look(second)
  assert.equal(second.projector.progress().asOf, null)
  await look(second)
  await level(second, store)
  assert.equal(await countOf(second), 2)
})

test('given that the server is away while it stands by, then it says so and goes on standing by', async (t) => {
  let away = false
  const { store, first, second } = await pair(t, () => away)
  away = true
  await until(second, second.waits)
  second.tick()
  await until(second, () => second.warnings.length > 0)
  away = false
  await recordYes(store, 2)
  await level(first, store)
  await look(second)
  assert.deepEqual(second.news, [standsBy])
  assert.equal(second.projector.progress().checkpoint, 2n)
})

test('given one that stands by, when it is stopped, then it stops', async (t) => {
  const { second } = await pair(t)
  await second.projector.stop()
  assert.deepEqual([second.news, second.faults], [[standsBy], []])
})
