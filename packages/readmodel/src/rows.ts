// What the port speaks of as rows of its tables, and back. Counts are rows as they are.
import { subjectIdOf } from '@consent-ledger/domain'
import type { ConsentState, Channel, EligibilityReason, LegalBasis } from '@consent-ledger/domain'
import { sql } from 'kysely'
import type { EligibilityRow, JudgedSubject, Leaf } from './port.ts'
import type { EligibilityTable, LeavesTable, RestrictionsTable } from './schema.ts'

export const subjectBytes = (subjectId: string): Buffer => Buffer.from(subjectId, 'hex')

export const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')
const orNull = (uuid: string | null): Buffer | null => (uuid === null ? null : uuidBytes(uuid))

export const uuidOf = (bytes: Buffer): string => {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export const eligibilityRow = (row: EligibilityRow): EligibilityTable => ({
  controller: row.controller,
  subject: subjectBytes(row.subjectId),
  purpose: row.purpose,
  channel: row.channel,
  allowed: row.allowed ? 1 : 0,
  reason: row.reason,
  until: row.until,
  basis: row.basis,
  event_id: orNull(row.eventId),
  revision: row.revision,
  effective_at: row.effectiveAt,
  n: row.n,
  stopped_n: row.stopped ? row.stopped.n : null,
  stopped_at: row.stopped ? row.stopped.at : null,
  state: row.state,
  since: row.since,
  state_until: row.stateUntil,
  objection_id: row.objection ? uuidBytes(row.objection.eventId) : null,
  objected_since: row.objection ? row.objection.since : null,
  notice_id: row.notice ? row.notice.id : null,
  notice_version: row.notice ? row.notice.version : null,
  notice_language: row.notice ? row.notice.language : null,
  site: row.site,
  answer_id: orNull(row.answerEventId),
  answer_revision: row.answerRevision,
  due_at: row.dueAt,
})

/** A row as it is asked for: what may be beyond a double comes as text, so that no driver rounds it. */
export type EligibilityAsRead = Omit<EligibilityTable, 'revision' | 'n' | 'stopped_n' | 'answer_revision'> & {
  revision: string
  n: string | null
  stopped_n: string | null
  answer_revision: string | null
}

/** What is to be selected so that `rowOf` can read it. */
export const asRead = [
  'eligibility.controller', 'eligibility.subject', 'purpose', 'channel', 'allowed', 'reason', 'until', 'basis', 'event_id', 'effective_at', 'stopped_at', 'state', 'since', 'state_until',
  'objection_id', 'objected_since', 'notice_id', 'notice_version', 'notice_language', 'site', 'answer_id', 'due_at',
  sql<string>`cast(eligibility.revision as text)`.as('revision'),
  sql<string | null>`cast(n as text)`.as('n'),
  sql<string | null>`cast(stopped_n as text)`.as('stopped_n'),
  sql<string | null>`cast(answer_revision as text)`.as('answer_revision'),
] as const // prettier-ignore

export const rowOf = (row: EligibilityAsRead): EligibilityRow => ({
  controller: row.controller,
  subjectId: row.subject.toString('hex'),
  purpose: row.purpose,
  channel: row.channel as Channel,
  allowed: row.allowed === 1,
  reason: row.reason as EligibilityReason,
  until: row.until,
  basis: row.basis as LegalBasis | null,
  eventId: row.event_id && uuidOf(row.event_id),
  revision: BigInt(row.revision),
  effectiveAt: row.effective_at,
  n: row.n === null ? null : BigInt(row.n),
  marketing: row.n !== null,
  stopped: row.stopped_n !== null && row.stopped_at !== null ? { n: BigInt(row.stopped_n), at: row.stopped_at } : null,
  state: row.state as ConsentState,
  since: row.since,
  stateUntil: row.state_until,
  objection:
    row.objection_id !== null && row.objected_since !== null ? { eventId: uuidOf(row.objection_id), since: row.objected_since } : null,
  notice:
    row.notice_id !== null && row.notice_version !== null && row.notice_language !== null
      ? { id: row.notice_id, version: row.notice_version, language: row.notice_language }
      : null,
  site: row.site,
  answerEventId: row.answer_id && uuidOf(row.answer_id),
  answerRevision: row.answer_revision === null ? null : BigInt(row.answer_revision),
  dueAt: row.due_at,
})

export const restrictionRows = ({ controller, subjectId, restrictions }: JudgedSubject): RestrictionsTable[] =>
  (restrictions ?? []).map(({ eventId, purposes, ground, since }) => ({
    controller,
    subject: subjectBytes(subjectId),
    event_id: uuidBytes(eventId),
    purposes: purposes && JSON.stringify(purposes),
    ground,
    since,
  }))

/** A stream in few bytes: the 16 of a subject's id, or 17 and more of any other name, padded with zeros, which no name holds. Errors: INTEGRITY for a subject's stream whose name is none. */
export const streamBytes = (stream: string): Buffer => {
  const subjectId = subjectIdOf(stream)
  if (subjectId !== null) return subjectBytes(subjectId)
  const name = Buffer.from(stream, 'utf8')
  return name.length > 16 ? name : Buffer.concat([name], 17)
}

export const leavesRow = ({ stream, revision, leafIndex }: Leaf): LeavesTable => ({
  stream: streamBytes(stream),
  revision,
  leaf_index: leafIndex,
})
