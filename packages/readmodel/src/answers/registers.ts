// What one event says about answers, as rows that may arrive in any order: in each register the one that stands last by `inOrder` stays.
import { LedgerError, ms, subjectIdPattern } from '@consent-ledger/domain'
import type { Channel, RecordedEvent, SubjectFact } from '@consent-ledger/domain'

/** `import` is apart from `answer`, since a yes from a file never lifts a no; `lift` from `objection`, since either may arrive first, and from `answer`, since what a yes lifted stays lifted after a later no. */
export type Register = 'answer' | 'request' | 'import' | 'objection' | 'lift'
export type Kind = 'given' | 'refused' | 'withdrawn' | 'requested' | 'objected' | 'lifted'

/** What an event writes into one register. Times are epoch ms. `rank`: at equal `orderAt` a no beats a yes, withdrawn beats refused, and of two that say the same the one from a file gives way. */
export type AnswerRow = {
  controller: string
  subjectId: string
  purpose: string
  channel: Channel
  register: Register
  kind: Kind
  orderAt: number
  rank: number
  since: number
  until: number | null
  notice: { id: string; version: number } | null
  site: string | null
  eventId: string
  revision: bigint
}

const rankOf: Readonly<Record<Kind, number>> = { requested: 0, given: 0, lifted: 0, objected: 0, refused: 2, withdrawn: 4 }

/** The order of rows in one register: at equal `orderAt` by rank, then the yes that ends first stands last, and the id only makes the order total. As in the fold of a subject. */
export const inOrder = (a: AnswerRow, b: AnswerRow): number =>
  a.orderAt - b.orderAt || a.rank - b.rank || (b.until ?? noEnd) - (a.until ?? noEnd) || (a.eventId < b.eventId ? -1 : 1)
/** An end later than every other, as a number that every store can compare. */
export const noEnd = Number.MAX_SAFE_INTEGER

const streamPrefix = 'subject-'
/** The subject whose stream this is, or null for any other stream. A subject's stream with another name than 32 hex digits is INTEGRITY. */
export const subjectOf = (stream: string): string | null => {
  if (!stream.startsWith(streamPrefix)) return null
  const subjectId = stream.slice(streamPrefix.length)
  if (!subjectIdPattern.test(subjectId))
    throw new LedgerError('INTEGRITY', 'The store holds a subject stream whose name is not a subject id.')
  return subjectId
}

type Answered = 'ConsentGiven' | 'ConsentConfirmed' | 'ConsentRefused' | 'ConsentWithdrawn' | 'ConsentRequested'
type Fact = Extract<SubjectFact, { type: Answered | 'ObjectionRecorded' | 'ObjectionLifted' }>
type Meant = { register: Register; kind: Kind }

const kindOf = {
  ConsentGiven: 'given',
  ConsentConfirmed: 'given',
  ConsentRefused: 'refused',
  ConsentWithdrawn: 'withdrawn',
  ConsentRequested: 'requested',
  ObjectionRecorded: 'objected',
  ObjectionLifted: 'lifted',
} as const satisfies Record<Fact['type'], Kind>

const says = (event: RecordedEvent): Fact | null => (Object.hasOwn(kindOf, event.type) ? (event as unknown as Fact) : null)

/** From a file, not by the person. What the person confirmed is theirs, wherever the request came from. */
const isImported = (event: RecordedEvent, { type, data }: Fact): boolean =>
  type !== 'ConsentConfirmed' && (event.metadata.writer.trust === 'imported' || ('method' in data && data.method?.kind === 'import'))

const lift: Meant = { register: 'lift', kind: 'lifted' }

/** Which registers an event writes. A yes that the person's own site or the ledger itself vouches for also lifts objections (DESIGN §4). */
const meaning = (event: RecordedEvent, fact: Fact): Meant[] => {
  const kind = kindOf[fact.type]
  switch (fact.type) {
    case 'ConsentGiven':
      if (isImported(event, fact)) return [{ register: 'import', kind }]
      return event.metadata.writer.trust === 'secret' ? [{ register: 'answer', kind }, lift] : [{ register: 'answer', kind }]
    case 'ConsentConfirmed':
      return [{ register: 'answer', kind }, lift]
    case 'ConsentRefused':
    case 'ConsentWithdrawn':
      return [{ register: 'answer', kind }]
    case 'ConsentRequested':
      return [{ register: 'request', kind }]
    case 'ObjectionRecorded':
      return [{ register: 'objection', kind }]
    case 'ObjectionLifted':
      return [lift]
  }
}

/** The rows that an event of `subjectId` writes, one for each channel and register; [] if it answers nothing. */
export const registersOf = (subjectId: string, event: RecordedEvent): AnswerRow[] => {
  const fact = says(event)
  if (!fact) return []
  const { data } = fact
  // A confirmation is ordered where the request stood, so that a no between the two still wins.
  const orderAt = ms(data.orderAt)
  const vouched = isImported(event, fact) ? 0 : 1
  const shared = {
    controller: data.controller,
    subjectId,
    purpose: data.purpose,
    orderAt,
    since: 'confirmedAt' in data ? ms(data.confirmedAt) : orderAt,
    until: 'until' in data && data.until !== undefined ? ms(data.until) : null,
    notice: 'notice' in data && data.notice ? { id: data.notice.id, version: data.notice.version } : null,
    site: 'site' in data ? (data.site ?? null) : null,
    eventId: event.id,
    revision: event.revision,
  }
  return meaning(event, fact).flatMap(({ register, kind }) =>
    data.channels.map((channel) => ({ ...shared, channel, register, kind, rank: rankOf[kind] + vouched })),
  )
}
