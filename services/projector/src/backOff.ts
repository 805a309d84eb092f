// What is tried again, and after how long.
import { setTimeout } from 'node:timers/promises'
import { LedgerError } from '@consent-ledger/domain'

const first = 50
const longest = 10_000

/** Whether the same step later may succeed: a file that another process holds, a disk that is full, a server that is away. */
export const passes = (error: unknown): error is LedgerError => error instanceof LedgerError && error.code === 'STORE_UNAVAILABLE'

/** Ms to wait after the nth failure in a row (from 1): twice as long each time, 10 s at most. */
export const backOff = (failures: number): number => Math.min(first * 2 ** (failures - 1), longest)

/** Resolves after `wait` ms, or at once when `signal` aborts. */
export const pause = async (wait: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(wait, undefined, { signal }).catch(() => {})
}
