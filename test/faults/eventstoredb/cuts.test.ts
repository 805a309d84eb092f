// A subscription is cut 100 times at random under load: every event reaches the read model, once.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { iso, isPassing, type NewEvent } from '@consent-ledger/domain'
import { Opened } from '@consent-ledger/edge'
import { startEventStoreDouble, type EventStoreDouble } from '../../harness/eventstoredb/index.ts'
import { whichServer, whyNone } from '../../harness/whichServer.ts'
import { behindALine, partOf } from './servers.ts'
import { openLedger, start, until, type Ledger } from './scene.ts'
import { onDouble } from './standing.ts'
import { demandCaughtUp } from './truth.ts'

const cuts = 100
const writers = 16
const appendsEach = 200
const total = writers * appendsEach

/** The same numbers for the same seed, 0 inclusive to 1 exclusive: mulberry32. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const yes = (): NewEvent => ({
  id: randomUUID(),
  type: 'ConsentGiven',
  data: {
    controller: 'campo',
    site: 'campo-fr',
    purpose: 'news',
    purposeVersion: 1,
    channels: ['email'],
    occurredAt: iso(start),
    occurredAtFrom: 'site',
    orderAt: iso(start),
  },
  metadata: { schemaVersion: 1, recordedAt: iso(start), writer: { kind: 'site', id: 'campo-fr', trust: 'secret' }, actId: randomUUID() },
})

/** One append, the same again until the store says what came of it. */
const appended = async (ledger: Ledger, stream: string, expected: bigint): Promise<void> => {
  const events = [yes()]
  for (;;) {
    try {
      const [recorded] = await ledger.store.append(stream, expected, events)
      return assert.equal(recorded?.revision, expected + 1n)
    } catch (error) {
      if (!isPassing(error)) throw error
    }
  }
}

/** Ten people each, one after the other. `onAppend` hears of each event that is acknowledged, and holds the writer up. */
const write = async (ledger: Ledger, onAppend: () => Promise<void>): Promise<void> => {
  const people = Array.from({ length: 10 }, () => `subject-${randomUUID().replaceAll('-', '')}`)
  for (let n = 0; n < appendsEach; n++) {
    await appended(ledger, people[n % people.length] ?? '', BigInt(Math.floor(n / people.length)) - 1n)
    await onAppend()
  }
}

/** Cuts at `cuts` random numbers of acknowledged events while all write. Whoever writes waits for a cut that takes its time. */
const underLoad = async (ledger: Ledger, random: () => number, cut: (nth: number) => Promise<void>): Promise<void> => {
  const moments = Array.from({ length: cuts }, () => Math.floor(random() * total)).toSorted((one, other) => one - other)
  let acknowledged = 0
  let gate = Promise.resolve()
  const onAppend = (): Promise<void> => {
    acknowledged++
    for (; moments[0] !== undefined && moments[0] < acknowledged; moments.shift()) {
      const nth = moments.length
      gate = gate.then(() => cut(nth))
    }
    return gate
  }
  await Promise.all(Array.from({ length: writers }, () => write(ledger, onAppend)))
  assert.equal(acknowledged, total)
  assert.equal(moments.length, 0)
}

type Cut = () => unknown

/** What breaks the line at once. */
const now = (double: EventStoreDouble): Cut[] => [
  () => double.cutConnections(),
  () => double.cutSubscriptions(),
  () => double.throwOutSubscriptions(),
]

/** What breaks the next question: of a page after its first event, of a subscription. Resolves when it was met. */
const next = (double: EventStoreDouble): (() => Promise<void>)[] => [
  () => double.faults.next('read', 'dropMidway', { stream: '$all', after: 1 }).met,
  () => double.faults.next('read', 'dropBefore', { stream: '$all' }).met,
  () => double.faults.next('subscribe', 'dropBefore').met,
]

const anyOf = <Way>(ways: readonly Way[], random: () => number): Way => {
  const way = ways[Math.floor(random() * ways.length)]
  assert.ok(way)
  return way
}

test('a subscription is cut 100 times at random under load, before the double', async (t) => {
  const opened = new Opened()
  t.after(() => opened.close())
  const double = await startEventStoreDouble()
  opened.onClose(() => double.stop())
  const ledger = opened.keep(await openLedger({ url: double.url }))
  const random = randomFrom(5)
  const met: Promise<void>[] = []
  await underLoad(ledger, random, async (nth) => {
    if (nth % 2 === 0) return void met.push(anyOf(next(double), random)())
    // Who is behind reads pages. Only who has caught up listens: each fourth cut waits for that.
    if (nth % 4 === 1) await until('a subscription is open', () => double.openSubscriptions > 0)
    anyOf(now(double), random)()
  })
  await Promise.all(met)
  await demandCaughtUp(ledger, onDouble(double))
})

const server = await whichServer()
test('the line of a subscription is cut 100 times at random under load, before a real server', { skip: whyNone(server) }, async (t) => {
  if (!('url' in server)) return
  t.after(() => server.stop())
  await behindALine(partOf(server.url), async ({ url, standing, server: { line }, part }, opened) => {
    const ledger = opened.keep(await openLedger({ url, ...(part === undefined ? {} : { part }) }))
    const isLevel = async (): Promise<boolean> => ledger.projector.progress().checkpoint >= (await ledger.store.head())
    await underLoad(ledger, randomFrom(5), async (nth) => {
      if (nth % 4 === 0) await until('the projector has caught up', isLevel)
      line.cut()
    })
    await demandCaughtUp(ledger, standing)
  })
})
