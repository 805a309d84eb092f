// The feed as a whole: every key once, in the order of the feed, and the cursor from which changes go on.
import { setImmediate } from 'node:timers/promises'
import { cursorOf, iso, LedgerError, type FeedPlace } from '@consent-ledger/domain'
import type { ReportsDeps } from '../deps.ts'
import { readPage, type Part } from './pages.ts'

/** Rows that are held at once. */
const pageSize = 1000

const line = (value: object): string => `${JSON.stringify(value)}\n`

/**
 * Lines of NDJSON, many to a piece, as fast as they are taken. Fails where no whole snapshot can be told any more: STALE, CURSOR_RESET, UNAUTHENTICATED (not `mayGoOn`: it lasts
 * for as long as its reader takes, and may outlive the key), those of the read model; what was told by then has no last line.
 */
export async function* snapshotLines(
  deps: ReportsDeps,
  part: Part,
  beginning: FeedPlace,
  mayGoOn: () => boolean,
): AsyncGenerator<string, void, undefined> {
  let count = 0
  for (let after = beginning; ;) {
    const { changes, next, fresh } = await readPage(deps, part, after, pageSize, mayGoOn)
    if (!mayGoOn()) throw new LedgerError('UNAUTHENTICATED', 'This key was revoked.')
    count += changes.length
    after = next
    const told = changes.map(line).join('')
    if (fresh) {
      yield `${told}${line({ cursor: cursorOf(after), count, asOf: iso(fresh.asOf), lagMs: fresh.lagMs })}`
      return
    }
    if (told === '') await setImmediate()
    else yield told
  }
}
