// What a server's refusal means to whoever prepares it. Everything else is in the adapter's one table.
import { LedgerError } from '@consent-ledger/domain'
import { isCommandError } from '@eventstore/db-client'
import { asLedgerError, meaningOf } from '../errors.ts'

export const refuse = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)

/** The server does not know the caller, or knows and refuses. */
export const isDenied = (error: unknown): boolean => meaningOf(error) === 'denied'

/** Whether the client gave the error one of these types. */
export const hasType = (error: unknown, ...types: string[]): boolean =>
  error instanceof Error && isCommandError(error) && types.includes(error.type)

/** An error in our words, for whoever runs the command. */
export const inOurWords = (error: unknown): LedgerError => {
  if (isDenied(error))
    return refuse('EVENTSTORE_URL: the server refuses this account; it must be an administrator’s, with its right password.')
  if (hasType(error, 'wrong-expected-version'))
    return new LedgerError('WRONG_EXPECTED_REVISION', 'Somebody else changed the access rules at the same moment. Give the command again.')
  return asLedgerError(error)
}
