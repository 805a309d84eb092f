// What is folded from one stream: the value by which every reader and writer of it agrees on stream, start and step.
import type { RecordedEvent } from './event.ts'

/** One thing of the ledger. `evolve` may change its first argument and returns the state; it never throws. A stream and an `evolve` make one fold. */
export type Aggregate<State> = {
  stream: string
  initial: () => State
  evolve: (state: State, event: RecordedEvent) => State
}
