// The only way into a stream: read, decide, append at the revision that was read; once per act, however often it is tried.
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import {
  canonicalJson,
  iso,
  demandLeaf,
  isPassing,
  LedgerError,
  schemaVersion,
  type Aggregate,
  type Fact,
  type Metadata,
  type NewEvent,
  type RecordedEvent,
  type Writer,
} from '@consent-ledger/domain'
import { readOn } from './fold.ts'
import { nameBasedId } from './nameBasedId.ts'
import type { EventStore } from './port.ts'
import { addTo, RecentFolds, startOf, type Fold } from './recentFolds.ts'
import { StreamQueue } from './streamQueue.ts'

/** What was done once. `actId`: UUIDv4; event n of the act has the id UUIDv5(actId, n), or with a word of the try behind n where the act was taken up again. */
export type Act = { actId: string; writer: Writer; causationId?: string }

/** `state`: folded up to and including the last event of the act. `events`: of the act. `replayed`: they were there before this call. */
export type Decided<State> = { state: State; events: RecordedEvent[]; replayed: boolean }

export type Decision<State, Conclusion> = {
  store: EventStore
  /** Epoch ms. */
  clock: () => number
  aggregate: Aggregate<State>
  act: Act
  /** Pure: called again with a newer state after a conflict. Nothing to do is []. */
  decide: (state: State, recordedAt: number) => readonly Fact[]
  /**
   * What the caller takes away. Called once, before the next act on the stream begins, which goes on with this very state: so nothing of `state` may be kept
   * that can still change, and nothing of it be changed.
   */
  conclude: (decided: Decided<State>) => Conclusion
  /** The stream is known to be new, so the first read is spared. If it is not, a conflict tells. */
  fresh?: boolean
  /**
   * The act was begun before, so an append of it may be under way still, in another process too. The events of this try have ids of their own: of two appends at
   * one revision then only one is taken, where a store that knows the ids would tell both that it took theirs.
   */
  again?: boolean
}

const mostTries = 100

// By store, so that two stores in one process never wait for each other, nor take each other's folds.
const perStore = new WeakMap<EventStore, { queue: StreamQueue; recent: RecentFolds }>()

const turnsOf = (store: EventStore): { queue: StreamQueue; recent: RecentFolds } => {
  const turns = perStore.get(store) ?? { queue: new StreamQueue(), recent: new RecentFolds() }
  perStore.set(store, turns)
  return turns
}

/**
 * Decides on the stream as it stands and appends what was decided, all or nothing. On return the events are as durable as the store's `append` makes them.
 * If events of this act are there already it answers with exactly them. `recordedAt` = max(clock, last of the stream + 1 ms) (DESIGN §4).
 * After a conflict or an append of unknown outcome the answer is built from the stream as read back.
 * Acts on one stream run one after the other in this process; between processes the expected revision decides. A stream whose fold is kept from an act before
 * is not read at all, unless the append tells that the fold was stale, or nothing comes of the decision on it. The whole stream is read where the act is in
 * the kept fold already, to answer with the state of that day.
 * Errors: those of `decide` and `conclude`; TOO_LARGE, INVALID_REQUEST (an event that cannot be a leaf: nothing is appended); STORE_UNAVAILABLE,
 * OUTCOME_UNKNOWN (the same act again is safe, and tells); WRONG_EXPECTED_REVISION after 100 lost races; INTEGRITY.
 */
export const decideAndAppend = <State, Conclusion>(decision: Decision<State, Conclusion>): Promise<Conclusion> => {
  const { store, aggregate, act, conclude, fresh = false } = decision
  const { queue, recent } = turnsOf(store)
  return queue.run(aggregate.stream, async () => {
    const kept = recent.take(aggregate)
    const known = kept !== undefined && !kept.acts.has(act.actId)
    const fold = known ? kept : startOf(aggregate)
    const conclusion = conclude(await decideInTurn(decision, fold, known || (fresh && kept === undefined)))
    // Not reached after a failure: then the next act reads the stream from its start.
    recent.put(aggregate, kept ?? fold)
    return conclusion
  })
}

