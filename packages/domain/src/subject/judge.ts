// Judging what a site posts against the catalogue, before anything is written: which answers stand, which are turned away. A no always stands.
import { LedgerError, type RefusalCode, type Violation } from '../errors.ts'
import type { Trust } from '../event.ts'
import type { Catalogue, Purpose, PurposeVersion } from '../catalogue/catalogue.ts'
import { ageOfConsent, allChannels, basisOf, clockOf, isRetired, noticeText, purposeVersionAt } from '../catalogue/reading.ts'
import { ms } from '../time.ts'
import { youngestOf, type Channel, type Decision, type Flag, type LegalBasis } from '../words.ts'
import type { z } from 'zod'
import type { ClaimedNotice, Method, NoticeRef } from './events.ts'

export type NoticePost = { id: string; version: number; language: string; showing?: string | undefined }
export type MethodPost = Omit<Method, 'collector'>
export type Choice = { purpose: string; decision: Decision; channels?: Channel[] | undefined }
/** What of `POST /v1/consents` the catalogue judges. Times RFC 3339, any offset. */
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
export type NoticeViewPost = { notice: NoticePost; occurredAt?: string | undefined }
/** Who posts and when (epoch ms). `showing`: whether the token that came with a notice was the ledger's own. */
export type By = { trust: Trust; receivedAt: number; showing?: 'ours' | 'not-ours' | undefined }

/** When an act occurred, by the site's word or by the ledger's clock, and when it was received. Epoch ms. */
export type Occurred = { at: number; from: 'site' | 'ledger'; receivedAt: number; flags: Flag[] }
export type JudgedAnswer = {
  as: 'given' | 'requested' | 'refused' | 'withdrawn' | 'objected'
  purpose: string
  version: PurposeVersion
  channels: Channel[]
  basis: LegalBasis
  notice?: NoticeRef | z.infer<typeof ClaimedNotice>
  awaiting?: ('confirmation' | 'parent')[]
  flags: Flag[]
}
/** `answers` are to be recorded; `refused` is what the caller is told about the rest. */
export type Judged = { answers: JudgedAnswer[]; refused: LedgerError | null; occurred: Occurred }

type Broken = Violation & { code: RefusalCode }
const broken = (code: RefusalCode, pointer: string, rule: string, message: string): Broken => ({ code, pointer, rule, message })
const errorOf = (all: Broken[]): LedgerError | null => {
  const [first] = all
  return first ? new LedgerError(first.code, first.message, { violations: all.map(({ code: _, ...violation }) => violation) }) : null
}

/** Two clocks: a time further ahead than the skew limit is not believed. */
const judgeTime = (catalogue: Catalogue, occurredAt: string | undefined, by: By): Occurred & { ahead: boolean } => {
  const { receivedAt } = by
  const ours = { at: receivedAt, from: 'ledger' as const, receivedAt }
  if (occurredAt === undefined) return { ...ours, flags: [], ahead: false }
  const at = ms(occurredAt)
  if (at - receivedAt > clockOf(catalogue, 'skew', receivedAt)) return { ...ours, flags: ['clock-ahead'], ahead: true }
  return { at, from: 'site', receivedAt, flags: receivedAt - at > clockOf(catalogue, 'late', receivedAt) ? ['late'] : [], ahead: false }
}

const aheadRefusal = (time: { ahead: boolean }, by: By): Broken[] =>
  time.ahead && by.trust !== 'publishable'
    ? [broken('OCCURRED_AT_AHEAD', '/occurredAt', 'not-ahead', 'The time lies further ahead than clocks may differ')]
    : []

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

const judgeYes = (catalogue: Catalogue, post: ConsentPost, { purpose, version }: Known, choice: Choice, at: string, by: By): Broken[] => {
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
): Pick<JudgedAnswer, 'notice' | 'flags'> => {
  if (!post) return { flags: [] }
  const { known, shows, flags } = referTo(catalogue, post, by)
  if (known) return { notice: known, flags: [...flags, ...(shows.includes(purpose) ? [] : (['purpose-not-in-notice'] as const))] }
  return { notice: { id: post.id, version: post.version, language: post.language }, flags: ['unknown-notice'] }
}

const noFlags = (catalogue: Catalogue, purpose: Purpose, channels: Channel[] | undefined, by: By): Flag[] => [
  ...(isRetired(catalogue, purpose, by.receivedAt) ? (['purpose-retired'] as const) : []),
  ...(channels?.some((channel) => !allChannels(purpose).includes(channel)) ? (['channel-not-in-purpose'] as const) : []),
]

type Known = { purpose: Purpose; version: PurposeVersion }

