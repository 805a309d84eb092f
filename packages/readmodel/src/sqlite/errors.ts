// SQLite's errors in the ledger's words.
import Database from 'better-sqlite3'
import { faultsWith } from '../faults.ts'

const corrupt = /^SQLITE_(CORRUPT|NOTADB)/
/** Another process holds the file, or the disk refuses: the same call later may succeed. */
const unavailable = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|PERM|NOMEM|PROTOCOL)/

export const faults = faultsWith('stop the ledger, delete readmodel.sqlite (with -wal and -shm)')

/** What to throw for an error of the file: DATA_CORRUPT, STORE_UNAVAILABLE, or the error itself where it is neither. */
export const faultOf = (error: unknown): unknown => {
  if (!(error instanceof Database.SqliteError)) return error
  if (corrupt.test(error.code)) return faults.damaged('SQLite cannot read it', error)
  if (unavailable.test(error.code)) return faults.unavailable(error.code, error)
  return error
}
