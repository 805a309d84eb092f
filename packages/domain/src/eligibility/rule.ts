// The rules by which somebody may be contacted or not, in their order, at one instant.
import type { Catalogue, PurposeVersion } from '../catalogue/catalogue.ts'
import { basisAllowed, isRetired, kinOf, lapsesOn, purposeVersionAt, zoneOf } from '../catalogue/reading.ts'
import { objectionOn } from '../subject/objection.ts'
import { restrictionsInForce } from '../subject/restriction.ts'
import { standing, type Key, type Standing } from '../subject/state.ts'
import { knownBy, threadKey, type Cut, type Restriction, type Subject } from '../subject/subject.ts'
import { addDuration, dayIn } from '../time.ts'
import type { LegalBasis } from '../words.ts'
import { collection, isKnown, lastContact } from './lastContact.ts'
import { saleFor } from './sale.ts'
import { allows, type EligibilityReason, type Ruling } from './verdict.ts'

/** `catalogue`: as known at `cut.knownAt`. */
type Question = { subject: Subject; catalogue: Catalogue; key: Key; cut: Cut }

/** What the rules come to, and the two things that they look at and a row tells beside it. */
export type Weighed = Ruling & { standing: Standing; objection: ReturnType<typeof objectionOn> }

const no = (reason: EligibilityReason, eventId: string | null = null): Ruling => ({ reason, eventId })

/** Art. 18(2): whether consent that the person gave after `since`, vouched for, is in force: what was said before, in a file or by a browser is not looked at, but every no is. */
const consentedAfter = ({ subject, catalogue, key, cut }: Question, since: number): boolean => {
  const thread = subject.threads.get(threadKey(key.purpose, key.channel))
  if (thread === undefined) return false
  const counting = thread.answers.filter(({ said, lifts, orderAt }) => said !== 'yes' || (lifts && orderAt > since))
  const { state } = standing(catalogue, { ...thread, answers: counting }, cut)
  return state === 'given' || state === 'renewed'
}

/** A restriction of a purpose holds for what continues it on another basis, and for what it continues. */
const restriction = (question: Question): Restriction | undefined => {
  const { subject, catalogue, key, cut } = question
  if (subject.restrictions.length === 0) return undefined
  const kin = kinOf(catalogue, key.purpose)
  return restrictionsInForce(subject, cut).find(
    ({ purposes, orderAt }) => (purposes === null || kin.some((id) => purposes.includes(id))) && !consentedAfter(question, orderAt),
  )
}

const reasonOf = {
  given: 'CONSENT_GIVEN',
  renewed: 'CONSENT_GIVEN',
  requested: 'NOT_CONFIRMED',
  refused: 'CONSENT_REFUSED',
  withdrawn: 'CONSENT_WITHDRAWN',
  expired: 'CONSENT_EXPIRED',
  invalidated: 'CONSENT_INVALIDATED',
} as const

/** The newest consent in force to this purpose on another channel: it does not cover this one. */
const elsewhere = ({ subject, catalogue, key, cut }: Question): string | null => {
  let newest: Standing['answer'] = null
  for (const thread of subject.threads.values()) {
    if (thread.purpose !== key.purpose || thread.channel === key.channel) continue
    const { state, answer } = standing(catalogue, thread, cut)
    if (answer === null || (state !== 'given' && state !== 'renewed')) continue
    if (newest === null || answer.revision > newest.revision) newest = answer
  }
  return newest?.eventId ?? null
}

/** What the basis itself is asked with. `lapses`: the clocks that run on it. `found`: where the answer stands. */
type Terms = { version: PurposeVersion; lapses: readonly string[]; found: Standing }

const byConsent = (question: Question, { found: { state, answer } }: Terms): Ruling => {
  if (state !== 'unknown') return { reason: reasonOf[state], eventId: answer?.eventId ?? null }
  const other = elsewhere(question)
  return other === null ? no('NO_CONSENT') : no('CHANNEL_NOT_COVERED', other)
}

