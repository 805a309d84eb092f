// One sequencer per log directory: a lock of the operating system, which vanishes with the process however that ends.
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'

/**
 * Takes the lock for the life of this process or until the answer is called. The lock is on the file, not its presence: a file left behind locks nobody out.
 * Errors: DATA_LOCKED, STORE_UNAVAILABLE.
 */
export const lockForSealing = (file: string): (() => void) => {
  const db = opened(file)
  try {
    // Nothing is ever written to this file; no journal beside it either.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
      throw new LedgerError(
        'DATA_LOCKED',
        'Another sequencer is writing to this log. End it first, or name another directory in LEDGER_LOG.',
        {
          cause,
        },
      )
    }
    throw unavailable(cause)
  }
  return () => db.close()
}

const opened = (file: string): Database.Database => {
  try {
    return new Database(file, { timeout: 0 })
  } catch (cause) {
    throw unavailable(cause)
  }
}

const unavailable = (cause: unknown): LedgerError =>
  new LedgerError('STORE_UNAVAILABLE', 'The lock of the log directory cannot be opened.', { cause })
