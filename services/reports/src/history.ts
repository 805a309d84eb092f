// One subject's stream, read whole: everything that reports say about a person is folded from it.
import {
  evolveSubject,
  initialSubject,
  LedgerError,
  subjectStream,
  type Aggregate,
  type RecordedEvent,
  type Subject,
} from '@consent-ledger/domain'
import { fold, type StreamReader } from '@consent-ledger/eventstore'

/** Events in stream order and what they fold to. */
export type History = { subject: Subject; events: RecordedEvent[] }

const evolveHistory = (history: History, event: RecordedEvent): History => {
  history.subject = evolveSubject(history.subject, event)
  history.events.push(event)
  return history
}

/** A subject with the events that made it. */
export const historyAggregate = (subjectId: string): Aggregate<History> => ({
  stream: subjectStream(subjectId),
  initial: () => ({ subject: initialSubject(), events: [] }),
  evolve: evolveHistory,
})

/** Reads a subject's whole stream. Errors: NOT_FOUND if it has no event (an act that was never acknowledged), INTEGRITY for a gap. */
export const readHistory = async (store: StreamReader, subjectId: string): Promise<History> => {
  const history = await fold(store, historyAggregate(subjectId))
  if (history.events.length === 0) throw new LedgerError('NOT_FOUND', 'There is no such subject.')
  return history
}
