// decideAndAppend: one act, one effect, one answer; whatever fails, races or is sent again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { iso, LedgerError, ms, type Aggregate, type Fact, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, decideAndAppend, type Decided, type Decision, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { nameBasedId } from '../src/nameBasedId.ts'
import { wholeStream } from '../src/conformance/setting.ts'
import { portOf } from './port.ts'

type Tally = { names: unknown[] }
const writer = { kind: 'site', id: 'site-a', trust: 'secret' } as const
const added = (name: string): Fact => ({ type: 'Added', data: { name } })

const tally: Aggregate<Tally> = {
  stream: 's',
  initial: () => ({ names: [] }),
  evolve: (state, { data }) => {
    state.names.push(data['name'])
    return state
  },
}

const decision = (store: EventStore, ...names: string[]): Decision<Tally, Decided<Tally>> => ({
  store,
  clock: () => 1_000,
  aggregate: tally,
  act: { actId: randomUUID(), writer },
  decide: () => names.map(added),
  conclude: (decided) => structuredClone(decided),
})

const unavailable = (): never => {
  throw new LedgerError('STORE_UNAVAILABLE', 'the line went dead')
}
const names = (events: RecordedEvent[]): unknown[] => events.map(({ data }) => data['name'])

it('ids of events are UUIDv5 (RFC 9562 appendix A.4)', () => {
  assert.equal(nameBasedId('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2')
})

it('a new act: events with ids and metadata of the act, at the next revisions, and the state with them', async () => {
  const store = new MemoryEventStore()
  await decideAndAppend(decision(store, 'a'))
  const act = { actId: randomUUID(), writer, causationId: randomUUID() }
  const decided = await decideAndAppend({ ...decision(store, 'b', 'c'), clock: () => 5_000, act })
  assert.deepEqual(decided.state, { names: ['a', 'b', 'c'] })
  assert.equal(decided.replayed, false)
  assert.deepEqual(decided.events, (await wholeStream(store, 's')).slice(1))
  for (const [n, { id, revision, metadata }] of decided.events.entries()) {
    assert.equal(id, nameBasedId(act.actId, String(n)))
    assert.equal(revision, BigInt(n + 1))
    assert.deepEqual(metadata, { schemaVersion: 1, recordedAt: iso(5_000), ...act })
  }
})

it('the same act again: exactly its events, and the state of then, whatever came later', async () => {
  const store = new MemoryEventStore()
  await decideAndAppend(decision(store, 'before'))
  const act = decision(store, 'a', 'b')
  const first = await decideAndAppend(act)
  await decideAndAppend(decision(store, 'later'))
  const again = await decideAndAppend({ ...act, decide: () => assert.fail('what is decided is not decided again') })
  assert.deepEqual(again, { ...first, replayed: true })
  assert.deepEqual(await decideAndAppend({ ...act, decide: () => [added('other')], fresh: true }), { ...first, replayed: true })
})

it('nothing to do appends nothing', async () => {
  const store = new MemoryEventStore()
  assert.deepEqual(await decideAndAppend(decision(store)), { state: { names: [] }, events: [], replayed: false })
  assert.equal(await store.head(), beginning)
})

it('reads a long stream in pages', async () => {
  const store = new MemoryEventStore()
  const many = Array.from({ length: 1_200 }, (_, n) => String(n))
  await decideAndAppend(decision(store, ...many))
  const { state, events } = await decideAndAppend(decision(store, 'last'))
  assert.deepEqual(state.names, [...many, 'last'])
  assert.equal(events[0]?.revision, 1_200n)
})

it('recordedAt grows strictly, with a clock that stands still and with one that goes back', async () => {
  const store = new MemoryEventStore()
  const seen: number[] = []
  for (const now of [5_000, 5_000, 4_000, 5_001, 9_000]) {
    const { decide, ...rest } = decision(store, 'a', 'b')
    const noting = (state: Tally, recordedAt: number): readonly Fact[] => {
      seen.push(recordedAt)
      return decide(state, recordedAt)
    }
    const { events } = await decideAndAppend({ ...rest, clock: () => now, decide: noting })
    assert.deepEqual(
      events.map(({ metadata }) => ms(metadata.recordedAt)),
      [seen.at(-1), seen.at(-1)],
    )
  }
  assert.deepEqual(seen, [5_000, 5_001, 5_002, 5_003, 9_000])
})

it('an event that cannot be a leaf is refused before anything is appended', async () => {
  const store = new MemoryEventStore()
  await assert.rejects(decideAndAppend(decision(store, 'a', 'x'.repeat(65_536))), { code: 'TOO_LARGE' })
  await assert.rejects(decideAndAppend(decision(store, 'a', '\uD800')), { code: 'INVALID_REQUEST' })
  assert.equal(await store.head(), beginning)
})

it('a decision that throws leaves nothing, and the stream free for the next', async () => {
  const store = new MemoryEventStore()
  const refused = decideAndAppend({ ...decision(store), decide: () => assert.fail('refused') })
  const next = decideAndAppend(decision(store, 'a'))
  await assert.rejects(refused, /refused/)
  assert.equal((await next).events.length, 1)
})

it('50 acts at once on one stream: each once, each on the state that the one before left, no conflict in one process', async () => {
  const store = new MemoryEventStore()
  let appends = 0
  const counting = portOf(store, (...call) => {
    appends++
    return store.append(...call)
  })
  const one = (n: number): Promise<Decided<Tally>> =>
    decideAndAppend({ ...decision(counting), decide: ({ names: before }) => [added(`${n} after ${before.length}`)] })
  await Promise.all(Array.from({ length: 50 }, (_, n) => one(n)))
  assert.deepEqual(
    names(await wholeStream(store, 's')),
    Array.from({ length: 50 }, (_, n) => `${n} after ${n}`),
  )
  assert.equal(appends, 50)
})

it('50 acts of 50 processes on one stream: each once, each decided on the state that it was appended to', async () => {
  const store = new MemoryEventStore()
  const one = (): Promise<Decided<Tally>> =>
    decideAndAppend({ ...decision(portOf(store)), decide: ({ names: before }) => [added(`after ${before.length}`)] })
  await Promise.all(Array.from({ length: 50 }, one))
  assert.deepEqual(
    names(await wholeStream(store, 's')),
    Array.from({ length: 50 }, (_, n) => `after ${n}`),
  )
})

it('one act sent to two processes at once has one effect and one answer', async () => {
  const store = new MemoryEventStore()
  const act = decision(store, 'a', 'b')
  const [one, other] = await Promise.all([2_000, 3_000].map((now) => decideAndAppend({ ...act, store: portOf(store), clock: () => now })))
  assert.deepEqual(one?.events, other?.events)
  assert.deepEqual([one?.state, other?.state], [{ names: ['a', 'b'] }, { names: ['a', 'b'] }])
  assert.equal((await wholeStream(store, 's')).length, 2)
})

it('two processes that decide differently on one act: what was recorded first is the answer of both, whole', async () => {
  const store = new MemoryEventStore()
  const act = decision(store, 'a', 'b', 'c')
  const [one, other] = await Promise.all([
    decideAndAppend({ ...act, store: portOf(store), clock: () => 2_000 }),
    decideAndAppend({ ...act, store: portOf(store), clock: () => 3_000, decide: () => [added('a')] }),
  ])
  assert.deepEqual(names(other.events), ['a', 'b', 'c'])
  assert.deepEqual(other, { ...one, replayed: true })
})

it('an append that failed but was applied is answered from the stream', async () => {
  const store = new MemoryEventStore()
  const act = decision(
    portOf(store, async (...call) => {
      await store.append(...call)
      return unavailable()
    }),
    'a',
    'b',
  )
  const decided = await decideAndAppend(act)
  assert.deepEqual(decided, { state: { names: ['a', 'b'] }, events: await wholeStream(store, 's'), replayed: false })
  assert.deepEqual(await decideAndAppend(act), { ...decided, replayed: true })
})

it('an append that failed and was not applied is STORE_UNAVAILABLE; the same act again is recorded', async () => {
  const store = new MemoryEventStore()
  const act = decision(store, 'a')
  await assert.rejects(decideAndAppend({ ...act, store: portOf(store, async () => unavailable()) }), { code: 'STORE_UNAVAILABLE' })
  const gone = { ...portOf(store, async () => unavailable()), readStream: async () => unavailable() }
  await assert.rejects(decideAndAppend({ ...act, store: gone, fresh: true }), { code: 'STORE_UNAVAILABLE' })
  assert.equal((await decideAndAppend(act)).replayed, false)
  assert.equal((await wholeStream(store, 's')).length, 1)
})

it('who loses every race is told so after 100 tries', async () => {
  const store = new MemoryEventStore()
  let tries = 0
  const rival = portOf(store, async (stream, expected, events) => {
    tries++
    await decideAndAppend(decision(store, 'rival'))
    return store.append(stream, expected, events)
  })
  await assert.rejects(decideAndAppend(decision(rival, 'a')), { code: 'WRONG_EXPECTED_REVISION' })
  assert.equal(tries, 100)
})

it('an append of unknown outcome that stands is answered from the stream; one that does not is OUTCOME_UNKNOWN, and the same act again tells', async () => {
  const store = new MemoryEventStore()
  const unknown = (): never => {
    throw new LedgerError('OUTCOME_UNKNOWN', 'no answer')
  }
  const standing = decision(
    portOf(store, async (...call) => {
      await store.append(...call)
      return unknown()
    }),
    'a',
  )
  assert.deepEqual((await decideAndAppend(standing)).events, await wholeStream(store, 's'))
  const lost = decision(store, 'b')
  await assert.rejects(decideAndAppend({ ...lost, store: portOf(store, async () => unknown()) }), { code: 'OUTCOME_UNKNOWN' })
  assert.deepEqual(names((await decideAndAppend({ ...lost, again: true })).events), ['b'])
})

const once = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let done: Promise<T> | undefined
  return () => (done ??= work())
}

