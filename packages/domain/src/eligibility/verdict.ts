// What is answered: whether somebody may be contacted, by which rule, until when.
import { z } from 'zod'
import type { LegalBasis } from '../words.ts'

/** The first three allow; of the others each is one rule by which the answer is no. */
export const EligibilityReason = z.enum([
  'CONSENT_GIVEN',
  'SOFT_OPT_IN',
  'LEGITIMATE_INTEREST',
  'UNKNOWN_SUBJECT',
  'ERASED',
  'RESTRICTED',
  'OBJECTED',
  'PURPOSE_RETIRED',
  'NOT_MARKETING',
  'BASIS_NEVER_MARKETING',
  'BASIS_NOT_FOR_CHANNEL',
  'CHANNEL_NOT_COVERED',
  'NO_CONSENT',
  'NOT_CONFIRMED',
  'CONSENT_REFUSED',
  'CONSENT_WITHDRAWN',
  'CONSENT_EXPIRED',
  'CONSENT_INVALIDATED',
  'NO_SALE',
  'PROSPECT_LAPSED',
])
export type EligibilityReason = z.infer<typeof EligibilityReason>

/** `until`: exclusive end of a yes, epoch ms; null where nothing known ends it, and for every no. `eventId`: the event that decided, null where nothing that was said or done did. */
export type Verdict = {
  allowed: boolean
  reason: EligibilityReason
  until: number | null
  basis: LegalBasis | null
  eventId: string | null
}

/** What holds at one instant, without a look ahead. */
export type Ruling = { reason: EligibilityReason; eventId: string | null }

const allowing: ReadonlySet<EligibilityReason> = new Set(['CONSENT_GIVEN', 'SOFT_OPT_IN', 'LEGITIMATE_INTEREST'])
export const allows = ({ reason }: Pick<Ruling, 'reason'>): boolean => allowing.has(reason)
