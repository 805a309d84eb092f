// The newest head that was ever published, kept beside the keys: what tells a log that was brought back too old from the one that everybody was shown.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import type { PublishedHead } from '@consent-ledger/logfiles'
import { openTreeHead, parseVkey, sameBytes, TlogError } from '@consent-ledger/tlog'
import { rootIn, type FoundLog } from './newestLog.ts'

const markName = 'log.head'

const rolledBack = (message: string): LedgerError => new LedgerError('DATA_ROLLED_BACK', message)

/** `keys`: the key directory. Null before the first head. Errors: DATA_CORRUPT if it is no head by one of `vkeys`. */
export const markIn = (keys: string, vkeys: readonly string[]): PublishedHead | null => {
  const file = join(keys, markName)
  if (!existsSync(file)) return null
  const note = readFileSync(file, 'utf8')
  try {
    return { ...openTreeHead(note, vkeys.map(parseVkey)).head, note }
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause
    throw new LedgerError('DATA_CORRUPT', `${file} is not a head of this log (${cause.message}). Bring the key directory back as it was.`, {
      cause,
    })
  }
}

const older = (reached: bigint, mark: PublishedHead): LedgerError =>
  rolledBack(
    `A head of ${mark.size} leaves was published (${markName} in the key directory), and the newest log that was found has ${reached}: going on from it would sign sizes twice. Look for a newer copy: mirrors, witnesses. Only if there is none, --accept-older-log. Nothing was changed.`,
  )

/**
 * Demands that the log reaches the mark and is the same there. `accepted`: a log that ends before it is taken nevertheless; answers with the mark that it falls
 * short of, else null. Errors: DATA_ROLLED_BACK (a shorter log; one with another root at that size, which is never accepted).
 */
export const demandMark = async (newest: FoundLog | null, mark: PublishedHead | null, accepted: boolean): Promise<PublishedHead | null> => {
  if (mark === null) return null
  const reached = newest?.covered ?? 0n
  if (reached < mark.size) {
    if (accepted) return mark
    throw older(reached, mark)
  }
  if (newest === null || sameBytes(await rootIn(newest, mark.size), mark.root)) return null
  throw rolledBack(
    `${newest.name} has another root for ${mark.size} leaves than the head that was published (${markName} in the key directory): it is another history. Keep both. Nothing was changed.`,
  )
}
