// Storing an act: who it is about, whether it was posted before, and what its yeses were told.
import { canonicalJson, LedgerError, refuse, type Flag, type AdmittedAnswer, type Violation } from '@consent-ledger/domain'
import type { Claim, Claimed, Reach, Rehearsed, Target, Vault } from '@consent-ledger/vault'
import type { Deed, Proposal } from './proposal.ts'
import { isYes, vaultWriterOf, type SiteAct } from './siteAct.ts'

/** What stands of an act once it is known who it is about. */
export type Standing = { answers: AdmittedAnswer[]; deed: Deed | null; flags: Flag[]; refused: LedgerError | null; dropped: string[] }
/** `everywhere`: every answer is for every target; else the further targets have their part of them (`partFor`). */
/** `again`: it was stored before, so an append of it may be under way still. */
export type ClaimedAct = Standing & { targets: Target[]; everywhere: boolean; again: boolean }

/** Kept with the act so that a retry is told the same: codes, pointers and sentences of ours. */
type Note = { refused: { code: LedgerError['code']; message: string; violations: Violation[] } | null; dropped: string[] }

const isObjection = ({ as }: AdmittedAnswer): boolean => as === 'objected'

const noteOf = ({ refused, dropped }: Pick<Standing, 'refused' | 'dropped'>): { note?: string } => {
  if (!refused && dropped.length === 0) return {}
  const note: Note = { refused: refused && { code: refused.code, message: refused.message, violations: refused.violations }, dropped }
  return { note: JSON.stringify(note) }
}

const readNote = (note: string | undefined): Pick<Standing, 'refused' | 'dropped'> => {
  if (note === undefined) return { refused: null, dropped: [] }
  const { refused, dropped } = JSON.parse(note) as Note
  return { refused: refused && new LedgerError(refused.code, refused.message, { violations: refused.violations }), dropped }
}

const conflictOf = (proposal: Proposal, schemes: readonly string[]): LedgerError => {
  const message = `These identifiers belong to different people: ${schemes.join(', ')}`
  const places = proposal.identifiers.length === 0 ? [] : schemes
  return new LedgerError('IDENTITY_CONFLICT', message, {
    violations: places.map((scheme) => ({
      pointer: '/subject/identifiers',
      rule: 'one-person',
      message: `An identifier of scheme ${scheme} belongs to somebody else`,
    })),
  })
}

const otherContent = (): LedgerError =>
  refuse(
    'IDEMPOTENCY_CONFLICT',
    '',
    'same-content',
    'This Idempotency-Key came with other content before: nothing of this request was recorded',
  )

/** A withdrawal and an objection reach every subject that the identifiers reach (API.md); a yes and a refusal are about one. */
const reachOf = ({ posted }: SiteAct, { answers }: Proposal): Reach =>
  posted.act === 'withdrawal' || posted.act === 'objection' ? 'every' : answers.some(isObjection) ? 'objection' : 'one'

/** Whether the yeses are refused for nothing but the limit. */
const isSlowed = ({ slowed }: SiteAct, { refused }: Proposal): boolean => slowed !== null && refused === slowed

const claimOf = (act: SiteAct, proposal: Proposal): Claim => ({
  controller: act.caller.controller,
  // What a page is told to wait for is not answered by its noes: the same request is to record its yeses later, under its own key.
  writer: `${vaultWriterOf(act.caller)}${isSlowed(act, proposal) ? '/slowed' : ''}`,
  ...(act.idempotencyKey === undefined ? {} : { idempotencyKey: act.idempotencyKey }),
  body: canonicalJson({ act: act.posted.act, ...act.posted.post, ...(act.leftOut.length > 0 ? { leftOut: [...act.leftOut] } : {}) }),
  identifiers: proposal.identifiers,
  reach: reachOf(act, proposal),
  link: act.caller.trust === 'secret',
  onConflict: act.posted.post.subject.onConflict ?? 'refuse',
})

const standingOf = (proposal: Proposal): Standing => ({
  answers: proposal.answers,
  deed: proposal.deed,
  flags: proposal.flags,
  refused: proposal.refused,
  dropped: proposal.dropped,
})

const isEmpty = ({ answers, deed }: Pick<Standing, 'answers' | 'deed'>): boolean => answers.length === 0 && deed === null

