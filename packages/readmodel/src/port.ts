// What a read model offers to the projector that fills it and to the services that ask it.
import { LedgerError } from '@consent-ledger/domain'
import type { Channel, RecordedEvent } from '@consent-ledger/domain'

/** `given` is a yes in force at the read model's `asOf`; `expired` one whose `until` has passed; `invalidated` one whose notice was replaced before that; `unknown`: nobody answered, only an objection stands. */
export type Answer = 'unknown' | 'requested' | 'given' | 'refused' | 'withdrawn' | 'expired' | 'invalidated'

/**
 * The answer that counts for one subject, purpose and channel. `since`: from when it is so; `until`: exclusive end of a yes in force; epoch ms.
 * `objected`: an objection to this very purpose stands, whatever the answer; that one is inherited from an older purpose only the fold of the stream tells. `eventId`, `revision`: the event that decided, null where the answer is `unknown`.
 */
export type CurrentAnswer = {
  subjectId: string
  purpose: string
  channel: Channel
  answer: Answer
  objected: boolean
  since: number | null
  until: number | null
  notice: { id: string; version: number } | null
  site: string | null
  eventId: string | null
  revision: bigint | null
}

/** When consents given on a version of a notice stop to hold because another took its place: epoch ms, or null. Only a catalogue knows: `replacedAt` of the domain. */
export type ReplacedAt = (notice: { id: string; version: number }) => number | null
/** `after`: a `next` of before. `limit`: 1 or more. Without `replacedAt` no notice counts as replaced. */
export type AnswersAsked = {
  controller: string
  purpose?: string
  channel?: Channel
  answer?: Answer
  replacedAt?: ReplacedAt
  after?: string
  limit: number
}
/** Ordered by subject, purpose, channel. May hold fewer than `limit` although `next` is not null: a page costs a bounded time. */
export type AnswersPage = { answers: CurrentAnswer[]; next: string | null; asOf: number | null }

/** Events of one type that were recorded for subjects on one UTC day (`YYYY-MM-DD`). `site` is null for what staff or the ledger itself wrote. */
export type SiteActivity = { site: string | null; day: string; type: string; count: number }
/** `from` inclusive, `to` exclusive. */
export type ActivityAsked = { controller: string; site?: string; from?: string; to?: string }

/** What one site was refused in the hour that begins at `hour` (epoch ms), by route pattern and error code. `site` is null where no key was recognised. */
export type TurnedAway = { hour: number; site: string | null; route: string; code: string; count: number }
/** Epoch ms; `from` inclusive, `to` exclusive. */
export type TurnedAwayAsked = { controller: string; site?: string; from?: number; to?: number }

/** `checkpoint`: position of the last applied event, -1n before the first. `asOf`: epoch ms at which everything recorded was last seen applied, null while it never was since the last reset. */
export type Applied = { checkpoint: bigint; asOf: number | null }

/** Where the transparency log has one event. `leafIndex` is dense, from 0. */
export type Leaf = { stream: string; revision: bigint; leafIndex: bigint }

export type ReadModel = {
  /** Position up to which events are durably applied, as the database says now. What a follower starts from, also after any failed `apply`. */
  checkpoint(): Promise<bigint>
  /**
   * Applies events in their global order and moves the checkpoint, both or neither.
   * Errors: STORE_UNAVAILABLE (outcome unknown: ask `checkpoint()` before going on), CHECKPOINT_MOVED (it is not where this object left or found it:
   * another projector or a rebuild was first; nothing applied), INTEGRITY (positions out of order, a stream that is none; nothing applied), DATA_CORRUPT.
   */
  apply(events: readonly RecordedEvent[], checkpoint: bigint): Promise<void>
  /** Notes that at `asOf` (epoch ms) the checkpoint was the store's head. Errors: as of `apply`. */
  noteAsOf(asOf: number): Promise<void>
  progress(): Promise<Applied>
  /** How many leaves of the log are applied, as the database says now: the leaf index of the next one. Independent of the checkpoint. */
  logSize(): Promise<bigint>
  /**
   * Notes where the log has the events of its leaves `from` (inclusive) to `to` (exclusive), and moves the log size from the one to the other, both or neither.
   * Errors: CHECKPOINT_MOVED (the log size is not `from`: another projector or a rebuild was first; nothing applied), INTEGRITY (`leaves` are not these, in order, each
   * once; nothing applied), STORE_UNAVAILABLE (outcome unknown: ask `logSize()`), DATA_CORRUPT.
   */
  applyLeaves(from: bigint, leaves: readonly Leaf[], to: bigint): Promise<void>
  /** Where the log has an event; null if that is not known, or not yet. A hint: whoever proves something by it verifies the proof. */
  leafIndexOf(stream: string, revision: bigint): Promise<bigint | null>
  listAnswers(asked: AnswersAsked): Promise<AnswersPage>
  /** Ordered by day, site, type. */
  activity(asked: ActivityAsked): Promise<SiteActivity[]>
  /** Ordered by hour, site, route, code. */
  turnedAway(asked: TurnedAwayAsked): Promise<TurnedAway[]>
  /** Empties it for a rebuild from zero, durably: no rows, checkpoint -1n, no `asOf`, log size 0n. Whoever follows meets CHECKPOINT_MOVED, and goes on from there. */
  reset(): Promise<void>
  /** Calls after it fail with STORE_UNAVAILABLE. */
  close(): Promise<void>
}

/** Throws DATA_ROLLED_BACK if the read model has applied more than the store holds: one of the two is from another time. */
export const refuseRolledBack = (checkpoint: bigint, head: bigint): void => {
  if (checkpoint <= head) return
  throw new LedgerError(
    'DATA_ROLLED_BACK',
    `The read model has applied events up to position ${checkpoint}, but the event store ends at ${head}: the event store is older than it was. Restore the newer event store; if the older one is meant, delete readmodel.sqlite (on PostgreSQL drop the schema readmodel) and it is rebuilt.`,
  )
}
