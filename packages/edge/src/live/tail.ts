// One aggregate kept up to date: folded from its stream once, then by what came since the last look.
import type { Aggregate, RecordedEvent } from '@consent-ledger/domain'
import { beginning, readOn, type StreamReader } from '@consent-ledger/eventstore'

export type Tail<State> = {
  /** Changes with `read`; not a copy. */
  state(): State
  /**
   * Folds every event since the last call; true if there was any. What is new is read whole and then folded without a pause, so that nobody sees half an act.
   * Errors: those of the store, and INTEGRITY if a revision is missing: nothing is folded then, and the same call again is safe.
   */
  read(): Promise<boolean>
}

/** Begins before the stream's first event. */
export const tailOf = <State>(store: StreamReader, { stream, initial, evolve }: Aggregate<State>): Tail<State> => {
  let state = initial()
  let last = beginning
  return {
    state: () => state,
    async read() {
      const events: RecordedEvent[] = []
      for await (const page of readOn(store, stream, last)) events.push(...page)
      for (const event of events) state = evolve(state, event)
      last = events.at(-1)?.revision ?? last
      return events.length > 0
    },
  }
}
