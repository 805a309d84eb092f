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

/** Decides an act's subjects. `known`: 1 or more, in the caller's order. Those to be made stand behind the known accounts. */
export const resolve = <K extends Known>(known: readonly K[], rules: Rules): Resolution<K> => {
  const accounts = known.filter(({ kind }) => kind === 'account')
  const conflict = owners(accounts).length > 1
  const schemes = conflict ? unique(accounts.flatMap(({ owner, scheme }) => (owner === null ? [] : scheme))) : []
  if (conflict && rules.reach !== 'every' && rules.onConflict === 'refuse') return { outcome: 'conflict', schemes }
  const mayLink = rules.link && !conflict
  const reached = [
    ...people(accounts.length > 0 ? accounts : known, mayLink, conflict && rules.reach !== 'every'),
    ...(rules.reach === 'one' ? [] : devicesOf(known)),
  ]
  const targets = byFirst(reached).map((aim, n) => plan(aim, known, n === 0 && mayLink))
  nameTheRest(targets, known)
  return { outcome: 'resolved', schemes, targets }
}

/**
 * Whom the act names by account, or by device if by no account. Never empty. Account identifiers of nobody that join no account are each somebody: whoever
 * may not link cannot say that two of them are one person, and a no would be lost for all but the first.
 */
const people = <K extends Known>(named: readonly K[], mayLink: boolean, firstOnly: boolean): Aim<K>[] => {
  const aim = (one: K): Aim<K> => ({ subjectId: one.owner, kind: one.kind, founder: one.owner === null ? one : null })
  // Two people and no refusal wanted: what was named first counts, even where it is of nobody yet.
  if (firstOnly) return named.slice(0, 1).map(aim)
  const knownFirst = [...named.filter(({ owner }) => owner !== null), ...named.filter(({ owner }) => owner === null)].map(aim)
  return mayLink || named[0]?.kind === 'device' ? knownFirst.slice(0, 1) : knownFirst
}

/** A device's own subject is reached beside an account by a no only. */
const devicesOf = <K extends Known>(known: readonly K[]): Aim<K>[] =>
  known.flatMap(({ kind, owner }) => (kind === 'device' && owner !== null ? { subjectId: owner, kind, founder: null } : []))

/** Each known subject once. */
const byFirst = <K extends Known>(aims: readonly Aim<K>[]): Aim<K>[] =>
  aims.filter(({ subjectId }, n) => subjectId === null || aims.findIndex((one) => one.subjectId === subjectId) === n)

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
