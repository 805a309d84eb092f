// A long stream costs an act no more than a short one, and the fold that is kept for it never shows: not to the act before, not to one that comes again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { LedgerError, type Aggregate, type RecordedEvent } from '@consent-ledger/domain'
import { decideAndAppend, fold, type Act, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { portOf } from './port.ts'

const nameIn = ({ data }: RecordedEvent): string => (typeof data['name'] === 'string' ? data['name'] : '')
const list: Aggregate<string[]> = {
  stream: 's',
  initial: () => [],
  evolve: (names, event) => {
    names.push(nameIn(event))
    return names
  },
}
const newAct = (): Act => ({ actId: randomUUID(), writer: { kind: 'site', id: 'site-a', trust: 'publishable' } })

type Told = { told: string; replayed: boolean }
/** Adds a name that says what came before it; takes away the whole list as one text. */
const say = (store: EventStore, name: string, act: Act = newAct(), aggregate: Aggregate<string[]> = list): Promise<Told> =>
  decideAndAppend({
    store,
    clock: () => 1_000,
    aggregate,
    act,
    decide: (names) => [{ type: 'Added', data: { name: `${name}-after-${names.length}` } }],
    conclude: ({ state, replayed }) => ({ told: state.join(' '), replayed }),
  })

/** A store that counts the events that are read of it, with `count` of them in the stream already, one act each. */
const longStream = async (count = 200) => {
  const store = new MemoryEventStore()
  const fault = { next: false }
  const port = portOf(store, async (...call) => {
    if (!fault.next) return store.append(...call)
    fault.next = false
    throw new LedgerError('STORE_UNAVAILABLE', 'the line went dead')
  })
  let events = 0
  const counted: EventStore = {
    ...port,
    readStream: async (...call) => {
      const page = await store.readStream(...call)
      events += page.length
      return page
    },
  }
  for (let n = 0; n < count; n++) await say(counted, 'one')
  /** Events that were read since the last call. */
  const read = (): number => {
    const since = events
    events = 0
    return since
  }
  return { store, counted, fault, read }
}

it('1,000 acts on one stream read it while it is short, and then nothing of it again', async () => {
  const { counted, read } = await longStream(50)
  assert.ok(read() <= (50 * 49) / 2)
  for (let n = 0; n < 950; n++) await say(counted, 'more')
  assert.equal(read(), 0)
  assert.equal((await fold(counted, list)).at(-1), 'more-after-999')
})

it('what another process appended is read, and only that', async () => {
  const { store, counted, read } = await longStream()
  read()
  for (const name of ['x', 'y', 'z']) await say(portOf(store), name)
  const { told } = await say(counted, 'next')
  assert.equal(read(), 3)
  assert.ok(told.endsWith('x-after-200 y-after-201 z-after-202 next-after-203'))
})

it('acts at once on a long stream: each is told what its replay is told, here and in a new process', async () => {
  const { store, counted } = await longStream()
  const acts = Array.from({ length: 20 }, newAct)
  const first = await Promise.all(acts.map((act, n) => say(counted, `act-${n}`, act)))
  const replays = (on: EventStore) => Promise.all(acts.map((act) => say(on, 'never', act)))
  const again = first.map(({ told }) => ({ told, replayed: true }))
  assert.deepEqual(await replays(counted), again)
  assert.deepEqual(await replays(portOf(store)), again)
  assert.equal(new Set(first.map(({ told }) => told)).size, 20)
})

it('an act that comes again is read from the start up to itself, and the acts after it still read the tail only', async () => {
  const { counted, read } = await longStream(60)
  const act = newAct()
  const { told } = await say(counted, 'a', act)
  for (let n = 0; n < 60; n++) await say(counted, 'b')
  read()
  assert.deepEqual(await say(counted, 'never', act), { told, replayed: true })
  assert.equal(read(), 121, 'one page of it')
  assert.ok((await say(counted, 'c')).told.endsWith('c-after-121'))
  assert.equal(read(), 0)
})

it('one act twice at once on a long stream, here and in another process, has one effect and one answer', async () => {
  const { store, counted } = await longStream()
  const act = newAct()
  const other = portOf(store)
  await say(other, 'warm')
  const answers = await Promise.all([counted, other, counted, other].map((on) => say(on, 'a', act)))
  assert.equal(new Set(answers.map(({ told }) => told)).size, 1)
  assert.equal((await fold(store, list)).length, 202)
})

it('after a failure nothing that was kept is trusted: the next act reads from the start', async () => {
  const { counted, fault, read } = await longStream(60)
  fault.next = true
  await assert.rejects(say(counted, 'lost'), { code: 'STORE_UNAVAILABLE' })
  read()
  assert.ok((await say(counted, 'a')).told.endsWith('a-after-60'))
  assert.equal(read(), 60)
  await assert.rejects(
    decideAndAppend({ store: counted, clock: () => 1_000, aggregate: list, act: newAct(), decide: () => assert.fail('refused'), conclude: () => null }), // prettier-ignore
    /refused/,
  )
  read()
  assert.ok((await say(counted, 'b')).told.endsWith('b-after-61'))
  assert.equal(read(), 61)
})

it('two folds of one stream never meet', async () => {
  const { counted } = await longStream()
  const own: Aggregate<string[]> = { ...list, evolve: (names, event) => [...names, `own ${nameIn(event)}`] }
  await say(counted, 'a')
  const { told } = await say(counted, 'b', newAct(), own)
  assert.equal(told.split('own ').length - 1, 202)
  assert.ok(!(await say(counted, 'c')).told.includes('own'))
})

it('a revision that is missing in the tail is an integrity fault', async () => {
  const { store, counted } = await longStream()
  for (const name of ['x', 'y', 'z']) await say(portOf(store), name)
  const gap = {
    ...counted,
    readStream: async (...call: Parameters<EventStore['readStream']>) => (await store.readStream(...call)).slice(1),
  }
  await assert.rejects(say(gap, 'a'), { code: 'INTEGRITY' })
})
