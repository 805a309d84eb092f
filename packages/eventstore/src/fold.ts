// A stream read in order and without a gap: the one place where a fold meets its events.
import type { Aggregate, RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from './port.ts'
import { missingRevision } from './stored.ts'

const pageSize = 500

/** What reading one stream needs of a store. */
export type StreamReader = Pick<EventStore, 'readStream'>

/**
 * Every event of a stream after revision `after`, oldest first, in pages that are read as they are taken; the last may be empty.
 * Errors: INTEGRITY where a revision is missing or out of order, and nothing of that page is given; those of the store.
 */
export async function* readOn(store: StreamReader, stream: string, after: bigint): AsyncGenerator<RecordedEvent[], void, undefined> {
  for (let last = after; ;) {
    const page = await store.readStream(stream, { after: last, limit: pageSize })
    for (const { revision } of page) {
      if (revision !== last + 1n) throw missingRevision(stream, last + 1n, revision)
      last = revision
    }
    yield page
    if (page.length < pageSize) return
  }
}

/** The state of an aggregate as its whole stream makes it; its initial state if there is no such stream. Errors: those of `readOn`. */
export const fold = async <State>(store: StreamReader, { stream, initial, evolve }: Aggregate<State>): Promise<State> => {
  let state = initial()
  for await (const page of readOn(store, stream, beginning)) for (const event of page) state = evolve(state, event)
  return state
}
