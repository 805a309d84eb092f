// What look-ups that come at the same time ask together: as of when, whom, and what is kept on them. Each is answered for itself, and noted for itself.
import type { Channel } from '@consent-ledger/domain'
import type { Identifier } from '@consent-ledger/vault'
import type { ReportsDeps } from '../deps.ts'
import { demandFresh, type Fresh } from './freshness.ts'
import { gathered } from './gathered.ts'
import { keptVerdicts, type Kept } from './verdicts.ts'

type Named = { controller: string; identifiers: readonly Identifier[] }
type OneKey = { controller: string; purpose: string; channel: Channel; subjectId: string }

export type Shared = {
  /** As `demandFresh`. */
  fresh(): Promise<Fresh>
  /** Subjects that the identifiers reach, each once, in the order of the identifiers. Errors: those of the vault. */
  reached(named: Named): Promise<string[]>
  /** As `keptVerdicts`, of one subject. */
  kept(key: OneKey): Promise<Kept | undefined>
}

// Each controller, and each key, is asked apart: one that fails fails for those alone who asked it.

const reachedBy = ({ vault }: ReportsDeps, asked: readonly Named[]): ((one: Named) => Promise<string[]>) => {
  const ofOne = async (controller: string, named: readonly Named[]): Promise<Map<Identifier, string[]>> => {
    const identifiers = named.flatMap((one) => one.identifiers)
    const each = await vault.findEach(controller, identifiers)
    return new Map(identifiers.map((identifier, n) => [identifier, each[n] ?? []]))
  }
  const found = new Map(
    [...Map.groupBy(asked, ({ controller }) => controller)].map(([controller, named]) => [controller, ofOne(controller, named)]),
  )
  return async ({ controller, identifiers }) => {
    const subjects = await found.get(controller)
    return [...new Set(identifiers.flatMap((identifier) => subjects?.get(identifier) ?? []))]
  }
}

const nameOf = ({ controller, purpose, channel }: OneKey): string => `${controller} ${purpose} ${channel}`

const keptOf = (deps: ReportsDeps, asked: readonly OneKey[]): ((one: OneKey) => Promise<Kept | undefined>) => {
  const ofOne = async (ofKey: readonly OneKey[]): Promise<Map<OneKey, Kept | undefined>> => {
    const [first] = ofKey
    if (first === undefined) return new Map()
    const ids = ofKey.map(({ subjectId }) => subjectId)
    const kept = await keptVerdicts(deps, first.controller, first, ids)
    return new Map(ofKey.map((one, n) => [one, kept[n]]))
  }
  const found = new Map([...Map.groupBy(asked, nameOf)].map(([name, ofKey]) => [name, ofOne(ofKey)]))
  return async (one) => (await found.get(nameOf(one)))?.get(one)
}

/** One of these for all look-ups of a process. */
export const sharedBy = (deps: ReportsDeps): Shared => {
  const fresh = gathered(async () => {
    const now = await demandFresh(deps)
    return () => now
  })
  return {
    fresh: () => fresh(null),
    reached: gathered((asked: readonly Named[]) => reachedBy(deps, asked)),
    kept: gathered((asked: readonly OneKey[]) => keptOf(deps, asked)),
  }
}
