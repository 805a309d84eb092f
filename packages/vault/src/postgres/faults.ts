// What PostgreSQL's and the network's errors mean for the ledger, in one table: try later, stop, or a defect of ours.
import { LedgerError, type ErrorCode } from '@consent-ledger/domain'
import pg from 'pg'

/**
 * By SQLSTATE, the longest beginning that fits (PostgreSQL, Appendix A). What is not here is INTERNAL: a constraint or a text that the vault must never
 * have sent.
 */
const meanings: Readonly<Record<string, ErrorCode>> = {
  '08': 'VAULT_UNAVAILABLE', // connection
  '25006': 'VAULT_UNAVAILABLE', // read only: a standby, or the disk is full and somebody locked it
  '28': 'VAULT_UNAVAILABLE', // user or password
  '3D000': 'VAULT_UNAVAILABLE', // no such database
  '40': 'VAULT_UNAVAILABLE', // rolled back: deadlock, serialization, outcome of the statement unknown
  '42501': 'VAULT_UNAVAILABLE', // a right is missing
  '42703': 'DATA_CORRUPT', // no such column
  '42P01': 'DATA_CORRUPT', // no such table
  '42804': 'DATA_CORRUPT', // a column of another type
  '42883': 'DATA_CORRUPT', // the same, found while comparing
  '3F000': 'DATA_CORRUPT', // no such schema
  '53': 'VAULT_UNAVAILABLE', // disk full, out of memory, too many connections
  '55': 'VAULT_UNAVAILABLE', // locked longer than anybody waits
  '57': 'VAULT_UNAVAILABLE', // shut down, starting, cancelled, timed out
  '58': 'VAULT_UNAVAILABLE', // the system under the server
  XX: 'VAULT_UNAVAILABLE', // the server or a pooler before it is in trouble
  XX001: 'DATA_CORRUPT', // a damaged page
  XX002: 'DATA_CORRUPT', // a damaged index
}

const sentences: Partial<Record<ErrorCode, string>> = {
  VAULT_UNAVAILABLE: 'The vault cannot be read or written now',
  DATA_CORRUPT: 'The vault’s tables are damaged, or lack what their format needs',
  INTERNAL: 'PostgreSQL refused what the vault asked for',
}

/**
 * A failure of the driver as a LedgerError; one that is already stays. The message has a code and nothing that the server said: that may hold values.
 */
export const asFault = (error: unknown): LedgerError => {
  if (error instanceof LedgerError) return error
  const reason = codeOf(error)
  const code = error instanceof pg.DatabaseError ? meaningOf(reason) : 'VAULT_UNAVAILABLE'
  return new LedgerError(code, `${sentences[code] ?? code} (${reason})`, { cause: error })
}

const meaningOf = (state: string): ErrorCode => meanings[state] ?? meanings[state.slice(0, 2)] ?? 'INTERNAL'

/** SQLSTATE, or the network's own word, as in ECONNREFUSED. The driver's timeouts have neither. */
const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z0-9_]{5,40}$/.test(code) ? code : 'no connection'
}