/** What stands where accounts of two people are named: the noes, for everybody reached; the yeses, if any, are told of the conflict. */
const inConflict = (proposal: Proposal, schemes: readonly string[]): Standing => {
  const answers = proposal.answers.filter((answer) => !isYes(answer))
  const asked = answers.length < proposal.answers.length || proposal.deed !== null
  const refused = proposal.refused ?? (asked ? conflictOf(proposal, schemes) : null)
  if (answers.length === 0 && refused) throw refused
  return { ...standingOf(proposal), answers, deed: null, refused }
}

/** What an earlier claim of the same act decided holds, whatever today's catalogue says of the yeses. */
const asBefore = (proposal: Proposal, note: string | undefined): Standing => {
  const { refused, dropped } = readNote(note)
  const standing = { ...standingOf(proposal), refused, dropped }
  return refused ? { ...standing, answers: proposal.answers.filter((answer) => !isYes(answer)), deed: null } : standing
}

const withConflict = (flags: Flag[], conflict: boolean): Flag[] => (conflict ? [...flags, 'identity-conflict'] : flags)

/** An act over the limit that was stored before, under it: as if there were no limit, since it is answered as it was. Else null. */
export const asStored = async (vault: Vault, act: SiteAct, proposal: Proposal): Promise<SiteAct | null> => {
  if (act.idempotencyKey === undefined || !isSlowed(act, proposal)) return null
  const unlimited = { ...act, slowed: null }
  return (await vault.rehearse(claimOf(unlimited, proposal))).outcome === 'again' ? unlimited : null
}

/**
 * Finds or makes whom an act is about and stores it; durable on return. Refused whole, it is not stored: only an act that was stored before is then found.
 * Errors: IDEMPOTENCY_CONFLICT, IDENTITY_CONFLICT (a yes alone), what refused the act whole, VAULT_UNAVAILABLE.
 */
export const claimAct = async (vault: Vault, act: SiteAct, proposal: Proposal): Promise<ClaimedAct> => {
  const claim = claimOf(act, proposal)
  if (isEmpty(proposal) && proposal.refused) {
    const known = claim.idempotencyKey === undefined ? null : await vault.rehearse(claim)
    if (known?.outcome === 'other-content') throw otherContent()
    if (known?.outcome !== 'again') throw proposal.refused
  }
  let standing = standingOf(proposal)
  let claimed: Claimed = await vault.claim({ ...claim, ...noteOf(standing) })
  if (claimed.outcome === 'conflict') {
    standing = inConflict(proposal, claimed.schemes)
    claimed = await vault.claim({ ...claim, reach: 'every', ...noteOf(standing) })
  }
  if (claimed.outcome === 'other-content') throw otherContent()
  if (claimed.outcome === 'conflict') throw conflictOf(proposal, claimed.schemes)
  const again = claimed.outcome === 'again'
  if (again) standing = asBefore(proposal, claimed.note)
  const everywhere = claim.reach === 'every' || (claimed.conflict && claim.onConflict === 'refuse')
  return { ...standing, flags: withConflict(standing.flags, claimed.conflict), targets: claimed.targets, everywhere, again }
}

/** The same with nothing stored. Errors: as `claimAct`. */
export const rehearseAct = async (
  vault: Vault,
  act: SiteAct,
  proposal: Proposal,
): Promise<Standing & Pick<Rehearsed, 'targets'> & Pick<ClaimedAct, 'everywhere'>> => {
  const claim = claimOf(act, proposal)
  let standing = standingOf(proposal)
  let found = await vault.rehearse(claim)
  if (found.outcome === 'other-content') throw otherContent()
  if (isEmpty(proposal) && proposal.refused) throw proposal.refused
  const conflict = found.outcome === 'conflict'
  if (conflict) {
    standing = inConflict(proposal, found.schemes)
    found = await vault.rehearse({ ...claim, reach: 'every' })
  }
  const everywhere = claim.reach === 'every' || conflict
  return { ...standing, flags: withConflict(standing.flags, conflict), targets: found.targets, everywhere }
}

/**
 * What of an act is for its n-th target. The first is whom the act is about. Beside it an account that it names has its noes, and a device's own subject its
 * objections: a refusal at an account says nothing about whoever else uses the device.
 */
export const partFor = <S extends Standing & Pick<ClaimedAct, 'everywhere'>>(
  standing: S,
  { identifiers }: Proposal,
  { named }: Pick<Target, 'named'>,
  n: number,
): S => {
  if (n === 0 || standing.everywhere) return standing
  const isAccount = named.some((place) => identifiers[place]?.kind === 'account')
  return { ...standing, deed: null, answers: standing.answers.filter((answer) => (isAccount ? !isYes(answer) : isObjection(answer))) }
}
