// Folds kept from act to act, or from group to group: without them each would read again all that came before it, over the network where the store is there.
import { ms, type Aggregate, type RecordedEvent } from '@consent-ledger/domain'
import { beginning } from './port.ts'

/** A stream folded up to and including `revision`, which may be short of its end. `acts`: every act in it, so that one that comes again is told. */
export type Fold<State> = { state: State; revision: bigint; recordedAt: number; readonly acts: Set<string> }

export const startOf = <State>({ initial }: Aggregate<State>): Fold<State> => ({
  state: initial(),
  revision: beginning,
  recordedAt: Number.NEGATIVE_INFINITY,
  acts: new Set(),
})

/** Adds the next event; changes `fold`. */
export const addTo = <State>(fold: Fold<State>, { evolve }: Aggregate<State>, event: RecordedEvent): void => {
  fold.state = evolve(fold.state, event)
  fold.revision = event.revision
  fold.recordedAt = ms(event.metadata.recordedAt)
  fold.acts.add(event.metadata.actId)
}

type Kept = { evolve: unknown; fold: Fold<unknown>; events: number }

/**
 * The folds used last, `most` events in all: so their number is bounded too. The one used last stays, however long it is. A fold changes as it is used, so
 * whoever takes it has it alone.
 */
export class RecentFolds {
  readonly #most: number
  // Oldest use first.
  readonly #kept = new Map<string, Kept>()
  #events = 0

  constructor(most = 20_000) {
    this.#most = most
  }

  /** Takes the fold of a stream out, if it was made by the same `evolve`. What is not put back (after any failure) is forgotten. */
  take<State>({ stream, evolve }: Aggregate<State>): Fold<State> | undefined {
    const kept = this.#kept.get(stream)
    if (kept === undefined) return undefined
    this.#forget(stream, kept)
    // The same function made it, so it is of the same type.
    return kept.evolve === evolve ? (kept.fold as Fold<State>) : undefined
  }

  put<State>({ stream, evolve }: Aggregate<State>, fold: Fold<State>): void {
    const events = Number(fold.revision + 1n)
    if (events === 0) return
    this.#kept.set(stream, { evolve, fold, events })
    this.#events += events
    for (const [oldest, kept] of this.#kept) {
      if (this.#events <= this.#most || oldest === stream) return
      this.#forget(oldest, kept)
    }
  }

  #forget(stream: string, { events }: Kept): void {
    this.#kept.delete(stream)
    this.#events -= events
  }
}
