// Which names a file of the log may have, and to which of its three parts each belongs. Nothing else is ever read or written: no path leads out.
import { LedgerError } from '@consent-ledger/domain'
import { parseTilePath } from '@consent-ledger/tlog'

/** `public`: whoever wants it; `entries`: auditors; `state`: the sequencer alone. */
export type Part = 'public' | 'entries' | 'state'

/** The part that a file belongs to; null for what is no file of a log. C2SP tlog-tiles. */
export const partOf = (path: string): Part | null => {
  if (path === 'checkpoint') return 'public'
  if (path === 'state.json') return 'state'
  const found = parseTilePath(path)
  if (found === null) return null
  return 'entries' in found ? 'entries' : 'public'
}

/** Whether a file is one that is replaced; all others are made once. */
export const isReplaced = (path: string): boolean => path === 'checkpoint' || path === 'state.json'

/** Whether a tile or bundle has more than the tree of `size` leaves has there. */
export const reachesBeyond = (path: string, size: bigint): boolean => {
  const found = parseTilePath(path)
  if (found === null) return false
  const { level, index, width } = 'tile' in found ? found.tile : { level: 0, ...found.entries }
  return (index << 8n) + BigInt(width) > size >> BigInt(8 * level)
}

/** Errors: INTERNAL unless `path` is a tile or a bundle of entries. */
export const demandOnce = (path: string): void => {
  if (partOf(path) === null || isReplaced(path)) throw new LedgerError('INTERNAL', 'This is no name of a tile or of a bundle of entries')
}

/** Errors: INTERNAL unless `path` is a file that may be replaced. */
export const demandReplaced = (path: string): void => {
  if (!isReplaced(path)) throw new LedgerError('INTERNAL', 'Only the published head and the state are ever replaced')
}

/** A file is there with other bytes: nothing more may be signed. */
export const otherBytes = (path: string): LedgerError =>
  new LedgerError(
    'LOG_DISAGREES',
    `The log holds ${path} with other bytes than those that were to be written: what exists is never replaced.`,
  )

export const closedFiles = (): LedgerError => new LedgerError('STORE_UNAVAILABLE', 'The files of the log are closed.')
