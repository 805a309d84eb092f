// Time is an event: what comes due by time alone is told once, at its time, in the order of the times, also after a day of down-time.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { iso, type RecordedEvent } from '@consent-ledger/domain'
import type { Page } from '@consent-ledger/eventstore'
import type { ReadModel } from '@consent-ledger/readmodel'
import { catalogue, day, hour, notice, now, onForm, publish, purpose, record, subjectOf } from './history.ts'
import { away, handTicker, heard, level, opened, running, scratchFile, until, type Running, type Step } from './scene.ts'

/** A projector whose clock and ticks are in the hand of the test. `strikes` moves the clock, and ticks; `comes` resolves when everything due by then is told. */
type Timed = Running & { readModel: ReadModel; comes: (at: number) => Promise<void>; strikes: (at: number) => void }

const timed = async (
  t: TestContext,
  store: MemoryEventStore,
  from = now,
  file = scratchFile(t),
  through = (model: ReadModel): ReadModel => model,
): Promise<Timed> => {
  const readModel = await opened(t, file)
  const { ticker, tick } = handTicker()
  const time = { now: from }
  const scene = await running(t, { store, readModel: through(readModel), ticker, clock: () => time.now })
  const strikes = (at: number): void => {
    time.now = at
    tick()
  }
  const comes = (at: number): Promise<void> => until(scene, () => (strikes(at), scene.projector.rejudged().toldBy === at))
  await until(scene, () => (tick(), true))
  await level(scene, store)
  await comes(from)
  await until(scene, async () => (await readModel.fanOuts()).length === 0)
  return { ...scene, readModel, comes, strikes }
}

/** What the feed tells after `n`: subject by its number, reason, when it took effect. */
const toldAfter = async (readModel: ReadModel, after: bigint): Promise<{ n: bigint; told: unknown[] }> => {
  const { rows, next } = await readModel.changes({ after, limit: 1000 })
  return {
    n: next,
    told: rows.map(({ subjectId, purpose: of, reason, effectiveAt }) => [Number(`0x${subjectId}`), of, reason, iso(effectiveAt)]),
  }
}

const yesUntil = (at: number): { data: { until: string } } => ({ data: { until: iso(at) } })

test('a consent that expires is told at its end, once', async (t) => {
  const store = new MemoryEventStore()
  await publish(store)
  await record(store, 1, { at: now - hour, ...yesUntil(now + hour) })
  const { readModel, comes } = await timed(t, store)
  const before = await toldAfter(readModel, 0n)
  assert.deepEqual(before.told, [[1, 'news', 'CONSENT_GIVEN', iso(now - hour)]])
  await comes(now + hour - 1)
  assert.deepEqual((await toldAfter(readModel, before.n)).told, [])
  await comes(now + hour)
  const expired = await toldAfter(readModel, before.n)
  assert.deepEqual(expired.told, [[1, 'news', 'CONSENT_EXPIRED', iso(now + hour)]])
  for (const hours of [2, 3, 400]) await comes(now + hours * hour)
  assert.deepEqual(await toldAfter(readModel, expired.n), { n: expired.n, told: [] })
})

test('a notice of new processing, valid from a day ahead, ends the consents to the old one on that day', async (t) => {
  const store = new MemoryEventStore()
  await publish(store)
  await record(store, 1, { at: now - day, data: onForm })
  await publish(store, catalogue([purpose('news')], [notice(1), notice(2, { validFrom: '2026-11-24' })]), now - hour)
  const { readModel, comes } = await timed(t, store)
  const midnight = Date.parse('2026-11-24T00:00:00+01:00')
  const [row] = (await readModel.changes({ after: 0n, limit: 10 })).rows
  assert.deepEqual([row?.allowed, row?.until, row?.dueAt], [true, midnight, midnight])
  const before = await readModel.feed()
  await comes(midnight)
  assert.deepEqual((await toldAfter(readModel, before.head)).told, [[1, 'news', 'CONSENT_INVALIDATED', iso(midnight)]])
})

