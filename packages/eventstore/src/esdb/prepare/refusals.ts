// What a server's refusal means to whoever prepares it. Everything else is in the adapter's one table.
import { LedgerError } from '@consent-ledger/domain'
import { ErrorType, isCommandError } from '@eventstore/db-client'
import { asLedgerError, meaningOf } from '../errors.ts'

export const refuse = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)

/** The server does not know the caller, or knows and refuses. */
export const isDenied = (error: unknown): boolean => meaningOf(error) === 'denied'

/** Whether the client gave the error this type. */
export const hasType = (error: unknown, type: ErrorType): boolean => error instanceof Error && isCommandError(error) && error.type === type

/** An error in our words, for whoever runs the command. */
export const inOurWords = (error: unknown): LedgerError => {
  if (isDenied(error))
    return refuse('EVENTSTORE_URL: the server refuses this account; it must be an administrator’s, with its right password.')
  if (hasType(error, ErrorType.WRONG_EXPECTED_VERSION))
    return new LedgerError('WRONG_EXPECTED_REVISION', 'Somebody else changed the access rules at the same moment. Give the command again.')
  return asLedgerError(error)
}
