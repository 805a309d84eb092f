// What a row of the decision table is: what was given, what is asked, what is answered.
import type { Channel, EligibilityReason, LegalBasis } from '../../../src/index.ts'
import type { Given, Time } from '../given.ts'

/** `channel`: e-mail unless it says so. `knownAt`: all that is given is known unless it says so. */
export type Asked = { purpose: string; channel?: Channel; at: Time; knownAt?: Time }
/** `until`: exclusive; null where nothing known ends it, and for every no. `by`: which of the givens decided, from 1; null where none did. */
export type Answer = { reason: EligibilityReason; until: Time | null; basis: LegalBasis | null; by: number | null }
export type Row = { says: string; given: Given[]; asked: Asked; answer: Answer }
/** One rule. `says`: in a sentence, with its source. */
export type Section = { title: string; says: string; rows: Row[] }

export const no = (reason: EligibilityReason, by: number | null, basis: LegalBasis | null = 'consent'): Answer => ({
  reason,
  until: null,
  basis,
  by,
})
export const yes = (reason: EligibilityReason, by: number, until: Time | null = null, basis: LegalBasis = 'consent'): Answer => ({
  reason,
  until,
  basis,
  by,
})
export const consent = (by: number, until: Time | null = null): Answer => yes('CONSENT_GIVEN', by, until)
/** Thirteen months after noon of 2 March 2026 in the controller's zone, where the clocks have gone forward since. */
export const thirteenMonths = '2027-04-02T11:00:00.000Z'
/** Three years after noon of that day. */
export const threeYears = '2029-03-02'
