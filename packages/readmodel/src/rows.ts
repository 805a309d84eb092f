// An answer as a row of its table, and back. Counts are rows as they are.
import type { Channel } from '@consent-ledger/domain'
import type { AnswerRow, Kind, Register } from './answers/registers.ts'
import type { AnswersTable } from './schema.ts'

/** The order of the keys is the order in which values are bound. */
export const answersRow = (row: AnswerRow): AnswersTable => ({
  controller: row.controller,
  subject: Buffer.from(row.subjectId, 'hex'),
  purpose: row.purpose,
  channel: row.channel,
  register: row.register,
  kind: row.kind,
  order_at: row.orderAt,
  rank: row.rank,
  since: row.since,
  until: row.until,
  notice_id: row.notice ? row.notice.id : null,
  notice_version: row.notice ? row.notice.version : null,
  site: row.site,
  event_id: Buffer.from(row.eventId.replaceAll('-', ''), 'hex'),
  revision: row.revision,
})

const uuidOf = (bytes: Buffer): string => {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** A row as it is asked for: `revision` as text, so that no driver rounds it. */
export type AnswersAsRead = Omit<AnswersTable, 'revision'> & { revision: string }

export const answerRow = (row: AnswersAsRead): AnswerRow => ({
  controller: row.controller,
  subjectId: row.subject.toString('hex'),
  purpose: row.purpose,
  channel: row.channel as Channel,
  register: row.register as Register,
  kind: row.kind as Kind,
  orderAt: row.order_at,
  rank: row.rank,
  since: row.since,
  until: row.until,
  notice: row.notice_id !== null && row.notice_version !== null ? { id: row.notice_id, version: row.notice_version } : null,
  site: row.site,
  eventId: uuidOf(row.event_id),
  revision: BigInt(row.revision),
})
