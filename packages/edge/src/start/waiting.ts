// A start that waits for what other machines bring: a server that is not up yet, a ledger that nobody has begun.
import { setTimeout } from 'node:timers/promises'
import { LedgerError, type ErrorCode } from '@consent-ledger/domain'
import type { Life } from './life.ts'

/** What may be otherwise a second later. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['NOT_READY', 'STORE_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'VAULT_UNAVAILABLE'])

const every = 1000

/**
 * Tries `step` each second until it succeeds; says what it waits for, each thing once. `step` must be safe to repeat.
 * Errors: those of `step` that do not pass by themselves; the reason of `stopping` once the process is told to stop.
 */
export const untilThere = async <T>({ say, stopping }: Pick<Life, 'say' | 'stopping'>, step: () => Promise<T>): Promise<T> => {
  const said = new Set<string>()
  for (;;) {
    stopping.throwIfAborted()
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof LedgerError) || !passing.has(error.code)) throw error
      if (!said.has(error.message)) say(`Waiting. ${error.code}: ${error.message}`)
      said.add(error.message)
    }
    await setTimeout(every, undefined, { signal: stopping }).catch(() => {})
  }
}
