// Many acts at once, each by itself; those of one person in the order in which they were posted.
import { LedgerError, refuse, stopsTheProcess, type Catalogue } from '@consent-ledger/domain'
import { bodyLimits, isCounted, problemOf, type SiteCaller } from '@consent-ledger/edge'
import type { Identifier } from '@consent-ledger/vault'
import type { IngestDeps } from '../deps.ts'
import type { BatchResult } from '../schemas/batch.ts'
import { recordAct } from './act.ts'
import { rehearse } from './dryRun.ts'
import { acceptItem } from './posted.ts'
import { recordedBody, rehearsedBody } from './reply.ts'
import { identify, type Seen, type SiteAct } from './siteAct.ts'

/** Acts under way at once: enough for the stores to commit many with one fsync. */
const mostAtOnce = 64

type BatchOf = {
  caller: SiteCaller
  seen: Seen
  items: readonly unknown[]
  dryRun: boolean
  publicUrl: string
  onRefused: (code: string) => void
  /** Counts one item that may say yes: null, or what its yeses are told. */
  countWrite: () => Promise<LedgerError | null>
}

/** Errors: INVALID_REQUEST, IDEMPOTENCY_KEY_REQUIRED, TOO_LARGE (an act may have as much here as alone). */
const parseItem = (batch: BatchOf, item: unknown, slowed: LedgerError | null): SiteAct => {
  if (Buffer.byteLength(JSON.stringify(item)) > bodyLimits.act) throw new LedgerError('TOO_LARGE', 'One act may have at most 32 KiB')
  if (batch.caller.trust === 'secret' && Reflect.get(Object(item), 'idempotencyKey') === undefined) {
    throw refuse('IDEMPOTENCY_KEY_REQUIRED', '/idempotencyKey', 'required', 'With a secret key each item needs an idempotencyKey')
  }
  return { caller: batch.caller, seen: batch.seen, slowed, ...acceptItem(item) }
}

const answerItem = async (deps: IngestDeps, batch: BatchOf, act: SiteAct): Promise<BatchResult> => {
  if (batch.dryRun) {
    const rehearsed = await rehearse(deps, act)
    return rehearsed.refused ? withProblem(rehearsed.refused, rehearsedBody(rehearsed)) : { status: 200, ...rehearsedBody(rehearsed) }
  }
  const outcome = await recordAct(deps, act, batch.publicUrl)
  if (outcome.refused) return withProblem(outcome.refused, recordedBody(outcome))
  return { status: outcome.replayed ? 200 : 201, ...recordedBody(outcome) }
}

const withProblem = (error: unknown, more: object = {}): Extract<BatchResult, { problem: unknown }> => {
  const { status, body } = problemOf(error)
  return { status, problem: { ...body, ...more } }
}

const refusedItem = (batch: BatchOf, error: unknown): BatchResult => {
  if (stopsTheProcess(error)) throw error
  const refused = withProblem(error)
  batch.onRefused(refused.problem.code)
  return refused
}

const resultOf = async (deps: IngestDeps, batch: BatchOf, act: SiteAct): Promise<BatchResult> => {
  try {
    const result = await answerItem(deps, batch, act)
    if ('problem' in result) batch.onRefused(result.problem.code)
    return result
  } catch (error) {
    return refusedItem(batch, error)
  }
}

/** Names by which acts are about the same person: their identifiers, and the subjects that these reach already. */
const namesOf = async (deps: IngestDeps, catalogue: Catalogue, act: SiteAct): Promise<string[]> => {
  let identifiers: Identifier[]
  try {
    identifiers = identify(catalogue, act.posted.post.subject).identifiers
  } catch {
    return []
  }
  const reached = await deps.vault.find(act.caller.controller, identifiers)
  return [...identifiers.map(({ scheme, value }) => `${scheme}\0${value}`), ...reached.map(({ subjectId }) => subjectId)]
}

/** Places that share a name, directly or through others, in one chain; each chain in ascending order. */
export const chainsOf = (names: readonly (readonly string[])[]): number[][] => {
  const parents = names.map((_, place) => place)
  const root = (place: number): number => {
    const parent = parents[place] ?? place
    return parent === place ? place : (parents[place] = root(parent))
  }
  const first = new Map<string, number>()
  for (const [place, own] of names.entries()) {
    for (const name of own) {
      const before = first.get(name)
      if (before === undefined) first.set(name, place)
      else parents[root(place)] = root(before)
    }
  }
  return [...Map.groupBy(names.keys(), root).values()]
}

const inParallel = async (chains: readonly (() => Promise<void>)[]): Promise<void> => {
  const waiting = chains.values()
  const work = async (): Promise<void> => {
    for (const chain of waiting) await chain()
  }
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, chains.length) }, work))
}

/** One result for each item, in their order. An item that is malformed or refused fails alone. Errors: only those that must stop the process. */
export const recordBatch = async (deps: IngestDeps, batch: BatchOf): Promise<BatchResult[]> => {
  const results = new Map<number, BatchResult>()
  const acts: { place: number; act: SiteAct; names: string[] }[] = []
  for (const [place, item] of batch.items.entries()) {
    try {
      const slowed = isCounted(item) ? await batch.countWrite() : null
      const act = parseItem(batch, item, slowed)
      acts.push({ place, act, names: await namesOf(deps, batch.caller.catalogue, act) })
    } catch (error) {
      results.set(place, refusedItem(batch, error))
    }
  }
  const chains = chainsOf(acts.map(({ names }) => names)).map((chain) => async () => {
    for (const index of chain) {
      const found = acts[index]
      if (found) results.set(found.place, await resultOf(deps, batch, found.act))
    }
  })
  await inParallel(chains)
  return batch.items.flatMap((_, place) => results.get(place) ?? [])
}
