// What every admission of a post is made of: when it occurred, what a no covers, and the rules that were broken.
import { LedgerError, type RefusalCode, type Violation } from '../errors.ts'
import type { Trust } from '../event.ts'
import type { Catalogue, Purpose, PurposeVersion } from '../catalogue/catalogue.ts'
import { allChannels, basisOf, clockOf, isRetired } from '../catalogue/reading.ts'
import { ms } from '../time.ts'
import type { Channel, Flag, LegalBasis, Scope } from '../words.ts'
import type { z } from 'zod'
import type { ClaimedNotice, NoticeRef } from './events.ts'

/** Who posts and when (epoch ms). `showing`: whether the token that came with a notice was the ledger's own. */
export type By = { trust: Trust; receivedAt: number; showing?: 'ours' | 'not-ours' | undefined }

/** When an act occurred, by the site's word or by the ledger's clock, and when it was received. Epoch ms. */
export type Occurred = { at: number; from: 'site' | 'ledger'; receivedAt: number; flags: Flag[] }
export type AdmittedAnswer = {
  as: 'given' | 'requested' | 'refused' | 'withdrawn' | 'objected'
  purpose: string
  version: PurposeVersion
  channels: Channel[]
  /** No channel was named by a no: those that the purpose gets later are meant too. */
  everyChannel?: true
  /** The word that this no is a part of. */
  scope?: Scope
  basis: LegalBasis
  notice?: NoticeRef | z.infer<typeof ClaimedNotice>
  awaiting?: ('confirmation' | 'parent')[]
  flags: Flag[]
}
/** `answers` are to be recorded; `refused` is what the caller is told about the rest. */
export type Admission = { answers: AdmittedAnswer[]; refused: LedgerError | null; occurred: Occurred }

export type Broken = Violation & { code: RefusalCode }
export const broken = (code: RefusalCode, pointer: string, rule: string, message: string): Broken => ({ code, pointer, rule, message })

/** A purpose id is refused for nothing else. */
export const unknownPurpose = (pointer: string): Broken =>
  broken('UNKNOWN_PURPOSE', pointer, 'published', 'No such purpose was ever published')

/** All that was broken under the code of the first; null if nothing was. */
export const errorOf = (all: Broken[]): LedgerError | null => {
  const [first] = all
  return first ? new LedgerError(first.code, first.message, { violations: all.map(({ code: _, ...violation }) => violation) }) : null
}

/** Two clocks: a time further ahead than the skew limit is not believed. */
export const whenOccurred = (catalogue: Catalogue, occurredAt: string | undefined, by: By): Occurred & { ahead: boolean } => {
  const { receivedAt } = by
  const ours = { at: receivedAt, from: 'ledger' as const, receivedAt }
  if (occurredAt === undefined) return { ...ours, flags: [], ahead: false }
  const at = ms(occurredAt)
  if (at - receivedAt > clockOf(catalogue, 'skew', receivedAt)) return { ...ours, flags: ['clock-ahead'], ahead: true }
  return { at, from: 'site', receivedAt, flags: receivedAt - at > clockOf(catalogue, 'late', receivedAt) ? ['late'] : [], ahead: false }
}

/** A server's clock that runs ahead costs all but a no; for a browser's the ledger's own is taken. */
export const aheadRefusal = (time: { ahead: boolean }, by: By): Broken[] =>
  time.ahead && by.trust !== 'publishable'
    ? [broken('OCCURRED_AT_AHEAD', '/occurredAt', 'not-ahead', 'The time lies further ahead than clocks may differ')]
    : []

/** A purpose that was published, in the version that counts. */
export type Known = { purpose: Purpose; version: PurposeVersion }

const noFlags = (catalogue: Catalogue, purpose: Purpose, channels: Channel[] | undefined, by: By): Flag[] => [
  ...(isRetired(catalogue, purpose, by.receivedAt) ? (['purpose-retired'] as const) : []),
  ...(channels?.some((channel) => !allChannels(purpose).includes(channel)) ? (['channel-not-in-purpose'] as const) : []),
]

/** A no by any name. On another basis than consent it is an objection; without channels it covers all that the purpose ever had, and will have. */
export const noTo = (
  catalogue: Catalogue,
  { purpose, version }: Known,
  as: 'refused' | 'withdrawn' | 'objected',
  channels: Channel[] | undefined,
  by: By,
): AdmittedAnswer => {
  const basis = basisOf(purpose)
  return {
    as: basis === 'consent' ? as : 'objected',
    purpose: purpose.id,
    version,
    channels: channels ?? [...allChannels(purpose)],
    ...(channels === undefined ? { everyChannel: true } : {}),
    basis,
    flags: noFlags(catalogue, purpose, channels, by),
  }
}
