// Whom may we contact, why, and until when: the one function from which every answer comes, wherever it is given (DESIGN §5).
import { catalogueKnownAt, type Catalogue } from '../catalogue/catalogue.ts'
import { basisOf } from '../catalogue/reading.ts'
import type { Key } from '../subject/state.ts'
import type { Cut, Subject } from '../subject/subject.ts'
import { weigh } from './rule.ts'
import { turningPoints } from './turningPoints.ts'
import { allows, type Ruling, type Verdict } from './verdict.ts'

/** The answer in full, `until` being found. */
export const verdictOf = (catalogue: Catalogue, { purpose }: Key, { reason, eventId }: Ruling, until: number | null): Verdict => {
  const published = catalogue.purposes.get(purpose)
  return { allowed: allows({ reason }), reason, until, basis: published ? basisOf(published) : null, eventId }
}

/**
 * Whether one subject may be contacted for a purpose on a channel, at `cut.at` (by the acts' times) as known at `cut.knownAt`. Rules in this order: erased, restricted
 * (GDPR Art. 18), objected (Art. 21(2)-(3)), purpose retired or not marketing, basis × channel × date of the regulator profile, then the basis itself; the
 * prospect's clock runs on every basis whose purpose names one. Pure; what is unknown is a no.
 */
export const eligible = (subject: Subject, whole: Catalogue, key: Key, cut: Cut): Verdict => {
  const catalogue = catalogueKnownAt(whole, cut.knownAt)
  const ruling = weigh(subject, catalogue, key, cut)
  const isNo = (at: number): boolean => !allows(weigh(subject, catalogue, key, { ...cut, at }))
  const until = allows(ruling) ? turningPoints(subject, catalogue, key, cut).find(isNo) : undefined
  return verdictOf(catalogue, key, ruling, until ?? null)
}
