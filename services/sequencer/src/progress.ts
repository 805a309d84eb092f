// How far the log has come, as numbers.

/**
 * `size`: leaves under the published head. `levelAt`: when everything recorded was last seen published, in ms of a clock that never goes back and begins anywhere;
 * null before that was ever so. `lagSeconds`: age of it, or since the start.
 */
export type SequencerProgress = { size: bigint; levelAt: number | null; lagSeconds: number }

export class Progress {
  readonly #elapsed: () => number
  readonly #since: number
  #size = 0n
  #levelAt: number | null = null

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
    this.#since = elapsed()
  }

  /** `lookedAt`: when the store was asked for what is published now; null if there was more. */
  published(size: bigint, lookedAt: number | null): void {
    this.#size = size
    if (lookedAt !== null) this.#levelAt = lookedAt
  }

  now(): SequencerProgress {
    const lagSeconds = Math.max(0, this.#elapsed() - (this.#levelAt ?? this.#since)) / 1000
    return { size: this.#size, levelAt: this.#levelAt, lagSeconds }
  }
}
