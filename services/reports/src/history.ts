// One subject's stream, read whole: everything that reports say about a person is folded from it.
import { evolveSubject, initialSubject, LedgerError, subjectStream, type RecordedEvent, type Subject } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'

const pageSize = 500

/** Events in stream order and what they fold to. */
export type History = { subject: Subject; events: RecordedEvent[] }
export const initialHistory = (): History => ({ subject: initialSubject(), events: [] })

/** Adds one event; changes and returns `history`. */
export const evolveHistory = (history: History, event: RecordedEvent): History => {
  history.subject = evolveSubject(history.subject, event)
  history.events.push(event)
  return history
}

/** Reads a subject's whole stream. Errors: NOT_FOUND if it has no event (an act that was never acknowledged), INTEGRITY for a gap. */
export const readHistory = async (store: Pick<EventStore, 'readStream'>, subjectId: string): Promise<History> => {
  const history = initialHistory()
  for (let after = beginning; ;) {
    const page = await store.readStream(subjectStream(subjectId), { after, limit: pageSize })
    for (const event of page) {
      if (event.revision !== after + 1n) throw new LedgerError('INTEGRITY', 'A revision of a subject stream is missing or out of order')
      after = event.revision
      evolveHistory(history, event)
    }
    if (page.length < pageSize) break
  }
  if (history.events.length === 0) throw new LedgerError('NOT_FOUND', 'There is no such subject.')
  return history
}
