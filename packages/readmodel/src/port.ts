// What a read model offers to the projector that fills it and to the services that ask it.
import { LedgerError } from '@consent-ledger/domain'
import type { Channel, FeedPlace, JudgedKey, JudgedSubject, RecordedEvent, RestrictionInForce } from '@consent-ledger/domain'

/**
 * Where one subject stands on one key, as the domain judged it (`judgeSubject`). `n`: its place in the feed, null where the purpose never was marketing. `revision`, `effectiveAt` and `n`
 * are those of the judgement by which the verdict came to be what it is (or was announced), so that a line of the feed is the same whenever it is read; the answer may be newer.
 * `stopped`: see `Stopped`; null of a yes, of a no that never was a yes, and of what is not in the feed.
 */
export type EligibilityRow = JudgedKey & {
  controller: string
  subjectId: string
  revision: bigint
  n: bigint | null
  stopped: Stopped | null
}

/**
 * The change by which a key in the feed went from a yes to the no that it is: its place then, and since when it holds, epoch ms. A no that becomes another no was stopped before, and a
 * first refusal stops nothing. A row cannot know more than its own past: of several stops with a yes between them only the last is left, none where the yes came last; whether a
 * reader met it before it moved on to another no; and, where a key is met as a no for the first time (as in a rebuild), whether there ever was a yes: it is taken for stopped
 * if its reason speaks of one (an objection or a restriction may).
 */
export type Stopped = { n: bigint; at: number }

export type { JudgedSubject, RestrictionInForce }

/** What one group of events comes to. `rejudge`: controllers whose catalogue changed so that every subject must be judged again; `causeAt`: when that was recorded, epoch ms. */
export type Group = {
  events: readonly RecordedEvent[]
  subjects: readonly JudgedSubject[]
  rejudge: readonly { controller: string; causeAt: number }[]
}

/** All subjects of a controller being judged again, in the order of their ids. `cursor`: the last one that was, null before the first. `run`: tells one from a later one of the same controller. */
export type FanOut = { controller: string; run: bigint; causeAt: number; cursor: string | null }

export type VerdictsAsked = { controller: string; purpose: string; channel: Channel; subjectIds: readonly string[] }

/** `after`: exclusive, `to`: inclusive, both in the current epoch. `limit`: 1 or more. */
export type ChangesAsked = { controller?: string; purpose?: string; channel?: Channel; after: bigint; to?: bigint; limit: number }
/**
 * Ordered by `n`, each key once, at its newest place. `next`: how far this page looked; at `to`, or at `head`, there is nothing more. May hold fewer than `limit` although there is more, or
 * none: a page costs a bounded time. `epoch`, `head`: of the feed from which the rows are. `asOf`: epoch ms; what was recorded or fell due until then is told by the rows up to `head`. A
 * fan-out of the controllers asked about, and what is due and not judged again yet, hold it back; null while everything is applied anew: then a yes may be one that was withdrawn since.
 */
export type ChangesPage = Feed & { rows: EligibilityRow[]; next: bigint; asOf: number | null }
/** `head`: no change has a higher `n`; 0n before the first. `n` grows, and may leap: a number that was handed out once means nothing else in its epoch, not even after a power cut took its change back. */
export type Feed = { epoch: bigint; head: bigint }

/** How far a downstream system has applied the feed. `at`: when it said so; `slowestMs`: the longest time from a stop to its being applied, of the last words that covered any; null where none did. */
export type Acknowledgement = FeedPlace & { recipient: string; at: number; slowestMs: number | null }
/** A downstream system says that it has applied the feed up to `place`, which the feed has come to. `purposes`: whose stops it applies. `at`: now, epoch ms. */
export type Acknowledging = { controller: string; recipient: string; purposes: readonly string[]; place: FeedPlace; at: number }
/** Keys of these purposes that were stopped at a place in (`after`, `to`]. `oldest`: since when the first of them is, epoch ms; null if there is none. */
export type StopsAsked = { controller: string; purposes: readonly string[]; after: bigint; to: bigint }
export type Stops = { count: number; oldest: number | null }

/** One scrub, as its event says; `revision` is that of the event in the controller's stream. `cutOff`: nobody got its token. Times epoch ms. */
export type Scrub = {
  controller: string
  scrubId: string
  operator: string
  purpose: string
  channel: Channel
  count: number
  allowed: number
  inputSha256: string
  outputSha256: string
  asOf: number
  cursor: string
  recipient: string | null
  cutOff: boolean
  recordedAt: number
  revision: bigint
}
export type ScrubsAsked = { controller: string; after?: string; limit: number }

