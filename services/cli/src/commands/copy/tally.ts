// What the streams of a store hold: how many events each, and one running hash over the leaves of each, at some forty bytes a stream.
import { createHash } from 'node:crypto'
import { leafBytes, LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, missingRevision, type EventStore } from '@consent-ledger/eventstore'

/** Numbers streams in the order in which they are met, once for both stores: what is kept per stream is then a place in an array. */
export class StreamNumbers {
  readonly #numbers = new Map<string, number>()

  of(stream: string): number {
    const known = this.#numbers.get(stream)
    if (known !== undefined) return known
    this.#numbers.set(stream, this.#numbers.size)
    return this.#numbers.size - 1
  }

  /** Every stream met so far, with its number. */
  all(): Iterable<[stream: string, number: number]> {
    return this.#numbers
  }
}

/** A count for each stream, 0 where none was set. */
export class Counts {
  #counts: Uint32Array

  constructor(counts = new Uint32Array(1024)) {
    this.#counts = counts
  }

  get(number: number): number {
    return this.#counts[number] ?? 0
  }

  set(number: number, count: number): void {
    if (number >= this.#counts.length) {
      const grown = new Uint32Array(number * 2)
      grown.set(this.#counts)
      this.#counts = grown
    }
    this.#counts[number] = count
  }

  copy(): Counts {
    return new Counts(this.#counts.slice())
  }
}

const digestSize = 32
const pageSize = 1000

/**
 * Counts and hashes of the streams of one store, as far as it was read. The hash of a stream is h(n) = SHA-256(h(n − 1) ‖ leaf of event n), h(0) = 32 zero
 * bytes: equal hashes are equal leaves in the same order, which is exactly what a proof covers.
 */
export class Tally {
  readonly counts = new Counts()
  readonly #store: Pick<EventStore, 'readAll'>
  readonly #numbers: StreamNumbers
  #digests = Buffer.alloc(1024 * digestSize)
  #position = beginning
  #events = 0

  constructor(store: Pick<EventStore, 'readAll'>, numbers: StreamNumbers) {
    this.#store = store
    this.#numbers = numbers
  }

  /** How many events were read. */
  get events(): number {
    return this.#events
  }

  /** Valid until the next `advance`. */
  digest(number: number): Buffer {
    const digest = this.#digests.subarray(number * digestSize, (number + 1) * digestSize)
    return digest.length === 0 ? Buffer.alloc(digestSize) : digest
  }

  /**
   * Reads on, to the end of the store. `seen` is called after each event with its stream's number, counted and hashed.
   * Errors: INTEGRITY for a revision that is missing or a position that does not grow; those of the store. The tally is worth nothing after one.
   */
  async advance(seen: (number: number) => void): Promise<void> {
    for (;;) {
      const page = await this.#store.readAll({ after: this.#position, limit: pageSize })
      if (page.length === 0) return
      for (const event of page) seen(this.#add(event))
    }
  }

  #add(event: RecordedEvent): number {
    const number = this.#numbers.of(event.stream)
    const count = this.counts.get(number)
    demandNext(event, BigInt(count))
    if (event.position <= this.#position)
      throw new LedgerError('INTEGRITY', `The store gave position ${event.position} after ${this.#position}: positions must grow.`)
    if ((number + 1) * digestSize > this.#digests.length)
      this.#digests = Buffer.concat([this.#digests, Buffer.alloc(number * digestSize + digestSize)])
    const digest = this.digest(number)
    createHash('sha256').update(digest).update(leafBytes(event)).digest().copy(digest)
    this.counts.set(number, count + 1)
    this.#position = event.position
    this.#events++
    return number
  }
}

/** Errors: INTEGRITY if `event` is not the one of this revision. */
export const demandNext = (event: RecordedEvent, revision: bigint): void => {
  if (event.revision !== revision) throw missingRevision(event.stream, revision, event.revision)
}
