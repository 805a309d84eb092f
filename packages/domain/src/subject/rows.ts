// Where a subject stands, as every reader is told it: one row for each purpose and channel, one for each objection and restriction in force.
import { z } from 'zod'
import { Channel, Id, Instant, Language, RestrictionGround } from '../words.ts'

/** W3C DPV consent states as far as a stream without erasure knows them. In force: given, renewed. */
export const ConsentState = z.enum(['unknown', 'requested', 'given', 'renewed', 'refused', 'withdrawn', 'expired', 'invalidated'])
export type ConsentState = z.infer<typeof ConsentState>

/**
 * State of one purpose on one channel. `since`: from when it is so. `until`: exclusive end of a consent in force. `askAgainFrom`: an answer is remembered
 * till then (CNIL 2020-091/092); null where nobody has answered, or a yes has no end. `objected`: an objection is in force, whatever the state says.
 */
export const StateRow = z.strictObject({
  purpose: Id,
  channel: Channel,
  state: ConsentState,
  since: Instant.nullable(),
  until: Instant.nullable(),
  askAgainFrom: Instant.nullable(),
  eventId: z.string().nullable(),
  notice: z.strictObject({ id: Id, version: z.int(), language: Language }).nullable(),
  objected: z.boolean(),
})
export type StateRow = z.infer<typeof StateRow>

/** `inheritedFrom`: the purpose that this one replaces, or that replaces this one, to which the person said no. */
export const ObjectionRow = z.strictObject({
  purpose: Id,
  channel: Channel,
  since: Instant,
  eventId: z.string(),
  inheritedFrom: Id.optional(),
})
export type ObjectionRow = z.infer<typeof ObjectionRow>

/** A restriction in force (GDPR Art. 18). `purposes`: those meant, or all there are and will be. */
export const RestrictionRow = z.strictObject({
  eventId: z.string(),
  purposes: z.union([z.literal('all'), z.array(Id)]),
  ground: RestrictionGround,
  since: Instant,
})
export type RestrictionRow = z.infer<typeof RestrictionRow>
