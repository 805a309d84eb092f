// follow: every event once and in order, no gap ever skipped, and an asOf that does not claim what was not applied.
import assert from 'node:assert/strict'
import { EventEmitter, on, once } from 'node:events'
import { it } from 'node:test'
import type { RecordedEvent } from '@consent-ledger/domain'
import { beginning, follow, type EventStore, type Following, type Progress, type Sink } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { Continuity } from '../src/continuity.ts'
import { events, wholeStore } from '../src/conformance/setting.ts'

/** Applies to a list; once `full.count` events are there it calls `full.call`. */
class ListSink implements Sink {
  readonly applied: RecordedEvent[] = []
  readonly groups: number[] = []
  at = beginning
  before: () => Promise<void> = async () => {}
  full: { count: number; call: () => void } = { count: Number.POSITIVE_INFINITY, call: () => {} }

  async checkpoint(): Promise<bigint> {
    return this.at
  }

  async apply(group: RecordedEvent[], checkpoint: bigint): Promise<void> {
    await this.before()
    this.applied.push(...group)
    this.groups.push(group.length)
    this.at = checkpoint
    if (this.applied.length >= this.full.count) this.full.call()
  }
}

const never = (): (() => void) => () => {}

const untilFull = async (store: EventStore, sink: ListSink, count: number, more: Partial<Following> = {}): Promise<void> => {
  const stop = new AbortController()
  sink.full = { count, call: () => stop.abort() }
  await follow({ store, sink, clock: () => 0, signal: stop.signal, ticker: never, ...more })
}

const filled = async (): Promise<MemoryEventStore> => {
  const store = new MemoryEventStore()
  for (let n = 0n; n < 10n; n += 2n) for (const stream of ['a', 'b', 'c']) await store.append(stream, n - 1n, events(2))
  return store
}

// What a store would do that loses or disorders events on the way: the true one, seen through `tamper`.
const tampered = (store: EventStore, tamper: (events: RecordedEvent[]) => RecordedEvent[]): EventStore => ({
  append: (...call) => store.append(...call),
  readStream: (...call) => store.readStream(...call),
  readAll: (...call) => store.readAll(...call),
  async *subscribeAll(from) {
    yield tamper(await store.readAll({ after: from.after, limit: 1000 }))
  },
  head: () => store.head(),
  close: () => store.close(),
})

it('applies everything in order, in groups, then what comes', async () => {
  const store = await filled()
  const sink = new ListSink()
  const following = untilFull(store, sink, 32, { groupSize: 7 })
  await store.append('d', beginning, events(2))
  await following
  assert.deepEqual(sink.applied, await wholeStore(store))
  assert.ok(sink.groups.every((size) => size <= 7))
  assert.equal(sink.at, await store.head())
})

it('goes on behind the checkpoint: stopped anywhere, nothing is missed or repeated', async () => {
  const store = await filled()
  const sink = new ListSink()
  for (const count of [1, 5, 6, 17, 30]) await untilFull(store, sink, count, { groupSize: 4 })
  assert.deepEqual(sink.applied, await wholeStore(store))
})

it('resolves when the store closes', async () => {
  const store = await filled()
  const sink = new ListSink()
  sink.full = { count: 30, call: () => void store.close() }
  await follow({ store, sink, clock: () => 0, signal: new AbortController().signal, ticker: never })
  assert.equal(sink.applied.length, 30)
})

it('a sink that fails stops the loop at its last checkpoint; nothing is tried again', async () => {
  const store = await filled()
  const sink = new ListSink()
  let tries = 0
  sink.before = async () => {
    tries++
    if (sink.applied.length > 0) throw new Error('disk full')
  }
  await assert.rejects(untilFull(store, sink, 30, { groupSize: 10 }), /disk full/)
  assert.equal(tries, 2)
  assert.equal(sink.applied.length, 10)
  assert.equal(sink.at, sink.applied.at(-1)?.position)
})

const tampering: Record<string, (events: RecordedEvent[]) => RecordedEvent[]> = {
  'an event left out': (all) => all.toSpliced(12, 1),
  'the first event of a stream left out': (all) => all.toSpliced(0, 1),
  'an event given twice': (all) => all.toSpliced(12, 0, ...all.slice(11, 12)),
  'two events exchanged': (all) => all.toSpliced(12, 2, ...all.slice(12, 14).toReversed()),
  'a stream that comes from the middle': (all) => all.filter(({ stream, revision }) => stream !== 'b' || revision > 3n),
}
for (const [what, tamper] of Object.entries(tampering)) {
  it(`${what}: INTEGRITY, and nothing of that group is applied`, async () => {
    const sink = new ListSink()
    await assert.rejects(untilFull(tampered(await filled(), tamper), sink, 30), { code: 'INTEGRITY' })
    assert.deepEqual(sink.applied, [])
  })
}

