// Admitting what a site posts by the catalogue, before anything is written: which answers stand, which are turned away. A no always stands.
import type { Catalogue, Purpose, PurposeVersion } from '../catalogue/catalogue.ts'
import { ageOfConsent, basisOf, isMarketing, isRetired, noticeText, purposeVersionAt } from '../catalogue/reading.ts'
import { youngestOf, type Channel, type Decision, type Flag, type Scope } from '../words.ts'
import type { Method, NoticeRef } from './events.ts'
import {
  aheadRefusal,
  broken,
  errorOf,
  whenOccurred,
  noTo,
  unknownPurpose,
  type Broken,
  type By,
  type Admission,
  type AdmittedAnswer,
  type Known,
  type Occurred,
} from './admission.ts'

export type NoticePost = { id: string; version: number; language: string; showing?: string | undefined }
export type MethodPost = Omit<Method, 'collector'>
export type Choice = { purpose: string; decision: Decision; channels?: Channel[] | undefined }
/** What of `POST /v1/consents` the catalogue admits or not. Times RFC 3339, any offset. */
export type ConsentPost = {
  notice?: NoticePost | undefined
  choices: Choice[]
  occurredAt?: string | undefined
  method?: MethodPost | undefined
}
export type WithdrawalPost = {
  purposes: string[] | 'all'
  channels?: Channel[] | undefined
  occurredAt?: string | undefined
  method?: MethodPost | undefined
}
export type ObjectionPost = Omit<WithdrawalPost, 'purposes'> & { purposes: string[] | 'marketing' }
export type NoticeViewPost = { notice: NoticePost; occurredAt?: string | undefined }
const referTo = (
  catalogue: Catalogue,
  post: NoticePost | undefined,
  by: By,
): { known: NoticeRef | null; shows: readonly string[]; flags: Flag[] } => {
  const text = post && noticeText(catalogue, post, by.receivedAt)
  if (!text) return { known: null, shows: [], flags: [] }
  const known = {
    id: text.id,
    version: text.version,
    language: text.language,
    sha256: text.sha256,
    ...(by.showing === 'ours' ? { showing: true } : {}),
  }
  return { known, shows: text.purposes, flags: by.showing === 'not-ours' ? ['showing-not-ours'] : [] }
}

const brokenByYes = (
  catalogue: Catalogue,
  post: ConsentPost,
  { purpose, version }: Known,
  choice: Choice,
  at: string,
  by: By,
): Broken[] => {
  const imported = post.method?.kind === 'import'
  const { known, shows } = referTo(catalogue, post.notice, by)
  return [
    ...(basisOf(purpose) === 'consent'
      ? []
      : [broken('NOT_A_CONSENT_PURPOSE', `${at}/purpose`, 'basis', 'This purpose does not rest on consent: nobody can give it')]),
    ...(choice.channels?.some((channel) => !version.channels.includes(channel))
      ? [broken('CHANNEL_NOT_IN_PURPOSE', `${at}/channels`, 'published', 'This purpose has no such channel')]
      : []),
    ...(isRetired(catalogue, purpose, by.receivedAt)
      ? [broken('PURPOSE_RETIRED', `${at}/purpose`, 'retired', 'This purpose is no longer asked for')]
      : []),
    ...(imported && !post.method?.source
      ? [broken('SOURCE_NEEDED', '/method/source', 'import', 'An import names where it comes from')]
      : []),
    ...(imported && !post.notice
      ? []
      : !known
        ? [broken('UNKNOWN_NOTICE', '/notice', 'published', 'No such notice was published in that version and language')]
        : shows.includes(choice.purpose)
          ? []
          : [broken('PURPOSE_NOT_IN_NOTICE', `${at}/purpose`, 'shown', 'The notice does not show this purpose')]),
  ]
}

const awaits = (catalogue: Catalogue, post: ConsentPost, version: PurposeVersion, occurred: Occurred): ('confirmation' | 'parent')[] => {
  const actor = post.method?.actor
  const young =
    actor?.ageBand !== undefined && youngestOf[actor.ageBand] < ageOfConsent(catalogue, occurred.at) && actor.kind !== 'minor-with-parent'
  return [...(version.confirmation === 'double-opt-in' ? (['confirmation'] as const) : []), ...(young ? (['parent'] as const) : [])]
}

const noticeOfNo = (
  catalogue: Catalogue,
  post: NoticePost | undefined,
  purpose: string,
  by: By,
): Pick<AdmittedAnswer, 'notice' | 'flags'> => {
  if (!post) return { flags: [] }
  const { known, shows, flags } = referTo(catalogue, post, by)
  if (known) return { notice: known, flags: [...flags, ...(shows.includes(purpose) ? [] : (['purpose-not-in-notice'] as const))] }
  return { notice: { id: post.id, version: post.version, language: post.language }, flags: ['unknown-notice'] }
}

const yesTo = (
  catalogue: Catalogue,
  post: ConsentPost,
  choice: Choice,
  { purpose, version }: Known,
  occurred: Occurred,
  by: By,
): AdmittedAnswer => {
  const { known, flags } = referTo(catalogue, post.notice, by)
  const awaiting = awaits(catalogue, post, version, occurred)
  return {
    as: awaiting.length > 0 ? 'requested' : 'given',
    purpose: purpose.id,
    version,
    channels: choice.channels ?? version.channels,
    basis: basisOf(purpose),
    ...(known ? { notice: known } : {}),
    ...(awaiting.length > 0 ? { awaiting } : {}),
    flags,
  }
}