test('the prospect of whom nothing was heard for three years lapses; a click begins the three years anew', async (t) => {
  const store = new MemoryEventStore()
  const prospects = purpose('prospects', { legalBasis: 'legitimate-interest', channels: ['post'], lapse: 'P3Y' })
  await publish(store, catalogue([prospects], []), now - 2000 * day)
  for (const n of [1, 2])
    await record(store, n, { type: 'ContactRecorded', at: Date.parse('2024-01-10T12:00:00Z'), data: { kind: 'visit' } })
  await record(store, 2, { type: 'ContactRecorded', at: Date.parse('2025-06-01T12:00:00Z'), data: { kind: 'click' } })
  const { readModel, comes } = await timed(t, store)
  const { head } = await readModel.feed()
  await comes(Date.parse('2027-12-31T00:00:00Z'))
  const lapsed = await toldAfter(readModel, head)
  assert.deepEqual(lapsed.told, [[1, 'prospects', 'PROSPECT_LAPSED', '2027-01-10T12:00:00.000Z']])
  await comes(Date.parse('2028-12-31T00:00:00Z'))
  assert.deepEqual((await toldAfter(readModel, lapsed.n)).told, [[2, 'prospects', 'PROSPECT_LAPSED', '2028-06-01T12:00:00.000Z']])
})

test('a purpose retired from a day ahead is told to everybody on that day', async (t) => {
  const store = new MemoryEventStore()
  await publish(store, catalogue([purpose('news'), purpose('ads')]))
  for (const n of [1, 2, 3]) await record(store, n, { at: now - n * hour })
  await publish(store, catalogue([purpose('news', { retired: '2026-11-25' }), purpose('ads')]), now - 1)
  const { readModel, comes } = await timed(t, store)
  const { head } = await readModel.feed()
  await comes(now + day)
  assert.equal((await readModel.feed()).head, head)
  await comes(now + 3 * day)
  const { told } = await toldAfter(readModel, head)
  const retired = iso(Date.parse('2026-11-25T00:00:00+01:00'))
  assert.deepEqual(new Set(told), new Set([1, 2, 3].map((n) => [n, 'news', 'PURPOSE_RETIRED', retired])))
})

test('after a day of down-time each change is told once, in the order of the times, whoever it concerns', async (t) => {
  const store = new MemoryEventStore()
  const file = scratchFile(t)
  await publish(store, catalogue([purpose('news'), purpose('ads')]))
  await record(store, 1, { at: now - day, ...yesUntil(now + 2 * hour) })
  await record(store, 1, { at: now - day + 1, data: { purpose: 'ads', until: iso(now + 20 * hour) } })
  await record(store, 2, { at: now - day, ...yesUntil(now + 9 * hour) })
  await record(store, 3, { at: now - day, ...yesUntil(now + 30 * hour) })
  const first = await timed(t, store, now, file)
  const { head } = await first.readModel.feed()
  await first.projector.stop()
  await record(store, 4, { at: now + 5 * hour, ...yesUntil(now + 21 * hour) })
  const { readModel, comes } = await timed(t, store, now + day, file)
  const after = [
    [4, 'news', 'CONSENT_EXPIRED', iso(now + 21 * hour)],
    [1, 'news', 'CONSENT_EXPIRED', iso(now + 2 * hour)],
    [2, 'news', 'CONSENT_EXPIRED', iso(now + 9 * hour)],
    [1, 'ads', 'CONSENT_EXPIRED', iso(now + 20 * hour)],
  ]
  const caughtUp = await toldAfter(readModel, head)
  assert.deepEqual(caughtUp.told, after)
  await comes(now + day + 1)
  assert.deepEqual((await toldAfter(readModel, caughtUp.n)).told, [])
})

test('more than a page that comes due at one moment is told whole', async (t) => {
  const store = new MemoryEventStore()
  await publish(store)
  for (let n = 0; n < 600; n++) await record(store, n, { at: now - hour, ...yesUntil(now + hour) })
  const { readModel, comes } = await timed(t, store)
  const { head } = await readModel.feed()
  await comes(now + day)
  const { told } = await toldAfter(readModel, head)
  assert.equal(told.length, 600)
  assert.deepEqual(await readModel.due(now + day, 1), [])
})

