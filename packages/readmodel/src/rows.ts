// An answer as a row of its table, and back; a leaf as a row of its. Counts are rows as they are.
import type { Channel } from '@consent-ledger/domain'
import type { AnswerRow, Kind, Register } from './answers/registers.ts'
import { subjectOf } from './answers/registers.ts'
import type { Leaf } from './port.ts'
import type { AnswersTable, LeavesTable } from './schema.ts'

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

/** A stream in few bytes: the 16 of a subject's id, or 17 and more of any other name, padded with zeros, which no name holds. Errors: INTEGRITY for a subject's stream whose name is none. */
export const streamBytes = (stream: string): Buffer => {
  const subjectId = subjectOf(stream)
  if (subjectId !== null) return Buffer.from(subjectId, 'hex')
  const name = Buffer.from(stream, 'utf8')
  return name.length > 16 ? name : Buffer.concat([name], 17)
}

/** The order of the keys is the order in which values are bound. */
export const leavesRow = ({ stream, revision, leafIndex }: Leaf): LeavesTable => ({
  stream: streamBytes(stream),
  revision,
  leaf_index: leafIndex,
})