/** EventStoreDB says success to ids that it knows at that revision, and ignores what came with them: the answer of the first append with the words of the second. */
const crediting = (store: EventStore, landsFirst: () => Promise<unknown>): EventStore =>
  portOf(store, async (stream, expected, events) => {
    await landsFirst()
    const recorded = await store.append(stream, expected, events)
    return recorded.map((event, n) => ({ ...event, ...events[n] }))
  })

it('of an act in two processes, whichever is first, both answer what was recorded', async () => {
  for (const taken of [true, false]) {
    const store = new MemoryEventStore()
    const first = decision(store, 'a', 'b')
    const second = { ...first, decide: () => [added('x'), added('y')], again: true, clock: () => 9_000 }
    const [late, early] = taken ? [first, second] : [second, first]
    const told = await decideAndAppend({
      ...late,
      store: crediting(
        store,
        once(() => decideAndAppend(early)),
      ),
    })
    assert.deepEqual(told.events, await wholeStream(store, 's'))
    assert.deepEqual(names(told.events), taken ? ['x', 'y'] : ['a', 'b'])
    assert.deepEqual(told.state, { names: names(told.events) })
    assert.equal(told.replayed, true)
  }
})

it('what another try of the act recorded is a replay, also where this one has no answer: a key made here was not recorded', async () => {
  for (const code of ['OUTCOME_UNKNOWN', 'STORE_UNAVAILABLE'] as const) {
    const store = new MemoryEventStore()
    const first = decision(store, 'first key')
    const silent = portOf(store, async () => {
      await decideAndAppend(first)
      throw new LedgerError(code, 'no answer')
    })
    const told = await decideAndAppend({ ...first, store: silent, decide: () => [added('second key')], again: true })
    assert.deepEqual([told.replayed, names(told.events)], [true, ['first key']])
  }
})

