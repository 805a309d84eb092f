// A store seen through a test: as a second process has it, with counts, or with failures.
import type { EventStore } from '@consent-ledger/eventstore'

/** The port over another's store: with a queue and folds of its own, and an append of the test's choosing. */
export const portOf = (store: EventStore, append: EventStore['append'] = (...call) => store.append(...call)): EventStore => ({
  append,
  readStream: (...call) => store.readStream(...call),
  readAll: (...call) => store.readAll(...call),
  subscribeAll: (...call) => store.subscribeAll(...call),
  head: () => store.head(),
  close: () => store.close(),
})
