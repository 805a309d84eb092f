// What a proof is judged on: each answer of the stream together with everything that stood around it when it was recorded.
import {
  ageOfConsent,
  catalogueKnownAt,
  ms,
  noticeText,
  type Catalogue,
  type ControllerEntry,
  type Presentation,
  type PublishedNotice,
  type PurposeVersion,
  type RecordedEvent,
  type SubjectFact,
} from '@consent-ledger/domain'
import type { Opened, OpenedField, OpenedIdentifier } from './opened.ts'

const yesTypes = ['ConsentGiven', 'ConsentConfirmed', 'ConsentRequested'] as const
const noTypes = ['ConsentRefused', 'ConsentWithdrawn', 'ObjectionRecorded'] as const
type AnswerType = (typeof yesTypes)[number] | (typeof noTypes)[number]
export type AnswerFact = Extract<SubjectFact, { type: AnswerType }>

/** Where a fact of the catalogue stands: its type and event id, as in `NoticePublished 5f0c…`. */
export type Published<T> = { entry: T; ref: string }

/** One answer. Catalogue entries are as known when it was recorded, null if they were not. */
export type Answer = {
  event: RecordedEvent
  fact: AnswerFact
  yes: boolean
  /** The act by which the person spoke: for a confirmed yes its request, else the answer itself. */
  spoken: { event: RecordedEvent; fact: AnswerFact }
  /** What the acts named and kept: that of the answer, and of the request that it confirms. */
  identifiers: OpenedIdentifier[]
  fields: Record<string, OpenedField>
  controller: Published<ControllerEntry> | null
  purpose: Published<PurposeVersion> | null
  /** Only a text whose SHA-256 is the one in the event. */
  notice: Published<PublishedNotice> | null
  presentation: Published<Presentation> | null
  ageOfConsent: number
}

export type ProofRecord = { answers: Answer[]; yeses: Answer[]; noes: Answer[] }

/** `from` inclusive, `to` exclusive, by the time that decides the order of answers. Narrows what is judged, never the stream. */
export type Narrowing = { purpose?: string | undefined; from?: string | undefined; to?: string | undefined }

const isAnswer = (event: RecordedEvent): boolean => [...yesTypes, ...noTypes].some((type) => type === event.type)
const isYes = (event: RecordedEvent): boolean => yesTypes.some((type) => type === event.type)

/** The fact of an answer event, or null for any other event. */
export const answerFact = (event: RecordedEvent): AnswerFact | null => (isAnswer(event) ? (event as unknown as AnswerFact) : null)

/** Whether an answer lies inside what the report is about. */
export const within = (narrowing: Narrowing, fact: AnswerFact): boolean =>
  (narrowing.purpose === undefined || fact.data.purpose === narrowing.purpose) &&
  (narrowing.from === undefined || fact.data.orderAt >= narrowing.from) &&
  (narrowing.to === undefined || fact.data.orderAt < narrowing.to)

const published = <T>(entry: T | null | undefined, type: string, eventId: string | undefined): Published<T> | null =>
  entry === null || entry === undefined ? null : { entry, ref: `${type} ${eventId ?? ''}`.trim() }

const presentationOf = (catalogue: Catalogue, notice: PublishedNotice | null, id: string | undefined): Published<Presentation> | null => {
  const isIt = (event: RecordedEvent): boolean => {
    const data = event.data as { notice?: string; version?: number; presentation?: { id?: string } }
    return (
      event.type === 'PresentationPublished' &&
      data.notice === notice?.id &&
      data.version === notice?.version &&
      data.presentation?.id === id
    )
  }
  if (notice === null || id === undefined) return null
  const known = catalogue.notices.get(notice.id)?.versions.find((version) => version.version === notice.version)
  return published(
    known?.presentations.findLast((presentation) => presentation.id === id),
    'PresentationPublished',
    catalogue.history.findLast(isIt)?.id,
  )
}

