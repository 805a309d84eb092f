// Restriction of processing (GDPR Art. 18): what is in force, what begins one, what ends it.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { refuse } from '../errors.ts'
import type { SealedField } from '../sealed.ts'
import { iso } from '../time.ts'
import type { RestrictionGround } from '../words.ts'
import type { SubjectFact } from './events.ts'
import type { RestrictionRow } from './rows.ts'
import { knownBy, type Cut, type Restriction, type Subject } from './subject.ts'

/** Those in force at `cut`, in the order of the stream. That consent given afterwards may be acted on all the same (Art. 18(2)) ends none of them. */
export const restrictionsInForce = (subject: Subject, cut: Cut): Restriction[] =>
  subject.restrictions.filter((one) => knownBy(cut, one) && !(one.lift !== null && knownBy(cut, one.lift)))

/** The same as every reader is told. */
export const restrictionsTold = (subject: Subject, cut: Cut): RestrictionRow[] =>
  restrictionsInForce(subject, cut).map(({ eventId, purposes, ground, orderAt }) => ({
    eventId,
    purposes: purposes === null ? 'all' : [...purposes],
    ground,
    since: iso(orderAt),
  }))

/**
 * Which purposes a restriction is about: those of `named` that ever existed, each once. The others are told apart (`refusalOfOthers`) and do not stand in the way:
 * doubt delays the answer, never the stop (Art. 12(6)).
 */
export const purposesToRestrict = (catalogue: Catalogue, named: 'all' | readonly string[]): 'all' | string[] =>
  named === 'all' ? 'all' : [...new Set(named.filter((id) => catalogue.purposes.has(id)))]

/** Restricts `purposes` (not empty) from the moment of recording (epoch ms), whatever is restricted already: each ground has its own end. */
export const decideRestriction = (
  controller: string,
  asked: { purposes: 'all' | string[]; ground: RestrictionGround; recordedAt: number; reason?: SealedField },
): SubjectFact[] => {
  const { purposes, ground, recordedAt, reason } = asked
  return [{ type: 'ProcessingRestricted', data: { controller, purposes, ground, orderAt: iso(recordedAt), ...(reason ? { reason } : {}) } }]
}

/** Refuses a lift of which the person is told only later than `now`: they are told before (Art. 18(3)). Epoch ms. Errors: INVALID_REQUEST. */
export const demandTold = (notifiedAt: number, now: number): void => {
  if (notifiedAt > now)
    throw refuse('INVALID_REQUEST', '/notifiedAt', 'not-ahead', 'The person is told before the restriction is lifted, not after it')
}

/** Ends one restriction; what others restrict stays so. Times epoch ms. Errors: NOT_FOUND if this person has no such restriction, ALREADY_DONE if it was lifted. */
export const decideRestrictionLift = (
  subject: Subject,
  controller: string,
  lift: { restriction: string; recordedAt: number; notifiedAt: number; notification: SealedField; reason: SealedField },
): SubjectFact[] => {
  const { restriction, recordedAt, notifiedAt, notification, reason } = lift
  const found = subject.restrictions.find(({ eventId }) => eventId === restriction)
  if (found === undefined) throw refuse('NOT_FOUND', '', 'in-force', 'This person has no such restriction')
  if (found.lift !== null) throw refuse('ALREADY_DONE', '', 'in-force', 'This restriction was lifted before')
  const data = { controller, restriction, orderAt: iso(recordedAt), notifiedAt: iso(notifiedAt), notification, reason }
  return [{ type: 'RestrictionLifted', data }]
}
