// What a group of events writes beside the judgements: each row once, whatever the database.
import { LedgerError } from '@consent-ledger/domain'
import type { RecordedEvent } from '@consent-ledger/domain'
import { countsOf } from './activity/counts.ts'
import type { ActivityCount, TurnedAwayCount } from './activity/counts.ts'
import type { FanOut, Group, JudgedSubject, Leaf } from './port.ts'
import type { ScrubsTable } from './schema.ts'
import { scrubsOf } from './scrubs.ts'

/** No two rows of a list have the same key: one statement may then write all of it (PostgreSQL refuses to touch a row twice). */
export type Counted = { activity: ActivityCount[]; turnedAway: TurnedAwayCount[]; scrubs: ScrubsTable[] }

/** What one transaction does, all or nothing: first a compare-and-swap of the checkpoint or of a fan-out's cursor, or none; then the rows. */
export type Turn = {
  checkpoint: { from: bigint; to: bigint } | null
  fanOut: { at: FanOut; cursor: string | null } | null
  /** The newest place in the feed that the writer itself handed out; null if it does not know. */
  head: bigint | null
  judged: readonly JudgedSubject[]
  rejudge: Group['rejudge']
  counted: Counted
}

/** Throws INTEGRITY unless positions grow from `from` (exclusive) to `to` (inclusive). */
export const refuseDisorder = (events: readonly RecordedEvent[], from: bigint, to: bigint): void => {
  let last = from
  for (const { position } of events) {
    if (position <= last || position > to) {
      throw new LedgerError('INTEGRITY', `The read model was handed position ${position} after ${last}, up to ${to}: positions must grow.`)
    }
    last = position
  }
}

/** Throws INTEGRITY unless `leaves` are those from `from` (inclusive) to `to` (exclusive), in order: the log is dense. */
export const refuseSparse = (leaves: readonly Leaf[], from: bigint, to: bigint): void => {
  const dense = to - from === BigInt(leaves.length) && leaves.every(({ leafIndex }, n) => leafIndex === from + BigInt(n))
  if (!dense) throw new LedgerError('INTEGRITY', `The read model was handed other leaves than those from ${from} to ${to}.`)
}

const nothing: Counted = { activity: [], turnedAway: [], scrubs: [] }

/** Errors: INTEGRITY for a subject's stream whose name is none. */
export const turnOf = ({ events, subjects, rejudge }: Group, from: bigint, to: bigint): Omit<Turn, 'head'> => ({
  checkpoint: { from, to },
  fanOut: null,
  judged: subjects,
  rejudge,
  counted: { ...countsOf(events), scrubs: scrubsOf(events) },
})

/** What time alone changed, or a page of a fan-out. */
export const judgedTurn = (judged: readonly JudgedSubject[], fanOut: Turn['fanOut'] = null): Omit<Turn, 'head'> => ({
  checkpoint: null,
  fanOut,
  judged,
  rejudge: [],
  counted: nothing,
})
