// The feed as it is read: pages of changes behind a cursor, each with the time as of which it holds.
import { setImmediate } from 'node:timers/promises'
import {
  changeOf,
  placeOfCursor,
  refuse,
  type Channel,
  type EligibilityChange,
  type FeedPlace,
  type LedgerError,
} from '@consent-ledger/domain'
import type { ReportsDeps } from '../deps.ts'
import { demandFresh, type Fresh } from './freshness.ts'

/** What of the feed is asked for. */
export type Part = { controller?: string; purpose?: string; channel?: Channel }

/** `next`: how far this page looked. `fresh`: as of when everything is told up to there; null where more may lie behind it, so that nobody takes what was read so far for all there is. */
export type Page = { changes: EligibilityChange[]; next: FeedPlace; fresh: Fresh | null }

type Reader = Pick<ReportsDeps, 'readModel' | 'live' | 'clock' | 'staleAfter'>

/** A page gives up looking after so many times, so that a rare purpose among millions costs each request a bounded time. */
export const mostLooks = 10

const anotherEpoch = (at: string): LedgerError =>
  refuse('CURSOR_RESET', at, 'epoch', 'The feed was begun anew since this cursor was given: take a snapshot and go on from its cursor.')

/** The place behind which is read: the one named, else the beginning. `at`: where it was named, an RFC 6901 pointer. Errors: CURSOR_RESET, INVALID_REQUEST for a place that the feed has not come to yet. */
export const placeAfter = async ({ readModel }: Reader, cursor: string | undefined, at: string): Promise<FeedPlace> => {
  const { epoch, head } = await readModel.feed()
  if (cursor === undefined) return { epoch, n: 0n }
  const place = placeOfCursor(cursor)
  if (place.epoch !== epoch) throw anotherEpoch(at)
  if (place.n > head) throw refuse('INVALID_REQUEST', at, 'cursor', 'The feed has not come so far.')
  return place
}

const lookOnce = async (reader: Reader, part: Part, after: FeedPlace, limit: number): Promise<Page> => {
  // What holds the rows back (everybody judged again after a change of the catalogue) is no reason to refuse them: they are what brings the change.
  await demandFresh(reader)
  const { rows, next, epoch, head, asOf } = await reader.readModel.changes({ ...part, after: after.n, limit })
  // A rebuild that began between the two is an epoch of its own.
  if (epoch !== after.epoch || asOf === null) throw anotherEpoch('/query/after')
  const changes = rows.flatMap((row) => (row.n === null ? [] : changeOf(row, { epoch, n: row.n }, asOf)))
  const fresh = next < head ? null : { asOf, lagMs: Math.max(0, reader.clock() - asOf) }
  return { changes, next: { epoch, n: next }, fresh }
}

/**
 * The changes behind `after`, at most `limit`, oldest first. None where nothing is there (`fresh` then says as of when), where none was found in a bounded time, or where
 * nobody listens any more (`mayGoOn`). Errors: STALE, CURSOR_RESET, those of the read model.
 */
export const readPage = async (reader: Reader, part: Part, after: FeedPlace, limit: number, mayGoOn: () => boolean): Promise<Page> => {
  let page = await lookOnce(reader, part, after, limit)
  for (let looks = 1; looks < mostLooks && page.changes.length === 0 && page.fresh === null && mayGoOn(); looks++) {
    // With a read model in this process nothing here waits for anything: others have their turn.
    await setImmediate()
    page = await lookOnce(reader, part, page.next, limit)
  }
  return page
}
