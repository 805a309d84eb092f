// What wakes the sender: a change that was just applied, or the next look.
import type { Ticker } from '@consent-ledger/eventstore'

export class Bell {
  #rung = false
  #heard: (() => void) | null = null

  /** Wakes whoever waits, or the next who will. */
  ring(): void {
    this.#rung = true
    this.#heard?.()
  }

  /** Resolves once it was rung since the last time, at the next tick, or when `signal` aborts. */
  async wait(ticker: Ticker, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#heard = resolve
      const heard = (): void => resolve()
      const stop = ticker(heard)
      signal.addEventListener('abort', heard)
      await promise
      stop()
      signal.removeEventListener('abort', heard)
      this.#heard = null
    }
    this.#rung = false
  }
}
