// What SQLite's errors mean for the ledger: try later, or stop because the file is damaged.
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'

const damaged = /^SQLITE_(CORRUPT|NOTADB|FORMAT)/

export const isOfTheFile = (error: unknown): error is InstanceType<typeof Database.SqliteError> => error instanceof Database.SqliteError

/** DATA_CORRUPT where the file is damaged, otherwise VAULT_UNAVAILABLE (full, failing or locked: asking again is safe). Errors of the ledger stay. */
export const asFault = (error: unknown): unknown => {
  if (!isOfTheFile(error)) return error
  if (damaged.test(error.code)) return new LedgerError('DATA_CORRUPT', `The vault's file is damaged (${error.code})`, { cause: error })
  return new LedgerError('VAULT_UNAVAILABLE', `The vault cannot be read or written now (${error.code})`, { cause: error })
}
