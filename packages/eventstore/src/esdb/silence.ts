// When a line is given up: nothing at all came over it for as long as somebody waited.

/** ms between two lines that are given up: twice as long each time, while nothing comes over the new one either. */
const first = 1_000
const longest = 30_000

/** By a clock that nobody sets. */
export class Silence {
  #heardAt = 0
  #gaveUpAt = Number.NEGATIVE_INFINITY
  #inARow = 0

  /** Something came from the server. */
  heard(): void {
    this.#heardAt = performance.now()
    this.#inARow = 0
  }

  /** Another line was made, and nothing came over it yet. */
  began(): void {
    this.#heardAt = performance.now()
  }

  /** Whether the line is to be given up, after `waited` ms in vain. Counts it as given up if so. */
  isEnough(waited: number): boolean {
    const now = performance.now()
    if (now - this.#heardAt < waited) return false
    if (now - this.#gaveUpAt < Math.min(first * 2 ** this.#inARow, longest)) return false
    this.#gaveUpAt = now
    this.#inARow++
    return true
  }
}
