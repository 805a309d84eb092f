// How many scrubs one process does at once: each costs disk, and takes turns from everybody else.
import { LedgerError } from '@consent-ledger/domain'

/** At once, in one process; and of one operator, so that nobody keeps everybody else out. */
export const mostScrubs = 4
export const mostOfOne = mostScrubs / 2

export class ScrubSeats {
  /** By operator, one entry for each seat. */
  readonly #taken: string[] = []

  /** Takes a seat; what comes back gives it back, once. Errors: RATE_LIMITED. */
  take(operatorId: string): () => void {
    const own = this.#taken.filter((one) => one === operatorId).length
    if (this.#taken.length >= mostScrubs || own >= mostOfOne)
      throw new LedgerError('RATE_LIMITED', 'Too many lists are being checked at once; wait as long as Retry-After says.')
    this.#taken.push(operatorId)
    let given = false
    return () => {
      if (!given) this.#taken.splice(this.#taken.indexOf(operatorId), 1)
      given = true
    }
  }
}
