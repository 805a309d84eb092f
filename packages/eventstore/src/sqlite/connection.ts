// How an event file is opened, and what SQLite's errors mean to the ledger.
import Database from 'better-sqlite3'
import { basename } from 'node:path'
// Not the whole domain: the writer's thread loads this file too, and starts three times as fast without.
import { LedgerError } from '@consent-ledger/domain/errors'

export type Connection = Database.Database

/** Long enough for a copy or a look from outside to get out of the way, short enough that a caller is not left waiting. */
const patience = 250

/** A connection that writes. Errors: as `faultOf`. */
export const openForWriting = (file: string): Connection =>
  opened(file, () => {
    const db = new Database(file, { timeout: patience })
    // Readers never wait for the writer, nor it for them.
    const mode: unknown = db.pragma('journal_mode = WAL', { simple: true })
    if (mode !== 'wal')
      throw new LedgerError('STORE_UNAVAILABLE', `The file system of ${basename(file)} cannot hold a write-ahead log (a network share?).`)
    // In WAL mode only FULL syncs the log at each commit; NORMAL would acknowledge what a power cut then takes back.
    db.pragma('synchronous = FULL')
    // On macOS fsync leaves the bytes in the drive's cache; elsewhere this changes nothing.
    db.pragma('fullfsync = ON')
    // The log is cut back after a checkpoint, so that one burst does not hold its room for ever.
    db.pragma('journal_size_limit = 67108864')
    return db
  })

/** A connection that cannot write: what runs on the main thread cannot harm the record. The file must exist. */
export const openForReading = (file: string): Connection => opened(file, () => new Database(file, { readonly: true, timeout: patience }))

/** What `open` gives. Errors: as `faultOf`. */
export const opened = (file: string, open: () => Connection): Connection => {
  try {
    return open()
  } catch (error) {
    throw faultOf(error, file)
  }
}

/** The fault behind an error of SQLite: DATA_CORRUPT names the file and what to do, a wrong call is INTERNAL, everything else STORE_UNAVAILABLE. A LedgerError stays what it is. */
export const faultOf = (cause: unknown, file: string): LedgerError => {
  if (cause instanceof LedgerError) return cause
  if (cause instanceof TypeError || cause instanceof RangeError)
    return new LedgerError('INTERNAL', 'The event store was called in a way that it does not know.', { cause })
  const code = cause instanceof Database.SqliteError ? cause.code : ''
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new LedgerError(
      'DATA_CORRUPT',
      `${basename(file)} is damaged. Keep a copy of it for inquiry, then restore the data directory from a backup.`,
      { cause },
    )
  }
  return new LedgerError('STORE_UNAVAILABLE', `${basename(file)} cannot be read or written at present${code === '' ? '' : ` (${code})`}.`, {
    cause,
  })
}
