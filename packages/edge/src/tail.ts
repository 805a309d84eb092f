// The tail of one stream: what came since the last look, with its revisions checked.
import { LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'

const pageSize = 500

export type StreamTail = {
  /** Every event since the last call, oldest first. Errors: those of the store, and INTEGRITY if a revision is missing; the same call again is safe. */
  next(): Promise<RecordedEvent[]>
}

/** A tail that begins at the stream's first event. */
export const followStream = (store: Pick<EventStore, 'readStream'>, stream: string): StreamTail => {
  let last = beginning
  return {
    async next() {
      const events: RecordedEvent[] = []
      for (let after = last; ;) {
        const page = await store.readStream(stream, { after, limit: pageSize })
        for (const event of page) {
          if (event.revision !== after + 1n) throw new LedgerError('INTEGRITY', `A revision of ${stream} is missing or out of order.`)
          after = event.revision
          events.push(event)
        }
        if (page.length < pageSize) break
      }
      last = events.at(-1)?.revision ?? last
      return events
    },
  }
}
