// A start that waits for what other machines bring: a server that is not up yet, a ledger that nobody has begun.
import { setTimeout } from 'node:timers/promises'
import { isPassing, LedgerError } from '@consent-ledger/domain'
import type { Life } from './life.ts'

/** What may be otherwise a second later: also a vault that is away, and a ledger that has not begun. */
const mayPass = (error: unknown): error is LedgerError =>
  isPassing(error) || (error instanceof LedgerError && (error.code === 'VAULT_UNAVAILABLE' || error.code === 'NOT_READY'))

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
      if (!mayPass(error)) throw error
      if (!said.has(error.message)) say(`Waiting. ${error.code}: ${error.message}`)
      said.add(error.message)
    }
    await setTimeout(every, undefined, { signal: stopping }).catch(() => {})
  }
}
