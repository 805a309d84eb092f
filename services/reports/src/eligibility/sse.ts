// The feed as server-sent events (WHATWG HTML §9.2): changes as they come, and now and then a line that says how fresh silence is.
import { cursorOf, iso, LedgerError, stopsTheProcess, type EligibilityChange, type FeedPlace } from '@consent-ledger/domain'
import type { ReportsDeps } from '../deps.ts'
import { readPage, type Page, type Part } from './pages.ts'
import { ticksPerSecond, type FeedWatch, type Seat } from './watch.ts'

/** Longest silence, in ticks of the watch: 15 s. */
export const ticksOfSilence = 15 * ticksPerSecond

/** Changes that are held at once. */
const pageSize = 100

/** `mayGoOn`: whether the caller's key still holds. */
export type Subscription = { part: Part; after: FeedPlace; seat: Seat; mayGoOn: () => boolean }

const event = (change: EligibilityChange): string => `id: ${change.cursor}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`

/** A comment, which a browser tells nobody of, and the cursor, so that a reader of few changes need not look through all of the others again. As of when is told to who is level. */
const heartbeat = ({ fresh, next }: Page): string => `: ${fresh ? `asOf ${iso(fresh.asOf)}` : 'looking'}\nid: ${cursorOf(next)}\n\n`

async function* endlessly(deps: ReportsDeps, watch: FeedWatch, subscription: Subscription): AsyncGenerator<string, void, undefined> {
  const { part, seat, mayGoOn } = subscription
  let silentUntil = watch.ticks
  for (let after = subscription.after; !seat.left() && mayGoOn();) {
    const page = await readPage(deps, part, after, pageSize, () => !seat.left() && mayGoOn())
    after = page.next
    const told = page.changes.map(event).join('')
    if (!page.fresh) yield told === '' ? heartbeat(page) : told
    else if (told !== '' || watch.ticks >= silentUntil) {
      yield told + heartbeat(page)
      silentUntil = watch.ticks + ticksOfSilence
    }
    if (page.fresh) await seat.wait(after, silentUntil)
  }
}

/**
 * Events, as fast as they are taken, until the seat is left or the caller may not go on; a heartbeat whenever the reader is level, and in each longer silence. Where the
 * feed cannot be told any more (STALE, CURSOR_RESET, STORE_UNAVAILABLE) the last line is a comment that names the code: whoever comes again with the last id is told it as a status.
 */
export async function* eventsOf(deps: ReportsDeps, watch: FeedWatch, subscription: Subscription): AsyncGenerator<string, void, undefined> {
  try {
    yield* endlessly(deps, watch, subscription)
  } catch (error) {
    if (stopsTheProcess(error) || !(error instanceof LedgerError)) throw error
    yield `: ${error.code}\n\n`
  }
}
