// Where the newest heads stand in `tree-heads`, kept in memory: almost every question is about one of them.
import { treeHeadsStream, type RecordedEvent } from '@consent-ledger/domain'
import type { StreamReader } from '@consent-ledger/eventstore'
import { lastRevisionOf, sizeOf } from './revisionSearch.ts'

/** Some eight minutes of a ledger under load. */
const most = 1024
const pageSize = 256

type Placed = { size: bigint; revision: bigint }

const isHead = ({ type }: RecordedEvent): boolean => type === 'TreeHeadSigned'

/** Of one stream, which only grows. Consecutive heads up to the newest that was seen, oldest first. */
export class HeadIndex {
  readonly #heads: Placed[] = []
  #read: bigint | null = null

  /**
   * Revision of the first head of at least this size, if it is among those that are kept. Null: there is none yet. `before`: it stands no later than this revision,
   * which is of such a head, and is not kept any more. Errors: LOG_DISAGREES, those of the store.
   */
  async firstFrom(store: StreamReader, size: bigint): Promise<{ at: bigint } | { before: bigint } | null> {
    const newest = this.#heads.at(-1)
    if (newest === undefined || newest.size < size) await this.#readOn(store)
    const found = this.#among(size)
    if (found === undefined) return null
    // Whether one that is older covers it as well is not known here.
    return found > 0 || this.#heads[0]?.revision === 0n
      ? { at: this.#heads[found]?.revision ?? 0n }
      : { before: this.#heads[0]?.revision ?? 0n }
  }

  /** Reads what was signed since the last time; the first time the newest page. */
  async #readOn(store: StreamReader): Promise<void> {
    if (this.#read === null) {
      const last = await lastRevisionOf(store, treeHeadsStream)
      this.#read = last >= BigInt(pageSize) ? last - BigInt(pageSize) : -1n
    }
    for (;;) {
      const page = await store.readStream(treeHeadsStream, { after: this.#read, limit: pageSize })
      this.#keep(page)
      if (page.length < pageSize) return
    }
  }

  /** Two calls may have read the same page. */
  #keep(page: readonly RecordedEvent[]): void {
    for (const event of page) {
      if (event.revision <= (this.#read ?? -1n)) continue
      this.#read = event.revision
      if (isHead(event)) this.#heads.push({ size: sizeOf(event), revision: event.revision })
    }
    if (this.#heads.length > most) this.#heads.splice(0, this.#heads.length - most)
  }

  /** Index of the first of at least this size. */
  #among(size: bigint): number | undefined {
    let [low, high] = [0, this.#heads.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#heads[middle]?.size ?? 0n) >= size) high = middle
      else low = middle + 1
    }
    return low === this.#heads.length ? undefined : low
  }
}
