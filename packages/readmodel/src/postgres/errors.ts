// PostgreSQL's errors, and those of the line to it, in the ledger's words.
import pg from 'pg'
import { LedgerError } from '@consent-ledger/domain'
import { faultsWith } from '../faults.ts'

export const faults = faultsWith('stop the projectors, drop the schema readmodel of this database (cascade)')

/** SQLSTATE, and why the same call later may succeed. What is in no list is a defect. */
const passing: readonly [sqlState: RegExp, why: string][] = [
  [/^08|^57P/, 'PostgreSQL is starting, stopping or away'],
  [/^53/, 'PostgreSQL has no room, memory or connection left'],
  [/^5[58]/, 'PostgreSQL could not do it now'],
  [/^57014$|^25P0[34]$/, 'PostgreSQL was too slow'],
  [/^40/, 'PostgreSQL gave way to another transaction'],
  [/^25006$/, 'this PostgreSQL is a copy that takes no writes'],
  [/^28|^42501$/, 'PostgreSQL refuses the user or its password'],
  [/^3D000$/, 'the database is not there'],
]
/** Pages that cannot be read; tables or columns that are not as the migrations made them. */
const corrupt = /^XX00[12]$|^3F000$|^42P01$|^42703$/

const byState = (error: pg.DatabaseError): unknown => {
  const state = error.code ?? ''
  if (corrupt.test(state)) return faults.damaged(`PostgreSQL cannot read it (${state})`, error)
  const [, why] = passing.find(([pattern]) => pattern.test(state)) ?? []
  return why === undefined ? error : faults.unavailable(`${why}: ${state}`, error)
}

/** The driver tells a line that is cut, silent or cannot be had with plain errors; those of the language are defects. */
const isOfTheLine = (error: unknown): boolean =>
  error instanceof Error && (error.constructor === Error || error instanceof AggregateError || 'syscall' in error)

/** What to throw for an error of the driver: DATA_CORRUPT, STORE_UNAVAILABLE, or the error itself where it is neither. */
export const faultOf = (error: unknown): unknown => {
  if (error instanceof LedgerError) return error
  if (error instanceof pg.DatabaseError) return byState(error)
  return isOfTheLine(error) ? faults.unavailable('PostgreSQL cannot be reached, or did not answer in time', error) : error
}