it('an act begun before that is recorded only now is no replay', async () => {
  const store = new MemoryEventStore()
  const told = await decideAndAppend({ ...decision(store, 'a'), again: true })
  assert.deepEqual([told.replayed, names(told.events)], [false, ['a']])
})

it('what makes a conflict and cannot be read yet is waited for; what does not come to be seen is STORE_UNAVAILABLE', async () => {
  const store = new MemoryEventStore()
  await decideAndAppend(decision(store, 'a'))
  let hidden = 3
  const slow = { ...portOf(store), readStream: async (...asked: Parameters<EventStore['readStream']>) => (hidden-- > 0 ? [] : store.readStream(...asked)) } // prettier-ignore
  assert.deepEqual(names((await decideAndAppend(decision(slow, 'b'))).events), ['b'])
  hidden = Number.POSITIVE_INFINITY
  await assert.rejects(decideAndAppend(decision({ ...slow }, 'c')), { code: 'STORE_UNAVAILABLE' })
})

it('nothing is concluded from a fold that is stale: neither a refusal nor that there is nothing to do', async () => {
  const store = new MemoryEventStore()
  const here = portOf(store)
  await decideAndAppend(decision(here, 'a'))
  await decideAndAppend(decision(store, 'b'))
  const onB = (state: Tally): readonly Fact[] => (state.names.includes('b') ? [added('c')] : [])
  assert.deepEqual(names((await decideAndAppend({ ...decision(here), decide: onB })).events), ['c'])
  await decideAndAppend(decision(store, 'd'))
  const demandD = (state: Tally): readonly Fact[] => (state.names.includes('d') ? [added('e')] : assert.fail('refused'))
  assert.deepEqual(names((await decideAndAppend({ ...decision(here), decide: demandD })).events), ['e'])
})
