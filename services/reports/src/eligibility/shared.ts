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

const reachedBy = async ({ vault }: ReportsDeps, asked: readonly Named[]): Promise<(one: Named) => string[]> => {
  const found = new Map<Identifier, string[]>()
  const ofOne = async (controller: string, named: readonly Named[]): Promise<void> => {
    const identifiers = named.flatMap((one) => one.identifiers)
    const each = await vault.findEach(controller, identifiers)
    for (const [n, identifier] of identifiers.entries()) found.set(identifier, each[n] ?? [])
  }
  await Promise.all([...Map.groupBy(asked, ({ controller }) => controller)].map(([controller, named]) => ofOne(controller, named)))
  return ({ identifiers }) => [...new Set(identifiers.flatMap((identifier) => found.get(identifier) ?? []))]
}

const keptOf = async (deps: ReportsDeps, asked: readonly OneKey[]): Promise<(one: OneKey) => Kept | undefined> => {
  const found = new Map<OneKey, Kept | undefined>()
  const ofOne = async (ofKey: readonly OneKey[]): Promise<void> => {
    const [first] = ofKey
    if (first === undefined) return
    const kept = await keptVerdicts(
      deps,
      first.controller,
      first,
      ofKey.map(({ subjectId }) => subjectId),
    )
    for (const [n, one] of ofKey.entries()) found.set(one, kept[n])
  }
  const nameOf = ({ controller, purpose, channel }: OneKey): string => `${controller} ${purpose} ${channel}`
  await Promise.all([...Map.groupBy(asked, nameOf).values()].map(ofOne))
  return (one) => found.get(one)
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