/** `given` is a yes in force, also a renewed one; the others as in `ConsentState`. */
export type Answer = 'unknown' | 'requested' | 'given' | 'refused' | 'withdrawn' | 'expired' | 'invalidated'
/** `after`: a `next` of before. `limit`: 1 or more. */
export type AnswersAsked = {
  controller: string
  purpose?: string
  channel?: Channel
  answer?: Answer
  objected?: boolean
  after?: string
  limit: number
}
/** Rows in which there is an answer or an objection, ordered by subject, purpose, channel. May hold fewer than `limit` although `next` is not null: a page costs a bounded time. `asOf`: as of `ChangesPage`. */
export type AnswersPage = { answers: EligibilityRow[]; next: string | null; asOf: number | null }
export type RestrictionsAsked = { controller: string; after?: string; limit: number }
export type RestrictionsPage = { restrictions: (RestrictionInForce & { subjectId: string })[]; next: string | null; asOf: number | null }

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
   * Applies what a group of events comes to and moves the checkpoint, both or neither: counts, verdicts (a changed one gets the next place in the feed), fan-outs that begin.
   * A key without a row gets one only if it `isTold`; a row is never taken away. A changed row has a higher revision than before, or the same and a later `effectiveAt`.
   * Errors: STORE_UNAVAILABLE (outcome unknown: ask `checkpoint()` before going on), CHECKPOINT_MOVED (it is not where this object left or found it:
   * another projector or a rebuild was first; nothing applied), INTEGRITY (positions out of order, a stream that is none; nothing applied), DATA_CORRUPT.
   */
  apply(group: Group, checkpoint: bigint): Promise<void>
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
  /** As the subjects of a group, without a group: for what came due. Errors: CHECKPOINT_MOVED (as of `apply`; nothing applied), STORE_UNAVAILABLE (the same again is safe), DATA_CORRUPT. */
  applyJudged(subjects: readonly JudgedSubject[]): Promise<void>
  /** Subjects with a row whose `dueAt` has come by `now` (epoch ms), the earliest first, each once with its earliest; at most `limit`. */
  due(now: number, limit: number): Promise<{ controller: string; subjectId: string; dueAt: number }[]>
  /** Those under way, at most one of a controller, the one that has run longest first: a row of a subject beyond its cursor may be judged by an older catalogue. */
  fanOuts(): Promise<FanOut[]>
  /** Subjects of a controller with an id greater than `after` (null: all), in order; at most `limit`. */
  subjectsAfter(controller: string, after: string | null, limit: number): Promise<string[]>
  /** Applies a page of a fan-out and moves its cursor, both or neither; `cursor` null ends it. Errors: CHECKPOINT_MOVED (it is not where `fanOuts` says: another projector, a later change of the catalogue or a rebuild was first; nothing applied), and those of `applyJudged`. */
  applyFanOut(fanOut: FanOut, subjects: readonly JudgedSubject[], cursor: string | null): Promise<void>
  /** The rows on one purpose and channel, in the order of `subjectIds`; null where there is none. */
  verdicts(asked: VerdictsAsked): Promise<(EligibilityRow | null)[]>
  feed(): Promise<Feed>
  /** Whatever is written meanwhile, all of a page is of one epoch. */
  changes(asked: ChangesAsked): Promise<ChangesPage>
  /** Begins a new epoch of the feed with the same rows, durable on return; whoever reads by a cursor begins anew. */
  newEpoch(): Promise<void>
  /** Takes a sink, or keeps it, until `until` (epoch ms). Null while another holder has it at `now`. A place of another epoch is answered as the beginning of this one. */
  takeSink(sink: string, holder: string, now: number, until: number): Promise<FeedPlace | null>
  /** Moves a sink that `holder` still holds from one place to the next. False, and nothing moved, if it does not, or the place is another. */
  moveSink(sink: string, holder: string, from: FeedPlace, to: bigint): Promise<boolean>
  /** Puts a sink back to `place` if it is further, whoever holds it: what was sent from there may have been overtaken. A place of an earlier epoch is the beginning of this one. */
  rewindSink(sink: string, place: FeedPlace): Promise<void>
  /** Notes how far a recipient is, and how long the stops waited that this covers, in place of what it said before; answers what stands then. A word that says less in the same epoch, or is of an earlier one, changes nothing. Of several at once each counts. */
  acknowledge(acknowledging: Acknowledging): Promise<Acknowledgement>
  acknowledgements(controller: string): Promise<Acknowledgement[]>
  stops(asked: StopsAsked): Promise<Stops>
  /** Newest first. `after`: a `scrubId` of before. */
  listScrubs(asked: ScrubsAsked): Promise<Scrub[]>
  /** Null where a controller has no scrub of this id, or none that was applied yet. */
  scrub(controller: string, scrubId: string): Promise<Scrub | null>
  listRestrictions(asked: RestrictionsAsked): Promise<RestrictionsPage>
  listAnswers(asked: AnswersAsked): Promise<AnswersPage>
  /** Ordered by day, site, type. */
  activity(asked: ActivityAsked): Promise<SiteActivity[]>
  /** Ordered by hour, site, route, code. */
  turnedAway(asked: TurnedAwayAsked): Promise<TurnedAway[]>
  /** Empties it for a rebuild from zero, durably: no rows, checkpoint -1n, no `asOf`, log size 0n, a new epoch of the feed. Holders of sinks and acknowledgements stay: nobody says them again. Whoever follows meets CHECKPOINT_MOVED, and goes on from there. */
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
