// How far the read model has come, as numbers.
import type { Progress } from '@consent-ledger/eventstore'

/**
 * `checkpoint`, `head`: positions applied and recorded. `asOf`: epoch ms at which everything recorded was last seen applied; null while a first run or a rebuild is under way.
 * `lagEvents`: positions between the two, so at most that many events. `lagSeconds`: age of `asOf`; without one, since the projector or the rebuild began.
 */
export type ProjectorProgress = { checkpoint: bigint; head: bigint; asOf: number | null; lagEvents: number; lagSeconds: number }

export class Freshness {
  readonly #clock: () => number
  #since: number
  #seen: Progress = { checkpoint: -1n, head: -1n, asOf: null }

  constructor(clock: () => number) {
    this.#clock = clock
    this.#since = clock()
  }

  /** What the read model says of itself, before it is followed again or while another projector does so. Less than before only after a rebuild began. */
  look({ checkpoint, asOf }: { checkpoint: bigint; asOf: number | null }, head: bigint): void {
    if (asOf === null && this.#seen.asOf !== null) this.#since = this.#clock()
    this.#seen = { checkpoint, head, asOf }
  }

  /** Answers with `asOf` if it moved. A loop that has just begun knows none yet: then the one before still holds. */
  note(progress: Progress): number | null {
    const before = this.#seen.asOf
    this.#seen = { ...progress, asOf: progress.asOf ?? before }
    return progress.asOf === before ? null : progress.asOf
  }

  now(): ProjectorProgress {
    const { checkpoint, head, asOf } = this.#seen
    const lagSeconds = Math.max(0, this.#clock() - (asOf ?? this.#since)) / 1000
    return { checkpoint, head, asOf, lagEvents: Number(head - checkpoint), lagSeconds }
  }
}
