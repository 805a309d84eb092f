// One subject, folded from its stream: every answer on each purpose and channel, with the two times that decide which of them counts.
import type { Aggregate } from '../aggregate.ts'
import type { RecordedEvent } from '../event.ts'
import { ms } from '../time.ts'
import type { Channel } from '../words.ts'
import { addInOrder, type Answer } from './answers.ts'
import { subjectStream, type SubjectData, type SubjectFact } from './events.ts'

export type Objection = { eventId: string; orderAt: number; recordedAt: number }
export type Lift = { orderAt: number; recordedAt: number }
/** What is known of one purpose on one channel: `answers` in the order in which they count, the others in that of the stream. */
export type Thread = { purpose: string; channel: Channel; answers: Answer[]; objections: Objection[]; lifts: Lift[] }
export type Request = SubjectData<'ConsentRequested'> & { eventId: string; actId: string; confirmed: boolean }

export type Subject = {
  threads: Map<string, Thread>
  /** Answers that wait for the person, by event id. */
  requests: Map<string, Request>
  /** Links in force, by link id. */
  links: Map<string, SubjectData<'IdentityLinked'>>
  /** Links that were undone: the same link never comes back, only another one. */
  unlinked: Set<string>
  lastRevision: bigint
  lastRecordedAt: number
}

/** `at`: by the acts' times. `knownAt`: by what had been recorded then, inclusive. Epoch ms. */
export type Cut = { at: number; knownAt: number }

export const initialSubject = (): Subject => ({
  threads: new Map(),
  requests: new Map(),
  links: new Map(),
  unlinked: new Set(),
  lastRevision: -1n,
  lastRecordedAt: 0,
})

export const threadKey = (purpose: string, channel: Channel): string => `${purpose} ${channel}`

const thread = (subject: Subject, purpose: string, channel: Channel): Thread => {
  const key = threadKey(purpose, channel)
  let found = subject.threads.get(key)
  if (!found) subject.threads.set(key, (found = { purpose, channel, answers: [], objections: [], lifts: [] }))
  return found
}

type AnswerType = 'ConsentGiven' | 'ConsentRefused' | 'ConsentWithdrawn' | 'ConsentRequested' | 'ConsentConfirmed'
type AnswerFact = Extract<SubjectFact, { type: AnswerType }>
const said = {
  ConsentGiven: 'yes',
  ConsentConfirmed: 'yes',
  ConsentRequested: 'request',
  ConsentRefused: 'refused',
  ConsentWithdrawn: 'withdrawn',
} as const satisfies Record<AnswerType, Answer['said']>

const isImported = (event: RecordedEvent, fact: AnswerFact): boolean =>
  event.metadata.writer.trust === 'imported' || fact.data.method?.kind === 'import'

const answerOf = (event: RecordedEvent, fact: AnswerFact): Answer => {
  const { data } = fact
  const orderAt = ms(data.orderAt)
  // What the person confirmed is theirs, also where a file asked for it.
  const imported = fact.type !== 'ConsentConfirmed' && isImported(event, fact)
  const noticed = 'notice' in data ? data.notice : undefined
  return {
    said: said[fact.type],
    orderAt,
    since: fact.type === 'ConsentConfirmed' ? ms(fact.data.confirmedAt) : orderAt,
    recordedAt: ms(event.metadata.recordedAt),
    until: 'until' in data && data.until !== undefined ? ms(data.until) : null,
    imported,
    lifts: fact.type === 'ConsentConfirmed' || (fact.type === 'ConsentGiven' && event.metadata.writer.trust === 'secret' && !imported),
    notice: noticed ? { id: noticed.id, version: noticed.version, language: noticed.language } : null,
    eventId: event.id,
  }
}

const addAnswer = (subject: Subject, event: RecordedEvent, fact: AnswerFact): void => {
  for (const channel of fact.data.channels) addInOrder(thread(subject, fact.data.purpose, channel).answers, answerOf(event, fact))
}

/** Adds one event to the fold; mutates and returns `subject`. Never throws: an event it does not know changes only the place in the stream. */
export const evolveSubject = (subject: Subject, event: RecordedEvent): Subject => {
  subject.lastRevision = event.revision
  subject.lastRecordedAt = ms(event.metadata.recordedAt)
  const fact = event as unknown as SubjectFact
  switch (fact.type) {
    case 'ConsentRequested':
      subject.requests.set(event.id, { ...fact.data, eventId: event.id, actId: event.metadata.actId, confirmed: false })
      addAnswer(subject, event, fact)
      break
    case 'ConsentConfirmed': {
      const request = subject.requests.get(fact.data.requestEventId)
      if (request) request.confirmed = true
      addAnswer(subject, event, fact)
      break
    }
    case 'ConsentGiven':
    case 'ConsentRefused':
    case 'ConsentWithdrawn':
      addAnswer(subject, event, fact)
      break
    case 'ObjectionRecorded':
      for (const channel of fact.data.channels)
        thread(subject, fact.data.purpose, channel).objections.push({
          eventId: event.id,
          orderAt: ms(fact.data.orderAt),
          recordedAt: subject.lastRecordedAt,
        })
      break
    case 'ObjectionLifted':
      for (const channel of fact.data.channels)
        thread(subject, fact.data.purpose, channel).lifts.push({ orderAt: ms(fact.data.orderAt), recordedAt: subject.lastRecordedAt })
      break
    case 'IdentityLinked':
      subject.links.set(fact.data.linkId, fact.data)
      break
    case 'IdentityUnlinked':
      subject.links.delete(fact.data.linkId)
      subject.unlinked.add(fact.data.linkId)
      break
    case 'ProofIssued':
    case 'NoticeShown':
      break
  }
  return subject
}

/** One subject as an aggregate. */
export const subjectAggregate = (subjectId: string): Aggregate<Subject> => ({
  stream: subjectStream(subjectId),
  initial: initialSubject,
  evolve: evolveSubject,
})
