// Whether what a follower is given is the whole: positions that grow, revisions without a gap in each stream.
import { LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import type { EventStore } from './port.ts'

type RecordedPlace = { revision: bigint; position: bigint }

/**
 * Checks events in the order in which they are to be applied. Remembers the last revision of the `bound` streams seen most recently.
 * Of a stream out of mind it asks the store for the event before: it must lie at or before the position where remembering begins.
 */
export class Continuity {
  readonly #store: Pick<EventStore, 'readStream'>
  readonly #bound: number
  readonly #last = new Map<string, RecordedPlace>()
  #position: bigint
  // Every event after this position is of a stream in `#last`, so an unknown stream has none there.
  #forgotten: bigint

  constructor(store: Pick<EventStore, 'readStream'>, position: bigint, bound = 65_536) {
    this.#store = store
    this.#position = position
    this.#forgotten = position
    this.#bound = bound
  }

  /** Position of the last event that passed. */
  get position(): bigint {
    return this.#position
  }

  /** Errors: INTEGRITY on the first event that does not follow; nothing after it may be applied. */
  async pass(event: RecordedEvent): Promise<void> {
    if (event.position <= this.#position) throw broken(event, `comes after position ${this.#position}`)
    const last = this.#last.get(event.stream)?.revision ?? (await this.#lastPassed(event))
    if (event.revision !== last + 1n) throw broken(event, `follows revision ${last} of its stream`)
    this.#position = event.position
    this.#remember(event)
  }

  async #lastPassed(event: RecordedEvent): Promise<bigint> {
    if (event.revision === 0n) return -1n
    const [before] = await this.#store.readStream(event.stream, { after: event.revision - 2n, limit: 1 })
    if (before === undefined || before.position > this.#forgotten)
      throw broken(event, 'comes without the one that it follows in its stream')
    return before.revision
  }

  #remember(event: RecordedEvent): void {
    this.#last.delete(event.stream)
    this.#last.set(event.stream, { revision: event.revision, position: event.position })
    if (this.#last.size <= this.#bound) return
    const [oldest] = this.#last
    if (oldest === undefined) return
    this.#last.delete(oldest[0])
    this.#forgotten = oldest[1].position
  }
}

const broken = (event: RecordedEvent, how: string): LedgerError =>
  new LedgerError(
    'INTEGRITY',
    `The store gave events out of order: revision ${event.revision} of ${event.stream}, at position ${event.position}, ${how}.`,
  )