const bySale = ({ subject, cut }: Question, { version }: Terms): Ruling => {
  const sale = saleFor(subject, version, cut)
  return sale === null ? no('NO_SALE') : { reason: 'SOFT_OPT_IN', eventId: sale.eventId }
}

/** It rests on having collected the person's data, and where a clock runs on their last contact. Of whom only noes or a page's word are known nothing was collected. */
const byInterest = ({ subject, cut }: Question, { lapses }: Terms): Ruling => {
  const collected = collection(subject, cut.knownAt)
  if (collected === null || collected.at > cut.at) return no('UNKNOWN_SUBJECT')
  const from = lapses.length === 0 ? collected : lastContact(subject, cut)
  return { reason: 'LEGITIMATE_INTEREST', eventId: from?.eventId ?? null }
}

/** Contract, legal obligation and exempt are not among them: they never make anybody eligible for marketing, whatever a profile lists. */
const rulesOf: Partial<Record<LegalBasis, (question: Question, terms: Terms) => Ruling>> = {
  consent: byConsent,
  'soft-opt-in': bySale,
  'legitimate-interest': byInterest,
}

/** The prospect's clock, on every basis whose purpose names one, and on legitimate interest. */
const lapsed = ({ subject, catalogue, cut }: Question, { lapses }: Terms): Ruling | null => {
  if (lapses.length === 0) return null
  const last = lastContact(subject, cut)
  const holds = last !== null && lapses.every((lapse) => cut.at < addDuration(last.at, lapse, zoneOf(catalogue)))
  return holds ? null : no('PROSPECT_LAPSED', last?.eventId ?? null)
}

/** What nobody published is not marketing, and without a profile nothing is allowed on any channel. */
const byPurpose = (question: Question, found: Standing): Ruling => {
  const { catalogue, key, cut } = question
  const { profile } = catalogue
  const purpose = catalogue.purposes.get(key.purpose)
  const version = purpose && purposeVersionAt(purpose, cut.at)
  if (!purpose || !version) return no('NOT_MARKETING')
  if (isRetired(catalogue, purpose, cut.at)) return no('PURPOSE_RETIRED')
  if (!version.marketing) return no('NOT_MARKETING')
  const byBasis = rulesOf[version.legalBasis]
  if (!byBasis) return no('BASIS_NEVER_MARKETING')
  const day = dayIn(cut.at, zoneOf(catalogue))
  if (!profile || !basisAllowed(profile, version.legalBasis, key.channel, version.audience, day)) return no('BASIS_NOT_FOR_CHANNEL')
  if (!version.channels.includes(key.channel)) return no('CHANNEL_NOT_COVERED')
  const terms: Terms = { version, lapses: lapsesOn(catalogue, version, day), found }
  const ruling = byBasis(question, terms)
  return (allows(ruling) ? lapsed(question, terms) : null) ?? ruling
}

const ruled = (question: Question, { standing: found, objection }: Pick<Weighed, 'standing' | 'objection'>): Ruling => {
  const { subject, cut } = question
  if (!isKnown(subject, cut)) return no('UNKNOWN_SUBJECT')
  if (subject.erased !== null && knownBy(cut, subject.erased)) return no('ERASED', subject.erased.eventId)
  const restricted = restriction(question)
  if (restricted) return no('RESTRICTED', restricted.eventId)
  if (objection) return no('OBJECTED', objection.eventId)
  return byPurpose(question, found)
}

/** One key at one instant: every rule asked, in their order. `catalogue`: as known at `cut.knownAt`. */
export const weigh = (subject: Subject, catalogue: Catalogue, key: Key, cut: Cut): Weighed => {
  const looked = {
    standing: standing(catalogue, subject.threads.get(threadKey(key.purpose, key.channel)), cut),
    objection: objectionOn(subject, catalogue, key.purpose, key.channel, cut),
  }
  return { ...looked, ...ruled({ subject, catalogue, key, cut }, looked) }
}
