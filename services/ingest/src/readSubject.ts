// One subject, folded from its stream.
import { evolveSubject, initialSubject, subjectStream, type Subject } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'

const pageSize = 500

/** A subject folded from its whole stream; a new one if there is no such stream. */
export const readSubject = async (store: Pick<EventStore, 'readStream'>, subjectId: string | null): Promise<Subject> => {
  const subject = initialSubject()
  if (subjectId === null) return subject
  for (let after = beginning; ; after = subject.lastRevision) {
    const page = await store.readStream(subjectStream(subjectId), { after, limit: pageSize })
    page.reduce(evolveSubject, subject)
    if (page.length < pageSize) return subject
  }
}