test('a link made or undone tells every key of the subject again, also where nothing changed', async (t) => {
  const store = new MemoryEventStore()
  await publish(store, catalogue([purpose('news'), purpose('ads')]))
  await record(store, 1, { at: now - hour })
  await record(store, 1, { at: now - hour + 1, data: { purpose: 'ads' }, type: 'ConsentRefused' })
  await record(store, 2, { at: now - hour })
  const scene = await timed(t, store)
  const links = { linkId: '11111111-1111-4111-8111-111111111111', scheme: 'cookie', kind: 'device', commitment: 'c'.repeat(64) }
  for (const [type, data] of [
    ['IdentityLinked', links],
    ['IdentityUnlinked', { linkId: links.linkId }],
  ] as const) {
    // prettier-ignore
    const { head } = await scene.readModel.feed()
    const event = await record(store, 1, { type, data })
    await level(scene, store)
    const { rows } = await scene.readModel.changes({ after: head, limit: 10 })
    assert.deepEqual(
      new Set(rows.map((row) => [row.subjectId, row.purpose, row.revision])),
      new Set(['ads', 'news'].map((of) => [subjectOf(1), of, event.revision])),
    )
  }
})

const steps: Step[] = ['due', 'applyJudged']
for (const step of steps) {
  for (const applied of [false, true]) {
    test(`${step} ${applied ? 'fails although it was done' : 'fails'}: what came due is told once all the same`, async (t) => {
      const store = new MemoryEventStore()
      await publish(store)
      for (let n = 0; n < 300; n++) await record(store, n, { at: now - hour, ...yesUntil(now + hour + n) })
      let nth = 0
      const through = (model: ReadModel): ReadModel =>
        heard(model, (name, when) => {
          if (name === step && when === (applied ? 'after' : 'before') && ++nth === (step === 'due' ? 4 : 2)) throw away
        })
      const { readModel, comes, warnings } = await timed(t, store, now, scratchFile(t), through)
      const { head } = await readModel.feed()
      await comes(now + day)
      const { told } = await toldAfter(readModel, head)
      assert.deepEqual(told, Array.from({ length: 300 }, (_, n) => [n, 'news', 'CONSENT_EXPIRED', iso(now + hour + n)])) // prettier-ignore
      assert.equal((await readModel.feed()).head, head + 300n)
      assert.deepEqual(warnings, ['what came due is told late, trying again'])
    })
  }
}

test('what cannot be judged for a gap in its stream stops the process, and is not passed over', async (t) => {
  class Gappy extends MemoryEventStore {
    gap = false
    override async readStream(stream: string, page: Page): Promise<RecordedEvent[]> {
      const events = await super.readStream(stream, page)
      return this.gap && stream.startsWith('subject-') ? events.map((event) => ({ ...event, revision: event.revision + 1n })) : events
    }
  }
  const store = new Gappy()
  await publish(store)
  await record(store, 1, { at: now - hour, ...yesUntil(now + hour) })
  const { readModel, comes, projector, faults } = await timed(t, store)
  const { head } = await readModel.feed()
  store.gap = true
  await assert.rejects(comes(now + day), { code: 'INTEGRITY' })
  await projector.stop()
  assert.equal(faults.length, 1)
  assert.equal((await readModel.feed()).head, head)
})

test('what comes due of a subject that has said more since is judged by all of it', async (t) => {
  const store = new MemoryEventStore()
  await publish(store)
  await record(store, 1, { at: now - hour, ...yesUntil(now + hour) })
  const { readModel, comes } = await timed(t, store)
  const { head } = await readModel.feed()
  await record(store, 1, { type: 'ConsentWithdrawn', at: now + 2 * hour })
  await comes(now + 3 * hour)
  await until({ faults: [] }, async () => (await readModel.checkpoint()) === (await store.head()))
  const { told } = await toldAfter(readModel, head)
  assert.deepEqual(told, [[1, 'news', 'CONSENT_WITHDRAWN', iso(now + 2 * hour)]])
})

test('one that was frozen before it told what came due does not tell it after another projector has gone on', async (t) => {
  const [store, file] = [new MemoryEventStore(), scratchFile(t)]
  await publish(store)
  await record(store, 1, { at: now - hour, ...yesUntil(now + hour) })
  const [frozen, thawed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const freezing = (model: ReadModel): ReadModel =>
    heard(model, (step, when) => {
      if (step !== 'applyJudged' || when === 'after') return
      frozen.resolve()
      return thawed.promise
    })
  const first = await timed(t, store, now, file, freezing)
  const { head } = await first.readModel.feed()
  first.strikes(now + hour)
  await frozen.promise
  await record(store, 2, { at: now + hour })
  const second = await timed(t, store, now + hour, file)
  thawed.resolve()
  await until(first, () => first.news.length > 0)
  assert.deepEqual([first.news, first.faults], [['the checkpoint was moved by another, this projector stands by'], []])
  assert.equal((await toldAfter(second.readModel, head)).told.length, 2)
})
