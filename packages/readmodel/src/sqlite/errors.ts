// SQLite's errors in the ledger's words.
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'

const corrupt = /^SQLITE_(CORRUPT|NOTADB)/
/** Another process holds the file, or the disk refuses: the same call later may succeed. */
const unavailable = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|PERM|NOMEM|PROTOCOL)/

const remade =
  'It holds nothing that the event store does not: stop the ledger, delete readmodel.sqlite (with -wal and -shm) and it is rebuilt.'

export const damaged = (what: string, cause?: unknown): LedgerError =>
  new LedgerError('DATA_CORRUPT', `The read model is damaged: ${what}. ${remade}`, { cause })
export const foreign = (what: string): LedgerError => new LedgerError('DATA_FOREIGN', `The read model ${what}. ${remade}`)
export const tooNew = (found: number, known: number): LedgerError =>
  new LedgerError(
    'DATA_TOO_NEW',
    `The read model has schema version ${found}, this program knows up to ${known}: start the newer program, or rebuild. ${remade}`,
  )
export const closed = (): LedgerError => new LedgerError('STORE_UNAVAILABLE', 'The read model is closed.')

/** What to throw for an error of the file: DATA_CORRUPT, STORE_UNAVAILABLE, or the error itself where it is neither. */
export const faultOf = (error: unknown): unknown => {
  if (!(error instanceof Database.SqliteError)) return error
  if (corrupt.test(error.code)) return damaged('SQLite cannot read it', error)
  if (unavailable.test(error.code))
    return new LedgerError('STORE_UNAVAILABLE', `The read model cannot be used now (${error.code}).`, { cause: error })
  return error
}
