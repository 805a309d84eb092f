// Waiting for the next tick, or for the end.
import type { Ticker } from '@consent-ledger/eventstore'

/** Resolves at the next tick, or at once when `signal` aborts. */
export const nextTick = async (ticker: Ticker, signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const stop = ticker(() => resolve(null))
  signal.addEventListener('abort', resolve)
  await promise
  stop()
  signal.removeEventListener('abort', resolve)
}
