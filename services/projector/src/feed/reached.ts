// How far the feed is in Kafka, as numbers.
import type { FeedPlace } from '@consent-ledger/domain'

/**
 * `holds`: whether this process is the one that sends. `sent`, `head`: places in the feed of `epoch`, of the last change stored in Kafka and of the newest there is.
 * `lagSeconds`: since the two were last the same, or since this process sends; 0 while another one does. `records`: stored by this process, heartbeats too.
 */
export type FeedProgress = { holds: boolean; epoch: bigint; sent: bigint; head: bigint; lagSeconds: number; records: number }

export class Reached {
  readonly #clock: () => number
  #holds = false
  #epoch = 0n
  #sent = 0n
  #head = 0n
  #levelAt = 0
  #records = 0

  /** `clock`: epoch ms. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Whether this process sends from now on, or another one does. */
  holds(holds: boolean): void {
    if (holds && !this.#holds) this.#levelAt = this.#clock()
    this.#holds = holds
  }

  stored(records: number): void {
    this.#records += records
  }

  at({ epoch, n }: FeedPlace, head: bigint): void {
    this.#epoch = epoch
    this.#sent = n
    this.#head = head > n ? head : n
    if (n >= head) this.#levelAt = this.#clock()
  }

  now(): FeedProgress {
    const lagSeconds = this.#holds ? Math.max(0, this.#clock() - this.#levelAt) / 1000 : 0
    return { holds: this.#holds, epoch: this.#epoch, sent: this.#sent, head: this.#head, lagSeconds, records: this.#records }
  }
}
