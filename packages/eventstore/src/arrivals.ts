// How the embedded adapters tell their subscriptions that there is more to read, or that nothing will come any more.
import type { RecordedEvent } from '@consent-ledger/domain'
import type { Page } from './port.ts'

/** Counts what was announced, so that an announcement between a reader's look and its wait is not lost. Holds nothing but those who wait. */
export class Arrivals {
  #count = 0
  #closed = false
  #waiting = new Set<() => void>()

  get count(): number {
    return this.#count
  }

  get closed(): boolean {
    return this.#closed
  }

  announce(): void {
    this.#count++
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const wake of waiting) wake()
  }

  close(): void {
    this.#closed = true
    this.announce()
  }

  /** Resolves when more was announced than `seen`, or `signal` aborts; at once if that is so already. */
  beyond(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#count !== seen || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }
}

/** `subscribeAll` of the port over `read`: pages from `from.after` on as fast as they are taken, then a wait for the next arrival. */
export async function* subscription(
  read: (page: Page) => Promise<RecordedEvent[]>,
  arrivals: Arrivals,
  from: Page,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent[], void, undefined> {
  let after = from.after
  while (!signal.aborted && !arrivals.closed) {
    const seen = arrivals.count
    const events = await read({ after, limit: from.limit })
    const last = events.at(-1)
    if (last === undefined) {
      await arrivals.beyond(seen, signal)
      continue
    }
    after = last.position
    yield events
  }
}
