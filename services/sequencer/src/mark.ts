// The newest head that anybody was shown, kept beside the keys and apart from the log: what tells a log that was put back to an older state.
import { LedgerError } from '@consent-ledger/domain'
import type { LogState } from '@consent-ledger/logfiles'
import { openTreeHead, parseVkey, sameBytes, TlogError, treeRoot, type TreeHead } from '@consent-ledger/tlog'
import type { SealingDeps } from './openLog.ts'
import { markFile } from './signingKeys.ts'
import { readerWithin } from './tileFiles.ts'

const older = (found: string): LedgerError =>
  new LedgerError(
    'DATA_ROLLED_BACK',
    `${found}: it was put back to an older state, or is another log. Name the newest log directory in LEDGER_LOG, or bring it back by \`ledger restore\``,
  )

/** Null if none is kept. `vkeys`: all that signed for this log, by the ledger. Errors: DATA_CORRUPT. */
const markOf = ({ keys }: Pick<SealingDeps, 'keys'>, vkeys: readonly string[]): TreeHead | null => {
  const note = keys.newest()
  try {
    return note === null ? null : openTreeHead(note, vkeys.map(parseVkey)).head
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause
    throw new LedgerError(
      'DATA_CORRUPT',
      `${markFile} in the key directory is not a head of this log: ${cause.message}. Bring the key directory of this log back`,
      { cause },
    )
  }
}

/** A log without a leaf beside a mark is not a new one. Errors: DATA_ROLLED_BACK. */
export const demandNoMark = ({ keys }: Pick<SealingDeps, 'keys'>): void => {
  if (keys.newest() === null) return
  throw older(`The log directory has no leaf, but ${markFile} in the key directory names a head that was published`)
}

/**
 * The log has every leaf under the newest head that anybody was shown, and the same ones. Answers with the size of that head; null if none is kept.
 * Reads a few tiles, none where the log ends at it. Errors: DATA_ROLLED_BACK, DATA_CORRUPT, those of the files.
 */
export const demandMark = async (
  { keys, files }: Pick<SealingDeps, 'keys' | 'files'>,
  vkeys: readonly string[],
  state: LogState,
): Promise<bigint | null> => {
  const mark = markOf({ keys }, vkeys)
  if (mark === null) return null
  const named = `${markFile} in the key directory names a head of ${mark.size} leaves`
  if (mark.size > state.size) throw older(`${named} that was published, but the log directory ends at ${state.size}`)
  const root = mark.size === state.size ? Buffer.from(state.root, 'base64') : await treeRoot(readerWithin(files, state.size), mark.size)
  if (!sameBytes(root, mark.root)) throw older(`${named} with another root than the log directory has at that size`)
  return mark.size
}