it('a gap right behind the checkpoint is seen too', async () => {
  const store = await filled()
  const sink = new ListSink()
  await untilFull(store, sink, 6, { groupSize: 6 })
  const skipping = tampered(store, (all) => all.filter(({ stream, revision }) => stream !== 'a' || revision > 2n))
  await assert.rejects(untilFull(skipping, sink, 30), { code: 'INTEGRITY' })
  assert.equal(sink.applied.length, 6)
})

it('a store that ends before the checkpoint was rolled back', async () => {
  const sink = new ListSink()
  sink.at = 99n
  await assert.rejects(untilFull(await filled(), sink, 30), { code: 'DATA_ROLLED_BACK' })
})

it('continuity holds with a bound smaller than the number of streams', async () => {
  const store = await filled()
  const whole = await wholeStore(store)
  const continuity = new Continuity(store, beginning, 2)
  for (const event of whole) await continuity.pass(event)
  const gap = new Continuity(store, beginning, 1)
  for (const event of whole.slice(0, 6)) await gap.pass(event)
  await assert.rejects(gap.pass(whole[7] ?? assert.fail()), { code: 'INTEGRITY' })
})

/** A ticker that ticks when the test says so. */
const byHand = (): { ticker: NonNullable<Following['ticker']>; tick: () => void } => {
  const ticks = new EventEmitter()
  return {
    tick: () => void ticks.emit('tick'),
    ticker: (call) => {
      ticks.on('tick', call)
      return () => ticks.off('tick', call)
    },
  }
}

it('asOf is the clock when the head was last seen applied: silence moves it, a lagging sink does not', async () => {
  const store = await filled()
  const stop = new AbortController()
  const time = { now: 1_000 }
  const { ticker, tick } = byHand()

  const reports = new EventEmitter()
  const onProgress = (progress: Progress): void => void reports.emit('progress', progress)
  const report = async (met: (progress: Progress) => boolean): Promise<Progress> => {
    for await (const [progress] of on(reports, 'progress')) if (met(progress)) return progress
    assert.fail('the reports never end')
  }

  const sink = new ListSink()
  const gate = new EventEmitter()
  const waiting: (() => void)[] = []
  sink.before = () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      gate.emit('group')
    })
  const letGo = async (): Promise<void> => {
    if (waiting.length === 0) await once(gate, 'group')
    waiting.shift()?.()
  }

  const first = report(({ head }) => head === 29n)
  const following = follow({ store, sink, clock: () => time.now, signal: stop.signal, onProgress, ticker })
  assert.deepEqual(await first, { checkpoint: -1n, head: 29n, asOf: null })

  const again = report(() => true)
  time.now = 2_000
  tick()
  await again
  const applied = report(({ checkpoint }) => checkpoint === 29n)
  await store.append('d', beginning, events(1))
  await letGo()
  assert.equal((await applied).asOf, 2_000, 'when that head was last asked for, not when it was applied')

  const lagging = report(({ head }) => head === 30n)
  time.now = 3_000
  tick()
  assert.equal((await lagging).asOf, 2_000, 'it lags, so its word stays as old as it is')
  const caughtUp = report(({ checkpoint }) => checkpoint === 30n)
  await letGo()
  assert.equal((await caughtUp).asOf, 3_000)

  const silence = report(({ asOf }) => asOf === 4_000)
  time.now = 4_000
  tick()
  assert.deepEqual(await silence, { checkpoint: 30n, head: 30n, asOf: 4_000 })
  stop.abort()
  await following
})

it('a store that no longer answers for its head stops the loop', async () => {
  const store = await filled()
  const sink = new ListSink()
  let asked = 0
  const failing = { ...tampered(store, (all) => all), subscribeAll: store.subscribeAll.bind(store) }
  failing.head = async () => {
    if (asked++ > 0) throw new Error('no answer')
    return store.head()
  }
  const { ticker, tick } = byHand()
  sink.full = { count: 30, call: tick }
  await assert.rejects(follow({ store: failing, sink, clock: () => 0, signal: new AbortController().signal, ticker }), /no answer/)
  assert.equal(sink.applied.length, 30)
})