const refusalOf = (catalogue: Catalogue, post: ConsentPost, choice: Choice, known: Known, by: By): AdmittedAnswer => {
  const { notice, flags } = noticeOfNo(catalogue, post.notice, choice.purpose, by)
  const no = noTo(catalogue, known, 'refused', choice.channels, by)
  const dismissed: Flag[] = choice.decision === 'dismissed' ? ['dismissed'] : []
  return { ...no, ...(notice ? { notice } : {}), flags: [...flags, ...no.flags, ...dismissed] }
}

/** Admits `POST /v1/consents`. If any yes breaks a rule no yes stands; every no to a purpose that ever existed stands. */
export const admitConsent = (catalogue: Catalogue, post: ConsentPost, by: By): Admission => {
  const occurred = whenOccurred(catalogue, post.occurredAt, by)
  const rules: Broken[] = post.choices.some((choice) => choice.decision === 'given') ? aheadRefusal(occurred, by) : []
  const yeses: AdmittedAnswer[] = []
  const noes: AdmittedAnswer[] = []
  for (const [place, choice] of post.choices.entries()) {
    const at = `/choices/${place}`
    const purpose = catalogue.purposes.get(choice.purpose)
    const version = purpose && purposeVersionAt(purpose, occurred.at)
    if (!purpose || !version) {
      rules.push(unknownPurpose(`${at}/purpose`))
    } else if (choice.decision === 'given') {
      rules.push(...brokenByYes(catalogue, post, { purpose, version }, choice, at, by))
      yeses.push(yesTo(catalogue, post, choice, { purpose, version }, occurred, by))
    } else {
      noes.push(refusalOf(catalogue, post, choice, { purpose, version }, by))
    }
  }
  const refused = errorOf(rules)
  return { answers: refused ? noes : [...yeses, ...noes], refused, occurred }
}

/** Which purposes a word stands for on the day on which it is said; it is kept beside them (`scope`), for those that come later. */
const meantBy: Record<Scope, (purpose: Purpose) => boolean> = {
  marketing: isMarketing,
  all: (purpose) => basisOf(purpose) === 'consent' || isMarketing(purpose),
}

/** Where a word stands for nothing that is there yet, the first purpose bears it: it is no objection to that one, but none is lost. */
const purposesMeant = (catalogue: Catalogue, scope: Scope): Purpose[] => {
  const all = [...catalogue.purposes.values()]
  const meant = all.filter(meantBy[scope])
  return meant.length > 0 ? meant : all.slice(0, 1)
}

/** A no to purposes by their ids, or to every purpose that a word stands for. Only an id that never existed is turned away, and a word where no purpose ever did. */
const admitNo = (
  catalogue: Catalogue,
  post: Pick<WithdrawalPost, 'channels' | 'occurredAt'>,
  as: 'withdrawn' | 'objected',
  meant: string[] | Scope,
  by: By,
): Admission => {
  const rules: Broken[] = []
  const answers: AdmittedAnswer[] = []
  const add = (purpose: Purpose, word: { scope?: Scope }): void => {
    const version = purposeVersionAt(purpose, by.receivedAt)
    if (version) answers.push({ ...noTo(catalogue, { purpose, version }, as, post.channels, by), ...word })
  }
  if (typeof meant === 'string') {
    for (const purpose of purposesMeant(catalogue, meant)) add(purpose, { scope: meant })
    if (answers.length === 0) rules.push(unknownPurpose('/purposes'))
  } else
    for (const [place, id] of meant.entries()) {
      const purpose = catalogue.purposes.get(id)
      if (purpose) add(purpose, {})
      else rules.push(unknownPurpose(`/purposes/${place}`))
    }
  return { answers, refused: errorOf(rules), occurred: whenOccurred(catalogue, post.occurredAt, by) }
}

/**
 * Admits `POST /v1/withdrawals` (GDPR Art. 7(3)). Only a purpose id that never existed is turned away; on another basis than consent it is an objection. `all` is every
 * consent, and an objection to all other marketing, whenever it is published.
 */
export const admitWithdrawal = (catalogue: Catalogue, post: WithdrawalPost, by: By): Admission =>
  admitNo(catalogue, post, 'withdrawn', post.purposes, by)

/**
 * Admits `POST /v1/objections`. Only a purpose id that never existed is turned away. To marketing it is absolute, whatever the basis, consent too, and whenever a purpose
 * is published (GDPR Art. 21(2)-(3)); to anything else it is recorded all the same (Art. 21(1)).
 */
export const admitObjection = (catalogue: Catalogue, post: ObjectionPost, by: By): Admission =>
  admitNo(catalogue, post, 'objected', post.purposes, by)

/** Admits `POST /v1/notice-views`. Throws UNKNOWN_NOTICE, OCCURRED_AT_AHEAD. */
export const admitNoticeView = (catalogue: Catalogue, post: NoticeViewPost, by: By): { notice: NoticeRef; occurred: Occurred } => {
  const occurred = whenOccurred(catalogue, post.occurredAt, by)
  const { known, flags } = referTo(catalogue, post.notice, by)
  const refused = errorOf([
    ...aheadRefusal(occurred, by),
    ...(known ? [] : [broken('UNKNOWN_NOTICE', '/notice', 'published', 'No such notice was published in that version and language')]),
  ])
  if (refused || !known) throw refused
  return { notice: known, occurred: { ...occurred, flags: [...occurred.flags, ...flags] } }
}
