// What a load balancer and a person are told is not ready: each part that a process leans on, asked anew each time.
import type { Vault } from '@consent-ledger/vault'
import type { Clock, Live } from '../live/live.ts'
import type { NotReady } from '../serving/health.ts'

export type Readiness = () => Promise<NotReady[]>

/** Age at which what was read of the event store is no answer any more, ms. */
const staleStore = 5_000
/** Age at which the read model no longer tells what is, ms: more than a projector needs to come back after a restart. */
const staleReadModel = 30_000
/** Age at which what is recorded can no longer be said to be published, ms: more than a sequencer needs to come back. */
const staleLog = 30_000
/** How long an answer may take, ms. */
const patience = 2_000

/** `problem`'s answer, or `silent` if it fails or does not come in time. */
const inTime = async (problem: Promise<NotReady[]>, silent: NotReady): Promise<NotReady[]> => {
  const { promise, resolve } = Promise.withResolvers<NotReady[]>()
  const timer = setTimeout(() => resolve([silent]), patience)
  problem.then(resolve, () => resolve([silent]))
  return promise.finally(() => clearTimeout(timer))
}

/** The store answers: the folds were known whole not long ago. */
export const storeReady =
  (live: Pick<Live, 'freshAt'>, clock: Clock): Readiness =>
  async () =>
    clock() - live.freshAt() <= staleStore
      ? []
      : [{ what: 'event store', why: 'The catalogue could not be read again: the event store does not answer.' }]

/** The vault answers the cheapest question there is. */
export const vaultReady =
  (vault: Pick<Vault, 'identity'>): Readiness =>
  () =>
    inTime(
      vault.identity().then(() => []),
      { what: 'vault', why: 'It does not answer.' },
    )

/** The read model answers, and a projector keeps it level. `asOf`: epoch ms. */
export const readModelReady = (readModel: { progress(): Promise<{ asOf: number | null }> }, clock: Clock): Readiness => {
  const look = async (): Promise<NotReady[]> => {
    const { asOf } = await readModel.progress()
    if (asOf === null) return [{ what: 'read model', why: 'It is being built from zero: lists that span subjects are not whole yet.' }]
    if (clock() - asOf <= staleReadModel) return []
    return [{ what: 'read model', why: 'It falls behind: no projector has kept it level for a while.' }]
  }
  return () => inTime(look(), { what: 'read model', why: 'It does not answer.' })
}

/** The sequencer publishes what is recorded. `levelAt`: null before all of it was published once. `lagSeconds`: since it last was, by a clock that never goes back. */
export const logReady = (sequencer: { progress(): { levelAt: number | null; lagSeconds: number } }): Readiness => {
  const why = { first: 'Everything recorded so far is being sealed.', behind: 'It falls behind: what was recorded is not published.' }
  return async () => {
    const { levelAt, lagSeconds } = sequencer.progress()
    if (levelAt !== null && lagSeconds * 1000 <= staleLog) return []
    return [{ what: 'transparency log', why: levelAt === null ? why.first : why.behind }]
  }
}

/** All of them at once, in one answer. */
export const readyWhen = (...parts: readonly Readiness[]): Readiness => {
  return async () => (await Promise.all(parts.map((part) => part()))).flat()
}
