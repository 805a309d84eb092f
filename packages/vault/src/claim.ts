// A claim from end to end: the request's mark, what the directory knows, the subjects decided, and the rows that make it so.
import { randomUUID, type KeyObject } from 'node:crypto'
import { actsBehind, answerAgain, earlierAct, markOf, storeAct, type Mark, type NewTarget } from './acts.ts'
import type { Keyring } from './keyring.ts'
import { fingerprint, type VaultMacs } from './macs.ts'
import type { Claim, Claimed, Identifier, Rehearsed } from './port.ts'
import { newSubjectId } from './random.ts'
import { resolve, type Known, type Plan, type Resolution } from './resolve.ts'
import type { Needs, Step, StoredKey, Tables } from './tables.ts'

/** An identifier with its fingerprint. `places`: where the act names it. */
export type Sought = { identifier: Identifier; fingerprint: Buffer; places: number[] }

/** The distinct identifiers of an act, in the order of their first mention. */
export const seek = (key: KeyObject, identifiers: readonly Identifier[]): Sought[] => {
  const sought: Sought[] = []
  for (const [place, identifier] of identifiers.entries()) {
    const same = sought.find((one) => one.identifier.scheme === identifier.scheme && one.identifier.value === identifier.value)
    if (same === undefined) sought.push({ identifier, fingerprint: fingerprint(key, identifier), places: [place] })
    else same.places.push(place)
  }
  return sought
}

type Found = Known & Sought

/** A claim with what is computed of it before its step, under the key of the controller's directory. */
export type Prepared = { claim: Claim; mark: Mark; sought: readonly Sought[] }

export const prepare = (macs: VaultMacs, claim: Claim, key: KeyObject): Prepared => ({
  claim,
  mark: markOf(macs, claim, claim),
  sought: seek(key, claim.identifiers),
})

/** What `claimStep` and `rehearsal` ask for. */
export const needsOf = ({ mark, sought }: Pick<Prepared, 'mark' | 'sought'>): Needs => ({
  acts: actsBehind(mark.key),
  fingerprints: sought.map(({ fingerprint }) => fingerprint),
})

const lookUp = (tables: Tables, sought: readonly Sought[]): Found[] => {
  const owners = sought.map(({ identifier, fingerprint }) => tables.owner(fingerprint, identifier.kind) ?? null)
  const subjects = new Set(owners.filter((owner) => owner !== null))
  return sought.map((one, n) => {
    const linked = new Map<string, string>()
    for (const subjectId of subjects) {
      const linkId = tables.linkId(subjectId, one.fingerprint)
      if (linkId !== undefined) linked.set(subjectId, linkId)
    }
    return { ...one, scheme: one.identifier.scheme, kind: one.identifier.kind, owner: owners[n] ?? null, linked }
  })
}

const decide = (tables: Tables, { claim, sought }: Prepared): Resolution<Found> => resolve(lookUp(tables, sought), claim)

/** `Vault.claim`, inside one write. */
export const claimStep = (tables: Tables, keyring: Keyring, prepared: Prepared, at: number): Step<Claimed> => {
  const { claim, mark } = prepared
  const earlier = earlierAct(tables, mark)
  if (earlier !== null) return { answer: answerAgain(tables, keyring, earlier) }
  const resolution = decide(tables, prepared)
  if (resolution.outcome === 'conflict') return { answer: resolution }
  const made = resolution.targets.map((plan) => carryOut(tables, keyring, claim.controller, plan, at))
  const before = (): void => {
    for (const { write } of made) write()
  }
  return storeAct(tables, mark, { ...claim, conflict: resolution.schemes.length > 0, at }, made.map(({ target }) => target), before) // prettier-ignore
}

/** `Vault.rehearse`: the same judgement, nothing made and nothing written. */
export const rehearsal = (tables: Tables, prepared: Prepared): Rehearsed => {
  const earlier = earlierAct(tables, prepared.mark)
  if (earlier?.outcome === 'again') return { outcome: 'again', schemes: [], targets: bare(earlier.targets) }
  if (earlier !== null) return { outcome: earlier.outcome, schemes: [], targets: [] }
  const resolution = decide(tables, prepared)
  if (resolution.outcome === 'conflict') return { ...resolution, targets: [] }
  return { outcome: 'claimed', schemes: resolution.schemes, targets: bare(resolution.targets) }
}

const bare = (targets: readonly Rehearsed['targets'][number][]): Rehearsed['targets'] =>
  targets.map(({ subjectId, named }) => ({ subjectId, named }))

/** Ids and keys of one target, and the writes that make them true. */
const carryOut = (
  tables: Tables,
  keyring: Keyring,
  controller: string,
  plan: Plan<Found>,
  at: number,
): { target: NewTarget; write: () => void } => {
  const fresh = plan.subjectId === null
  const subjectId = plan.subjectId ?? newSubjectId()
  const { keys, rows } = fresh
    ? keyring.newForSubject(subjectId, at)
    : { keys: keyring.ofSubject(tables, subjectId), rows: [] as StoredKey[] }
  const links = plan.links.map(({ known, linkId }) => ({ known, linkId: linkId ?? randomUUID(), isNew: linkId === null }))
  const write = (): void => {
    if (fresh) tables.addSubject({ subjectId, controller, kind: plan.kind, at })
    for (const row of rows) tables.addKey(row)
    for (const known of plan.bind) tables.bind({ fingerprint: known.fingerprint, kind: known.kind, scheme: known.scheme, subjectId })
    for (const { known, linkId, isNew } of links)
      if (isNew) tables.addLink({ linkId, subjectId, fingerprint: known.fingerprint, scheme: known.scheme, kind: known.kind })
  }
  const named = {
    named: plan.named,
    links: links.map(({ known, linkId }) => ({ linkId, scheme: known.scheme, identifier: known.places[0] ?? 0 })),
  }
  return { target: { subjectId, fresh, ...named, keys }, write }
}
