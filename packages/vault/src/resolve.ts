// Whom an act is about: from what the directory knows of its identifiers to the subjects, bindings and links (DESIGN §4, Identifiers). Pure.
import type { IdentifierKind } from '@consent-ledger/domain'
import type { Claim } from './port.ts'

/**
 * One distinct identifier of an act, and what the directory knows of it. `places`: where it stands in the act, ascending. `owner`: the subject
 * it resolves to. `linked`: link ids by subject, for those subjects that own some identifier of the act.
 */
export type Known = {
  scheme: string
  kind: IdentifierKind
  places: readonly number[]
  owner: string | null
  linked: ReadonlyMap<string, string>
}

/** One subject that the act reaches. `subjectId`, `linkId` null: to be made. `bind`: identifiers that resolve to it from now on. */
export type Plan<K extends Known = Known> = {
  subjectId: string | null
  kind: IdentifierKind
  bind: K[]
  links: { known: K; linkId: string | null }[]
  named: number[]
}

/** `schemes`: of the account identifiers that belong to different people; [] if there is no conflict. Account subjects stand before device subjects. */
export type Resolution<K extends Known = Known> =
  | { outcome: 'resolved'; schemes: string[]; targets: Plan<K>[] }
  | { outcome: 'conflict'; schemes: string[] }

type Rules = Pick<Claim, 'reach' | 'link' | 'onConflict'>
type Aim<K> = { subjectId: string | null; kind: IdentifierKind; founder: K | null }

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)]
const owners = (list: readonly Known[]): string[] => unique(list.flatMap(({ owner }) => owner ?? []))

/** Decides an act's subjects. `known`: 1 or more, in the caller's order. At most one subject is to be made, and it is the first target. */
export const resolve = <K extends Known>(known: readonly K[], rules: Rules): Resolution<K> => {
  const accounts = known.filter(({ kind }) => kind === 'account')
  const conflict = owners(accounts).length > 1
  const schemes = conflict ? unique(accounts.flatMap(({ owner, scheme }) => (owner === null ? [] : scheme))) : []
  if (conflict && rules.reach === 'one' && rules.onConflict === 'refuse') return { outcome: 'conflict', schemes }
  const targets = aims(known, accounts, rules.reach, conflict).map((aim, n) => plan(aim, known, n === 0 && rules.link && !conflict))
  nameTheRest(targets, known)
  return { outcome: 'resolved', schemes, targets }
}

/** Never empty. A device's own subject is reached beside an account by a no only. */
const aims = <K extends Known>(known: readonly K[], accounts: readonly K[], reach: Rules['reach'], conflict: boolean): Aim<K>[] => {
  const devices = known.filter(({ kind }) => kind === 'device')
  const [kind, candidates]: [IdentifierKind, readonly K[]] = accounts.length > 0 ? ['account', accounts] : ['device', devices]
  const founded = owners(candidates).map((subjectId): Aim<K> => ({ subjectId, kind, founder: null }))
  // Two people and no refusal wanted: what was named first counts, even where it is of nobody yet.
  const first = candidates[0] ?? null
  const primary = (conflict ? first?.owner : founded[0]?.subjectId) ?? null
  if (reach === 'one') return [{ subjectId: primary, kind, founder: primary === null ? first : null }]
  const reached = founded.length > 0 ? founded : [{ subjectId: null, kind, founder: first }]
  return kind === 'device'
    ? reached
    : [...reached, ...owners(devices).map((subjectId): Aim<K> => ({ subjectId, kind: 'device', founder: null }))]
}

/** `mayLink`: unknown identifiers of the subject's kind are bound and linked; devices are linked to an account, never bound to it. */
const plan = <K extends Known>({ subjectId, kind, founder }: Aim<K>, known: readonly K[], mayLink: boolean): Plan<K> => {
  const joining = mayLink ? known.filter((one) => one.kind === kind && one.owner === null && one !== founder) : []
  const bind = founder === null ? joining : [founder, ...joining]
  const links = known.flatMap((one) => {
    const linkId = (subjectId === null ? undefined : one.linked.get(subjectId)) ?? null
    const joins = joining.includes(one) || (mayLink && kind === 'account' && one.kind === 'device')
    return linkId !== null || joins ? [{ known: one, linkId }] : []
  })
  const belongs = (one: K): boolean =>
    (subjectId !== null && one.owner === subjectId) || bind.includes(one) || links.some(({ known }) => known === one)
  return { subjectId, kind, bind, links, named: known.filter(belongs).flatMap(({ places }) => places) }
}

/** What belongs to none of the targets was still named in this act: the first target's event says so. */
const nameTheRest = (targets: readonly Plan[], known: readonly Known[]): void => {
  const named = new Set(targets.flatMap(({ named }) => named))
  targets[0]?.named.push(...known.flatMap(({ places }) => places).filter((place) => !named.has(place)))
  for (const target of targets) target.named.sort((a, b) => a - b)
}
