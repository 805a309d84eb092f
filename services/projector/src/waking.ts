// A wait that ends at the next tick, or at once when somebody wakes it.
import type { Ticker } from '@consent-ledger/eventstore'
import { nextTick } from './tick.ts'

export class Waking {
  #woken = false
  #waiting: (() => void) | null = null

  /** Ends the wait under way; without one, the next ends at once. */
  wake(): void {
    this.#woken = true
    this.#waiting?.()
  }

  /** Resolves at the next tick of `ticker`, when woken, or when `signal` aborts. */
  async next(ticker: Ticker, signal: AbortSignal): Promise<void> {
    if (!this.#woken) {
      const orWoken: Ticker = (tick) => {
        this.#waiting = tick
        return ticker(tick)
      }
      await nextTick(orWoken, signal)
    }
    this.#waiting = null
    this.#woken = false
  }
}