const noticeShown = (catalogue: Catalogue, fact: AnswerFact): PublishedNotice | null => {
  const named = 'notice' in fact.data ? fact.data.notice : undefined
  if (named === undefined || !('sha256' in named)) return null
  const text = noticeText(catalogue, named, ms(fact.data.orderAt))
  return text?.sha256 === named.sha256 ? text : null
}

type Around = { known: (recordedAt: string) => Catalogue; acts: ReadonlyMap<string, Opened>; byId: ReadonlyMap<string, RecordedEvent> }

const answerOf = (event: RecordedEvent, fact: AnswerFact, around: Around): Answer => {
  const request = fact.type === 'ConsentConfirmed' ? around.byId.get(fact.data.requestEventId) : undefined
  const requested = request && answerFact(request)
  const spoken = request && requested ? { event: request, fact: requested } : { event, fact }
  const acts = [...new Set([spoken.event.metadata.actId, event.metadata.actId])].map((actId) => around.acts.get(actId))
  const catalogue = around.known(spoken.event.metadata.recordedAt)
  const purpose = catalogue.purposes.get(fact.data.purpose)?.versions.find((version) => version.version === fact.data.purposeVersion)
  const notice = noticeShown(catalogue, spoken.fact)
  return {
    event,
    fact,
    yes: isYes(event),
    spoken,
    identifiers: acts.flatMap((act) => act?.identifiers ?? []),
    fields: Object.assign({}, ...acts.map((act) => act?.fields ?? {})) as Record<string, OpenedField>,
    controller: published(
      catalogue.controller,
      'ControllerRegistered',
      catalogue.history.findLast((past) => past.type === 'ControllerRegistered')?.id,
    ),
    purpose: published(purpose, 'PurposePublished', purpose?.eventId),
    notice: published(notice, 'NoticePublished', notice?.eventId),
    presentation: presentationOf(catalogue, notice, spoken.fact.data.method?.presentation),
    ageOfConsent: ageOfConsent(catalogue, ms(spoken.fact.data.orderAt)),
  }
}

/** The catalogue as known at a time (RFC 3339), each cut made once. */
export const knownAtEach = (catalogue: Catalogue): Around['known'] => {
  const cuts = new Map<number, Catalogue>()
  return (recordedAt) => {
    // Two answers between which the catalogue did not change share one cut.
    const lastSeen = catalogue.history.findLastIndex((event) => event.metadata.recordedAt <= recordedAt)
    const cut = cuts.get(lastSeen) ?? catalogueKnownAt(catalogue, ms(recordedAt))
    cuts.set(lastSeen, cut)
    return cut
  }
}

/** The answers in question, in stream order. A request that was confirmed is judged as the confirmed yes, once. */
export const recordOf = (
  input: { events: readonly RecordedEvent[]; catalogue: Catalogue; opened: ReadonlyMap<string, Opened> },
  narrowing: Narrowing,
): ProofRecord => {
  const confirmed = new Set(input.events.map((event) => (event.type === 'ConsentConfirmed' ? event.data['requestEventId'] : undefined)))
  const acts = new Map<string, Opened>()
  for (const event of input.events) {
    const more = input.opened.get(event.id)
    const act = acts.get(event.metadata.actId) ?? { identifiers: [], fields: {} }
    if (more)
      acts.set(event.metadata.actId, { identifiers: [...act.identifiers, ...more.identifiers], fields: { ...act.fields, ...more.fields } })
  }
  const around = { known: knownAtEach(input.catalogue), acts, byId: new Map(input.events.map((event) => [event.id, event])) }
  const answers = input.events.flatMap((event) => {
    const fact = answerFact(event)
    return fact && !confirmed.has(event.id) && within(narrowing, fact) ? [answerOf(event, fact, around)] : []
  })
  return { answers, yeses: answers.filter((answer) => answer.yes), noes: answers.filter((answer) => !answer.yes) }
}
