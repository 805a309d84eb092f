// One subject, folded from its stream.
import { initialSubject, subjectAggregate, type Subject } from '@consent-ledger/domain'
import { fold, type StreamReader } from '@consent-ledger/eventstore'

/** A subject folded from its whole stream; a new one if there is no such stream. */
export const readSubject = async (store: StreamReader, subjectId: string | null): Promise<Subject> =>
  subjectId === null ? initialSubject() : fold(store, subjectAggregate(subjectId))