// `guessed`: the fold may be stale. It is tried as it stands; only what the store or a look at the stream confirms is ever concluded.
const decideInTurn = async <State>(decision: Decision<State, unknown>, fold: Fold<State>, guessed: boolean): Promise<Decided<State>> => {
  const word = decision.again === true ? ` ${randomUUID()}` : ''
  let sure = !guessed
  let there = sure ? await catchUp(decision, fold) : []
  for (let tries = 1; there.length === 0; tries++) {
    const proposed = sure ? propose(decision, fold, word) : proposeOnGuess(decision, fold, word)
    if (proposed.length === 0 && sure) return { state: fold.state, events: [], replayed: false }
    const outcome = proposed.length === 0 ? null : await tryAppend(decision, fold, proposed)
    if (outcome instanceof LedgerError) {
      if (isPassing(outcome) || tries === mostTries) return await readBack(decision, fold, proposed, outcome)
    } else if (outcome !== null && isOurs(outcome, proposed)) {
      for (const event of outcome) addTo(fold, decision.aggregate, event)
      return { state: fold.state, events: outcome, replayed: false }
    }
    // Another process was first. If it recorded the same act, then what it recorded holds, and all of it.
    there = outcome === null ? await catchUp(decision, fold) : await catchUpBeyond(decision, fold)
    sure = true
  }
  return { state: fold.state, events: there, replayed: true }
}

// Folds what came after `fold.revision` and answers with the events of the act among it; stops behind the last of them, so that a replay is answered with
// the state of that day.
const catchUp = async <State>({ store, aggregate, act }: Decision<State, unknown>, fold: Fold<State>): Promise<RecordedEvent[]> => {
  const there: RecordedEvent[] = []
  for await (const page of readOn(store, aggregate.stream, fold.revision)) {
    for (const event of page) {
      const ofTheAct = event.metadata.actId === act.actId
      if (!ofTheAct && there.length > 0) return there
      if (ofTheAct) there.push(event)
      addTo(fold, aggregate, event)
    }
  }
  return there
}

/** ms between looks for what the store takes the stream to hold already, and cannot show yet: an append that it is still writing. */
const looks = [10, 20, 50, 100, 200, 500, 1000, 1000] as const

// After a conflict. Errors: STORE_UNAVAILABLE if what made it does not come to be seen.
const catchUpBeyond = async <State>(decision: Decision<State, unknown>, fold: Fold<State>): Promise<RecordedEvent[]> => {
  const { revision } = fold
  for (const wait of [...looks, null]) {
    const there = await catchUp(decision, fold)
    if (fold.revision !== revision) return there
    if (wait !== null) await setTimeout(wait)
  }
  throw new LedgerError('STORE_UNAVAILABLE', `The store holds more of ${decision.aggregate.stream} than it shows at present.`)
}

const propose = <State>(
  { clock, aggregate: { stream }, act, decide }: Decision<State, unknown>,
  fold: Fold<State>,
  word: string,
): NewEvent[] => {
  const recordedAt = Math.max(clock(), fold.recordedAt + 1)
  const metadata: Metadata = {
    schemaVersion,
    recordedAt: iso(recordedAt),
    writer: act.writer,
    actId: act.actId,
    ...(act.causationId === undefined ? {} : { causationId: act.causationId }),
  }
  const events = decide(fold.state, recordedAt).map(({ type, data }, n) => ({
    id: nameBasedId(act.actId, `${n}${word}`),
    type,
    data,
    metadata,
  }))
  // Made only to be sure that it can be: what is appended has a leaf for ever.
  for (const [n, event] of events.entries()) demandLeaf({ ...event, stream, revision: fold.revision + 1n + BigInt(n) })
  return events
}

// A refusal on a fold that may be stale is none: nothing is proposed, and the stream is read.
const proposeOnGuess = <State>(decision: Decision<State, unknown>, fold: Fold<State>, word: string): NewEvent[] => {
  try {
    return propose(decision, fold, word)
  } catch {
    return []
  }
}

const tryAppend = async <State>(
  { store, aggregate }: Decision<State, unknown>,
  fold: Fold<State>,
  events: NewEvent[],
): Promise<RecordedEvent[] | LedgerError> => {
  try {
    return await store.append(aggregate.stream, fold.revision, events)
  } catch (error) {
    if (isPassing(error) || (error instanceof LedgerError && error.code === 'WRONG_EXPECTED_REVISION')) return error
    throw error
  }
}

// What the stream holds of the act is the answer, be it of this try or of another one; if it holds nothing of it, or cannot be read, `failure` is.
const readBack = async <State>(
  decision: Decision<State, unknown>,
  fold: Fold<State>,
  proposed: readonly NewEvent[],
  failure: LedgerError,
): Promise<Decided<State>> => {
  const events = await catchUp(decision, fold).catch(() => [])
  if (events.length === 0) throw failure
  return { state: fold.state, events, replayed: !isOurs(events, proposed) }
}

// The ids are the same by construction, as two tries by one process have them; a first success also carries the time and the content that were proposed.
const isOurs = (recorded: readonly RecordedEvent[], proposed: readonly NewEvent[]): boolean =>
  recorded.length === proposed.length &&
  recorded.every((event, n) => {
    const own = proposed[n]
    return (
      own !== undefined && event.metadata.recordedAt === own.metadata.recordedAt && canonicalJson(event.data) === canonicalJson(own.data)
    )
  })
