// One subject, folded from its stream: every answer on each purpose and channel, with the two times that decide which of them counts.
import type { Aggregate } from '../aggregate.ts'
import type { RecordedEvent } from '../event.ts'
import { ms } from '../time.ts'
import type { Channel, ContactKind, RestrictionGround, Scope } from '../words.ts'
import { addInOrder, orderOfYes, type Answer } from './answers.ts'
import { subjectStream, type Sale, type SubjectData, type SubjectFact } from './events.ts'

/** `scope`: the word by which it was made to more than one purpose (`scope` of the events); null where purposes were named. `dismissed`: a question closed without an answer. */
export type Objection = { eventId: string; orderAt: number; recordedAt: number; scope: Scope | null; dismissed: boolean }
/** A no that reaches further than the purpose and channels that it names: by its scope, or on `everyChannel` of its purpose. `objection`: false for a withdrawal, which is none to its own purpose. */
export type WideNo = Objection & { purpose: string; channels: readonly Channel[]; everyChannel: boolean; objection: boolean }
export type Lift = { orderAt: number; recordedAt: number }
/** By the DPO. `objections`: the events that it ends on this purpose and channel. */
export type ObjectionLift = Lift & { objections: ReadonlySet<string> }
/** What is known of one purpose on one channel: `answers` in the order in which they count, the others in that of the stream. */
export type Thread = { purpose: string; channel: Channel; answers: Answer[]; objections: Objection[]; lifts: ObjectionLift[] }
export type Request = SubjectData<'ConsentRequested'> & { eventId: string; actId: string; confirmed: boolean }

export type Contact = { eventId: string; kind: ContactKind; sale: Sale | null; orderAt: number; recordedAt: number }
/** `purposes`: null for all. `lift`: null while it is in force. */
export type Restriction = {
  eventId: string
  purposes: readonly string[] | null
  ground: RestrictionGround
  orderAt: number
  recordedAt: number
  lift: Lift | null
}