const yesTo = (
  catalogue: Catalogue,
  post: ConsentPost,
  choice: Choice,
  { purpose, version }: Known,
  occurred: Occurred,
  by: By,
): JudgedAnswer => {
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

/** A no by any name. On another basis than consent it is an objection; without channels it covers all that the purpose ever had. */
const noTo = (
  catalogue: Catalogue,
  { purpose, version }: Known,
  as: 'refused' | 'withdrawn',
  channels: Channel[] | undefined,
  by: By,
): JudgedAnswer => {
  const basis = basisOf(purpose)
  return {
    as: basis === 'consent' ? as : 'objected',
    purpose: purpose.id,
    version,
    channels: channels ?? allChannels(purpose),
    basis,
    flags: noFlags(catalogue, purpose, channels, by),
  }
}

const refusalOf = (catalogue: Catalogue, post: ConsentPost, choice: Choice, known: Known, by: By): JudgedAnswer => {
  const { notice, flags } = noticeOfNo(catalogue, post.notice, choice.purpose, by)
  const no = noTo(catalogue, known, 'refused', choice.channels, by)
  const dismissed: Flag[] = choice.decision === 'dismissed' ? ['dismissed'] : []
  return { ...no, ...(notice ? { notice } : {}), flags: [...flags, ...no.flags, ...dismissed] }
}

/** Judges `POST /v1/consents`. If any yes breaks a rule no yes stands; every no to a purpose that ever existed stands. */
export const judgeConsent = (catalogue: Catalogue, post: ConsentPost, by: By): Judged => {
  const occurred = judgeTime(catalogue, post.occurredAt, by)
  const rules: Broken[] = post.choices.some((choice) => choice.decision === 'given') ? aheadRefusal(occurred, by) : []
  const yeses: JudgedAnswer[] = []
  const noes: JudgedAnswer[] = []
  for (const [place, choice] of post.choices.entries()) {
    const at = `/choices/${place}`
    const purpose = catalogue.purposes.get(choice.purpose)
    const version = purpose && purposeVersionAt(purpose, occurred.at)
    if (!purpose || !version) {
      rules.push(broken('UNKNOWN_PURPOSE', `${at}/purpose`, 'published', 'No such purpose was ever published'))
    } else if (choice.decision === 'given') {
      rules.push(...judgeYes(catalogue, post, { purpose, version }, choice, at, by))
      yeses.push(yesTo(catalogue, post, choice, { purpose, version }, occurred, by))
    } else {
      noes.push(refusalOf(catalogue, post, choice, { purpose, version }, by))
    }
  }
  const refused = errorOf(rules)
  return { answers: refused ? noes : [...yeses, ...noes], refused, occurred }
}

/** Judges `POST /v1/withdrawals` (GDPR Art. 7(3)). Only a purpose id that never existed is turned away; on another basis than consent it is an objection. */
export const judgeWithdrawal = (catalogue: Catalogue, post: WithdrawalPost, by: By): Judged => {
  const rules: Broken[] = []
  const answers: JudgedAnswer[] = []
  const add = (purpose: Purpose): void => {
    const version = purposeVersionAt(purpose, by.receivedAt)
    if (version) answers.push(noTo(catalogue, { purpose, version }, 'withdrawn', post.channels, by))
  }
  if (post.purposes === 'all') {
    for (const purpose of catalogue.purposes.values())
      if (basisOf(purpose) === 'consent' || purpose.versions.some((version) => version.marketing)) add(purpose)
  } else {
    for (const [place, id] of post.purposes.entries()) {
      const purpose = catalogue.purposes.get(id)
      if (purpose) add(purpose)
      else rules.push(broken('UNKNOWN_PURPOSE', `/purposes/${place}`, 'published', 'No such purpose was ever published'))
    }
  }
  return { answers, refused: errorOf(rules), occurred: judgeTime(catalogue, post.occurredAt, by) }
}

/** Judges `POST /v1/notice-views`. Throws UNKNOWN_NOTICE, OCCURRED_AT_AHEAD. */
export const judgeNoticeView = (catalogue: Catalogue, post: NoticeViewPost, by: By): { notice: NoticeRef; occurred: Occurred } => {
  const occurred = judgeTime(catalogue, post.occurredAt, by)
  const { known, flags } = referTo(catalogue, post.notice, by)
  const refused = errorOf([
    ...aheadRefusal(occurred, by),
    ...(known ? [] : [broken('UNKNOWN_NOTICE', '/notice', 'published', 'No such notice was published in that version and language')]),
  ])
  if (refused || !known) throw refused
  return { notice: known, occurred: { ...occurred, flags: [...occurred.flags, ...flags] } }
}
