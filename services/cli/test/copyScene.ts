// A ledger in a store, small and of every kind of stream, and stores that fail on purpose: for the tests of moving it.
import { createHash } from 'node:crypto'
import { leafBytes, LedgerError, type Fact, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, decideAndAppend, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import type { Moving, VaultMove } from '../src/commands/copy/move.ts'

export const ledgerId = '7b0c6a2e-3a54-4d0e-9a34-1f2b8c9d0e11'
const start = Date.parse('2026-11-23T10:00:00.000Z')
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
/** Always the same UUID of version 4 for the same text. */
const uuid = (text: string): string => digest(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')

const unfolded = { initial: () => null, evolve: () => null }

/** One act on one stream. */
export const record = async (store: EventStore, stream: string, actId: string, ...facts: Fact[]): Promise<void> =>
  decideAndAppend({
    store,
    clock: () => start,
    aggregate: { stream, ...unfolded },
    act: { actId: uuid(actId), writer: { kind: 'system', id: 'scene', trust: 'system' } },
    decide: () => facts,
    conclude: () => undefined,
  })

const chosen = (type: string, n: number): Fact => ({
  type,
  data: { controller: 'campo', purpose: 'news', n, '7': 'ä €', deep: [{ b: 1, a: null }] },
})

/** A ledger of two controllers and `people`, whose acts lie between each other in the global order. */
export const build = async (store: EventStore, people = 5): Promise<void> => {
  await record(store, 'ledger', 'created', { type: 'LedgerCreated', data: { ledgerId, masterKeyCheck: digest('key') } })
  await record(store, 'ledger', 'campo', { type: 'ControllerNamed', data: { controller: 'campo' } })
  await record(store, 'controller-campo', 'catalogue', ...['Registered', 'Purpose', 'Notice'].map((type) => ({ type, data: {} })))
  await record(store, 'operators', 'operators', { type: 'OperatorAdded', data: { name: 'sealed' } })
  await record(store, 'ledger', 'keys', { type: 'FirstKeysIssued', data: {} })
  for (let n = 0; n < people; n++) await record(store, `subject-${n}`, `first-${n}`, chosen('ConsentGiven', n), chosen('ConsentRefused', n))
  await record(store, 'ledger', 'rando', { type: 'ControllerNamed', data: { controller: 'rando' } })
  await record(store, 'controller-rando', 'rando-catalogue', { type: 'Registered', data: {} })
  for (let n = 0; n < people; n += 2) await record(store, `subject-${n}`, `later-${n}`, chosen('ConsentWithdrawn', n))
}

export const sourceOf = async (people?: number): Promise<MemoryEventStore> => {
  const store = new MemoryEventStore()
  await build(store, people)
  return store
}

/** Every event, in global order. */
export const everything = async (store: EventStore): Promise<RecordedEvent[]> => store.readAll({ after: beginning, limit: 1_000_000 })

/** The leaves of each stream, in order: what two stores that hold the same have in common. */
export const leaves = async (store: EventStore): Promise<Map<string, string[]>> => {
  const found = new Map<string, string[]>()
  for (const event of await everything(store))
    found.set(event.stream, [...(found.get(event.stream) ?? []), Buffer.from(leafBytes(event)).toString('utf8')])
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)))
}

export const moving = (source: EventStore, target: EventStore, over: Partial<Moving> = {}): Moving => ({
  source,
  target,
  clock: () => start + 1000,
  again: false,
  onProgress: () => {},
  ...over,
})

/** A vault that goes along without a word; what is given is done instead. */
export const vaultMove = (over: Partial<VaultMove> = {}): VaultMove => {
  const done = async (): Promise<void> => {}
  return { prepare: done, copy: done, demandThere: done, ...over }
}

/** The same store, each of its calls handed to `around` first, with its number from 1. */
export const around = (
  store: EventStore,
  call: <Answer>(n: number, name: keyof EventStore, run: () => Promise<Answer>) => Promise<Answer>,
): EventStore => {
  let calls = 0
  return {
    append: (stream, expected, events) => call(++calls, 'append', () => store.append(stream, expected, events)),
    readStream: (stream, page) => call(++calls, 'readStream', () => store.readStream(stream, page)),
    readAll: (page) => call(++calls, 'readAll', () => store.readAll(page)),
    head: () => call(++calls, 'head', () => store.head()),
    subscribeAll: (from, signal) => store.subscribeAll(from, signal),
    close: () => store.close(),
  }
}

/** What an adapter says when the line to its server is cut under a call. */
export const cut = (): never => {
  throw new LedgerError('OUTCOME_UNKNOWN', 'the line went dead')
}

/** Fails at its nth call, without or (`applied`) after having done what was asked. Everything after it works. */
export const failingAt = (store: EventStore, nth: number, how: 'failed' | 'applied'): EventStore & { reached: () => boolean } => {
  let reached = false
  const failing = around(store, async (n, _, run) => {
    if (n !== nth) return run()
    reached = true
    if (how === 'applied') await run()
    return cut()
  })
  return { ...failing, reached: () => reached }
}