export type Subject = {
  /** The first event: when it was recorded, and when the person's data were collected by what it says. Null before it. */
  first: { eventId: string; recordedAt: number; collectedAt: number } | null
  threads: Map<string, Thread>
  /** In the order of the stream. */
  wide: WideNo[]
  /** How the person's data came in: each event by which that was earlier than by all before it. In the order of the stream, so with falling times. */
  collections: { eventId: string; orderAt: number; recordedAt: number }[]
  /** In the order of the stream. */
  contacts: Contact[]
  restrictions: Restriction[]
  erased: { eventId: string; orderAt: number; recordedAt: number } | null
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

/** Whether a fact had happened by `cut.at` and was recorded by `cut.knownAt`. */
export const knownBy = (cut: Cut, fact: { orderAt: number; recordedAt: number }): boolean =>
  fact.recordedAt <= cut.knownAt && fact.orderAt <= cut.at

export const initialSubject = (): Subject => ({
  first: null,
  threads: new Map(),
  wide: [],
  collections: [],
  contacts: [],
  restrictions: [],
  erased: null,
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
  const orderAt = fact.type === 'ConsentGiven' ? orderOfYes(ms(data.orderAt), data) : ms(data.orderAt)
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
    dismissed: data.flags?.includes('dismissed') ?? false,
    notice: noticed ? { id: noticed.id, version: noticed.version, language: noticed.language } : null,
    site: data.site ?? null,
    eventId: event.id,
    revision: event.revision,
  }
}

const addAnswer = (subject: Subject, event: RecordedEvent, fact: AnswerFact): void => {
  for (const channel of fact.data.channels) addInOrder(thread(subject, fact.data.purpose, channel).answers, answerOf(event, fact))
}

const addObjection = (subject: Subject, event: RecordedEvent, { data }: Extract<SubjectFact, { type: 'ObjectionRecorded' }>): void => {
  const { purpose, channels, scope = null, everyChannel = false, flags = [] } = data
  const dismissed = flags.includes('dismissed')
  const objection = { eventId: event.id, orderAt: ms(data.orderAt), recordedAt: subject.lastRecordedAt, scope, dismissed }
  for (const channel of channels) thread(subject, purpose, channel).objections.push(objection)
  if (everyChannel || scope !== null) subject.wide.push({ ...objection, purpose, channels, everyChannel, objection: true })
}

/** Who withdrew all objected to all marketing by it, also where no purpose on another basis was there to be named. */
const addWithdrawal = (subject: Subject, event: RecordedEvent, { data }: Extract<SubjectFact, { type: 'ConsentWithdrawn' }>): void => {
  const { purpose, channels, scope, everyChannel = false } = data
  if (scope === undefined) return
  const no = { eventId: event.id, orderAt: ms(data.orderAt), recordedAt: subject.lastRecordedAt, scope, dismissed: false }
  subject.wide.push({ ...no, purpose, channels, everyChannel, objection: false })
}

const collects: ReadonlySet<string> = new Set(['ConsentGiven', 'ConsentRequested', 'ConsentConfirmed', 'ContactRecorded', 'NoticeShown'])

/** A no brings nobody's data in to be used, and a page may name anybody: neither is a collection. */
const addCollection = (subject: Subject, event: RecordedEvent): void => {
  if (!collects.has(event.type) || event.metadata.writer.trust === 'publishable') return
  const orderAt = collectedAt(event)
  const last = subject.collections.at(-1)
  if (last === undefined || orderAt < last.orderAt)
    subject.collections.push({ eventId: event.id, orderAt, recordedAt: subject.lastRecordedAt })
}

/** An act from a file was done before it was recorded. */
const collectedAt = (event: RecordedEvent): number => {
  const { type, data } = event as unknown as SubjectFact
  if (type === 'ConsentGiven') return orderOfYes(ms(data.orderAt), data)
  return ms('orderAt' in data ? data.orderAt : event.metadata.recordedAt)
}

/** Adds one event to the fold; mutates and returns `subject`. Never throws: an event it does not know changes only the place in the stream. */
export const evolveSubject = (subject: Subject, event: RecordedEvent): Subject => {
  subject.lastRevision = event.revision
  subject.lastRecordedAt = ms(event.metadata.recordedAt)
  subject.first ??= { eventId: event.id, recordedAt: subject.lastRecordedAt, collectedAt: collectedAt(event) }
  addCollection(subject, event)
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
      addAnswer(subject, event, fact)
      break
    case 'ConsentWithdrawn':
      addAnswer(subject, event, fact)
      addWithdrawal(subject, event, fact)
      break
    case 'ObjectionRecorded':
      addObjection(subject, event, fact)
      break
    case 'ObjectionLifted':
      // What a yes ends, the yes says itself (`Answer.lifts`): one that was confirmed later does so from then on.
      if (fact.data.by === 'consent') break
      for (const channel of fact.data.channels)
        thread(subject, fact.data.purpose, channel).lifts.push({
          orderAt: ms(fact.data.orderAt),
          recordedAt: subject.lastRecordedAt,
          objections: new Set(fact.data.objections),
        })
      break
    case 'ContactRecorded':
      subject.contacts.push({
        eventId: event.id,
        kind: fact.data.kind,
        sale: fact.data.sale ?? null,
        orderAt: ms(fact.data.orderAt),
        recordedAt: subject.lastRecordedAt,
      })
      break
    case 'ProcessingRestricted': {
      const { purposes, ground } = fact.data
      subject.restrictions.push({
        eventId: event.id,
        purposes: purposes === 'all' ? null : purposes,
        ground,
        orderAt: ms(fact.data.orderAt),
        recordedAt: subject.lastRecordedAt,
        lift: null,
      })
      break
    }
    case 'RestrictionLifted': {
      const lifted = subject.restrictions.find((restriction) => restriction.eventId === fact.data.restriction)
      if (lifted) lifted.lift ??= { orderAt: ms(fact.data.orderAt), recordedAt: subject.lastRecordedAt }
      break
    }
    case 'SubjectErased':
      subject.erased ??= { eventId: event.id, orderAt: ms(fact.data.orderAt), recordedAt: subject.lastRecordedAt }
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
