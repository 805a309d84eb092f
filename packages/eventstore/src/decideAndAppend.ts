// The only way into a stream: read, decide, append at the revision that was read; once per act, however often it is tried.
import {
  iso,
  LedgerError,
  ms,
  schemaVersion,
  type Fact,
  type Metadata,
  type NewEvent,
  type RecordedEvent,
  type Writer,
} from '@consent-ledger/domain'
import { nameBasedId } from './nameBasedId.ts'
import { beginning, type EventStore } from './port.ts'
import { StreamQueue } from './streamQueue.ts'

/** What was done once. `actId`: UUIDv4; event n of the act has the id UUIDv5(actId, n). */
export type Act = { actId: string; writer: Writer; causationId?: string }

export type Decision<State> = {
  store: EventStore
  /** Epoch ms. */
  clock: () => number
  stream: string
  initial: () => State
  /** May change its first argument and return it. */
  evolve: (state: State, event: RecordedEvent) => State
  act: Act
  /** Pure: called again with a newer state after a conflict. Nothing to do is []. */
  decide: (state: State, recordedAt: number) => readonly Fact[]
  /** The stream is known to be new, so the first read is spared. If it is not, a conflict tells. */
  fresh?: boolean
  /** Makes the leaf of an event; throws when it cannot be one (too large, not Unicode). Called before anything is appended. */
  leaf: (event: Omit<RecordedEvent, 'position'>) => Uint8Array
}

/** `state`: folded up to and including the last event of the act. `replayed`: the events were there before this call. */
export type Decided<State> = { state: State; events: RecordedEvent[]; replayed: boolean }

const pageSize = 500
const mostTries = 100

// By store, so that two stores in one process never wait for each other.
const queues = new WeakMap<EventStore, StreamQueue>()

/**
 * Decides on the stream as it stands and appends what was decided, all or nothing. On return the events are as durable as the store's `append` makes them.
 * If events of this act are there already it answers with exactly them. `recordedAt` = max(clock, last of the stream + 1 ms) (DESIGN §4).
 * After a conflict or an append of unknown outcome the answer is built from the stream as read back.
 * Acts on one stream run one after the other in this process; between processes the expected revision decides.
 * Errors: those of `decide` and `leaf`; STORE_UNAVAILABLE (the same act again is safe); WRONG_EXPECTED_REVISION after 100 lost races; INTEGRITY.
 */
export const decideAndAppend = <State>(decision: Decision<State>): Promise<Decided<State>> => {
  const queue = queues.get(decision.store) ?? new StreamQueue()
  queues.set(decision.store, queue)
  return queue.run(decision.stream, () => decideInTurn(decision))
}

const decideInTurn = async <State>(decision: Decision<State>): Promise<Decided<State>> => {
  let fold = startOf(decision)
  if (decision.fresh !== true) await readOn(decision, fold)
  for (let tries = 1; ; tries++) {
    if (fold.events.length > 0) return { state: fold.state, events: fold.events, replayed: true }
    const proposed = propose(decision, fold)
    if (proposed.length === 0) return { state: fold.state, events: [], replayed: false }
    const outcome = await tryAppend(decision, fold, proposed)
    if (outcome instanceof LedgerError) {
      if (outcome.code === 'WRONG_EXPECTED_REVISION' && tries < mostTries) {
        await readOn(decision, fold)
        continue
      }
      return await readBack(decision, outcome)
    }
    if (isOurs(outcome, proposed)) return { state: outcome.reduce(decision.evolve, fold.state), events: outcome, replayed: false }
    // Another process recorded the same act between our read and our append: what it recorded holds, and all of it.
    fold = startOf(decision)
    await readOn(decision, fold)
  }
}

type Fold<State> = { state: State; last: bigint; lastRecordedAt: number; /** Of this act. */ events: RecordedEvent[] }

const startOf = <State>(decision: Decision<State>): Fold<State> => ({
  state: decision.initial(),
  last: beginning,
  lastRecordedAt: Number.NEGATIVE_INFINITY,
  events: [],
})

// Folds what came after `fold.last`; stops behind the last event of the act, so that a replay answers with the state of that day.
const readOn = async <State>(decision: Decision<State>, fold: Fold<State>): Promise<void> => {
  for (;;) {
    const page = await decision.store.readStream(decision.stream, { after: fold.last, limit: pageSize })
    for (const event of page) {
      const ofTheAct = event.metadata.actId === decision.act.actId
      if (!ofTheAct && fold.events.length > 0) return
      if (ofTheAct) fold.events.push(event)
      fold.state = decision.evolve(fold.state, event)
      fold.last = event.revision
      fold.lastRecordedAt = ms(event.metadata.recordedAt)
    }
    if (page.length < pageSize) return
  }
}

const propose = <State>(decision: Decision<State>, fold: Fold<State>): NewEvent[] => {
  const { act, stream } = decision
  const recordedAt = Math.max(decision.clock(), fold.lastRecordedAt + 1)
  const metadata: Metadata = {
    schemaVersion,
    recordedAt: iso(recordedAt),
    writer: act.writer,
    actId: act.actId,
    ...(act.causationId === undefined ? {} : { causationId: act.causationId }),
  }
  const events = decision
    .decide(fold.state, recordedAt)
    .map(({ type, data }, n) => ({ id: nameBasedId(act.actId, String(n)), type, data, metadata }))
  for (const [n, event] of events.entries()) decision.leaf({ ...event, stream, revision: fold.last + 1n + BigInt(n) })
  return events
}

const tryAppend = async <State>(
  decision: Decision<State>,
  fold: Fold<State>,
  events: NewEvent[],
): Promise<RecordedEvent[] | LedgerError> => {
  try {
    return await decision.store.append(decision.stream, fold.last, events)
  } catch (error) {
    if (error instanceof LedgerError && (error.code === 'WRONG_EXPECTED_REVISION' || error.code === 'STORE_UNAVAILABLE')) return error
    throw error
  }
}

// Whether the append may have been applied although it failed: if the events are there they are the answer, else the failure is.
const readBack = async <State>(decision: Decision<State>, failure: LedgerError): Promise<Decided<State>> => {
  const fold = startOf(decision)
  try {
    await readOn(decision, fold)
  } catch {
    throw failure
  }
  if (fold.events.length === 0) throw failure
  return { state: fold.state, events: fold.events, replayed: false }
}

// The ids are the same by construction; a first success also carries the time that was proposed.
const isOurs = (recorded: RecordedEvent[], proposed: NewEvent[]): boolean =>
  recorded.every((event, n) => event.metadata.recordedAt === proposed[n]?.metadata.recordedAt)
