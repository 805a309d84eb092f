// One change of the eligibility feed, as every consumer is told it: over HTTP, as SSE, and as the data of a Kafka record.
import { z } from 'zod'
import { iso } from '../time.ts'
import { Channel, Id, Instant, LegalBasis, SubjectId } from '../words.ts'
import { EligibilityReason } from './verdict.ts'
import type { JudgedKey } from './judged.ts'

/** Place in the feed: `<epoch>.<n>`, both decimal. `n` grows with every change of an epoch, and may leap; a later epoch has a higher number. */
export const FeedCursor = z.string().regex(/^\d{1,16}\.\d{1,18}$/)
export type FeedPlace = { epoch: bigint; n: bigint }

export const cursorOf = ({ epoch, n }: FeedPlace): string => `${epoch}.${n}`

/** The place that a text of the form `FeedCursor` names. */
export const placeOfCursor = (cursor: string): FeedPlace => {
  const [epoch = '', n = ''] = cursor.split('.')
  return { epoch: BigInt(epoch), n: BigInt(n) }
}

/**
 * The verdict on one key from `effectiveAt` on. Newer is a higher `revision`, or the same and a later `effectiveAt`; whatever is not newer is to be dropped.
 * `until`: exclusive end of a yes. `asOf`: up to when everything recorded was known to whoever told it.
 */
export const EligibilityChange = z.strictObject({
  controller: Id,
  subjectId: SubjectId,
  purpose: Id,
  channel: Channel,
  allowed: z.boolean(),
  reason: EligibilityReason,
  until: Instant.nullable(),
  basis: LegalBasis.nullable(),
  eventId: z.string().nullable(),
  revision: z.string().regex(/^\d+$/),
  effectiveAt: Instant,
  cursor: FeedCursor,
  asOf: Instant,
})
export type EligibilityChange = z.infer<typeof EligibilityChange>

/** What is told of a row of the feed at `place`. `asOf`: epoch ms, read before the row was. */
export const changeOf = (
  row: JudgedKey & { controller: string; subjectId: string; revision: bigint },
  place: FeedPlace,
  asOf: number,
): EligibilityChange => ({
  controller: row.controller,
  subjectId: row.subjectId,
  purpose: row.purpose,
  channel: row.channel,
  allowed: row.allowed,
  reason: row.reason,
  until: row.until === null ? null : iso(row.until),
  basis: row.basis,
  eventId: row.eventId,
  revision: row.revision.toString(),
  effectiveAt: iso(row.effectiveAt),
  cursor: cursorOf(place),
  asOf: iso(asOf),
})
