// What a proof is judged on: each answer of the stream together with everything that stood around it when it was recorded.
import { catalogueKnownAt, ms, type Catalogue, type RecordedEvent } from '@consent-ledger/domain'
import { answerFact, isYes, type AnswerFact } from './answerFact.ts'
import { aroundAct, type Around } from './around.ts'
import type { Opened, OpenedField, OpenedIdentifier } from './opened.ts'

/** One answer, and what of the catalogue stood around it. */
export type Answer = Around & {
  event: RecordedEvent
  fact: AnswerFact
  yes: boolean
  /** The act by which the person spoke: for a confirmed yes its request, else the answer itself. */
  spoken: { event: RecordedEvent; fact: AnswerFact }
  /** What the acts named and kept: that of the answer, and of the request that it confirms. */
  identifiers: OpenedIdentifier[]
  fields: Record<string, OpenedField>
}

export type ProofRecord = { answers: Answer[]; yeses: Answer[]; noes: Answer[] }

/** `from` inclusive, `to` exclusive, by the time that decides the order of answers. Narrows what is judged, never the stream. */
export type Narrowing = { purpose?: string | undefined; from?: string | undefined; to?: string | undefined }

/** Whether an answer lies inside what the report is about. */
export const within = (narrowing: Narrowing, fact: AnswerFact): boolean =>
  (narrowing.purpose === undefined || fact.data.purpose === narrowing.purpose) &&
  (narrowing.from === undefined || fact.data.orderAt >= narrowing.from) &&
  (narrowing.to === undefined || fact.data.orderAt < narrowing.to)

type Given = { known: (recordedAt: string) => Catalogue; acts: ReadonlyMap<string, Opened>; byId: ReadonlyMap<string, RecordedEvent> }

const answerOf = (event: RecordedEvent, fact: AnswerFact, given: Given): Answer => {
  const request = fact.type === 'ConsentConfirmed' ? given.byId.get(fact.data.requestEventId) : undefined
  const requested = request && answerFact(request)
  const spoken = request && requested ? { event: request, fact: requested } : { event, fact }
  const acts = [...new Set([spoken.event.metadata.actId, event.metadata.actId])].map((actId) => given.acts.get(actId))
  return {
    event,
    fact,
    yes: isYes(event),
    spoken,
    identifiers: acts.flatMap((act) => act?.identifiers ?? []),
    fields: Object.assign({}, ...acts.map((act) => act?.fields ?? {})) as Record<string, OpenedField>,
    ...aroundAct(given.known(spoken.event.metadata.recordedAt), spoken.fact),
  }
}

/** The catalogue as known at a time (RFC 3339), each cut made once. */
export const knownAtEach = (catalogue: Catalogue): Given['known'] => {
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
  const given = { known: knownAtEach(input.catalogue), acts, byId: new Map(input.events.map((event) => [event.id, event])) }
  const answers = input.events.flatMap((event) => {
    const fact = answerFact(event)
    return fact && !confirmed.has(event.id) && within(narrowing, fact) ? [answerOf(event, fact, given)] : []
  })
  return { answers, yeses: answers.filter((answer) => answer.yes), noes: answers.filter((answer) => !answer.yes) }
}
