// One writer per data directory: a lock of the operating system, which vanishes with the process however that ends.
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'
import { faultOf, opened } from './connection.ts'

/**
 * Takes the lock for the life of this process or until the answer is called. The lock is on the file, not its presence: a file left behind locks nobody out.
 * Errors: DATA_LOCKED.
 */
export const lockForWriting = (file: string): (() => void) => {
  const db = opened(file, () => new Database(file, { timeout: 0 }))
  try {
    // Nothing is ever written to this file; no journal beside it either.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
      throw new LedgerError('DATA_LOCKED', 'Another process is using this data directory. Stop it first, or name another directory.', {
        cause,
      })
    }
    throw faultOf(cause, file)
  }
  return () => db.close()
}
