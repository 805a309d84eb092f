// The live catalogue: ledger, operators and every controller, folded once and kept up to date by reading tails (DESIGN §4, Follow).
import {
  type Catalogue,
  catalogueAggregate,
  demandNotMoved,
  isPassing,
  type Ledger,
  ledgerAggregate,
  type Operator,
  type Operators,
  operatorsAggregate,
  type SiteKey,
  type StoreKind,
} from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import { type Tail, tailOf } from './tail.ts'
import { oneAtATime } from './coalesce.ts'

/** Epoch ms. */
export type Clock = () => number

/** Everything that a process must know to admit a request. The folds are live: they change as events come, and are not copies. */
export type Live = {
  ledger(): Ledger
  controller(id: string): Catalogue | undefined
  controllers(): Catalogue[]
  /** The site key of this hash, unless it is unknown or revoked. */
  siteKey(sha256: string): { catalogue: Catalogue; key: SiteKey } | null
  /** The operator whose key has this hash, unless unknown or revoked. */
  operator(sha256: string): Operator | null
  /** All, revoked ones too. */
  operators(): Operator[]
  /** Whether a page of this origin belongs to some registered site. */
  hasOrigin(origin: string): boolean
  /** Clock when the folds were last known to hold everything recorded. */
  freshAt(): number
  /** On return the folds hold every event that was durable when it was called. Calls at once share one read. Errors: those of the store. */
  refresh(): Promise<void>
  close(): Promise<void>
}

export type LiveDeps = {
  store: Pick<EventStore, 'readStream' | 'head'>
  clock: Clock
  /** ms between reads of the tails; default 250, so that a revocation elsewhere holds here within 1 s. */
  intervalMs?: number
  /** Kind of the store: once the ledger was moved to one of another kind, every read of the folds fails with LEDGER_MOVED. Null or absent: it keeps nothing. */
  here?: StoreKind | null
  /**
   * Hears of a background read that failed for another reason than a store that is away: the process should stop. A store that is away is
   * asked again at the next interval, and `freshAt` tells how long it has been. Default: the error is thrown where nobody catches it.
   */
  onFault?: (error: unknown) => void
}

const stop = (error: unknown): void => {
  throw error
}

type Folds = {
  ledger: Tail<Ledger>
  operators: Tail<Operators>
  /** Of the controllers that have a catalogue. */
  catalogues: Map<string, Catalogue>
  homes: Map<string, Catalogue>
  origins: Set<string>
}

/** Which catalogue a key hash belongs to, and which origins are somebody's: rebuilt only when a catalogue changed. */
const index = (folds: Folds): void => {
  folds.homes = new Map()
  folds.origins = new Set()
  for (const catalogue of folds.catalogues.values()) {
    for (const sha256 of catalogue.siteKeys.keys()) folds.homes.set(sha256, catalogue)
    for (const site of catalogue.sites.values()) for (const origin of site.origins) folds.origins.add(origin)
  }
}

/** Reads what is new in each stream that the folds are made of. */
const reader = ({ store, here = null }: LiveDeps, folds: Folds): (() => Promise<void>) => {
  const tails = new Map<string, Tail<Catalogue>>()
  const tail = (controller: string): Tail<Catalogue> => {
    const known = tails.get(controller) ?? tailOf(store, catalogueAggregate(controller))
    tails.set(controller, known)
    return known
  }
  let seen: bigint | undefined
  return async () => {
    const head = await store.head()
    if (head === seen) return
    await folds.ledger.read()
    if (here !== null) demandNotMoved(folds.ledger.state(), here)
    await folds.operators.read()
    let changed = false
    for (const id of folds.ledger.state().controllers) {
      if (!(await tail(id).read())) continue
      folds.catalogues.set(id, tail(id).state())
      changed = true
    }
    if (changed) index(folds)
    seen = head
  }
}

/** Reads the streams whole, once, and then follows them. Errors: those of the store, INTEGRITY for a gap in a stream, LEDGER_MOVED. */
export const openLive = async (deps: LiveDeps): Promise<Live> => {
  const { store, clock, intervalMs = 250, onFault = stop } = deps
  const folds: Folds = {
    ledger: tailOf(store, ledgerAggregate),
    operators: tailOf(store, operatorsAggregate),
    catalogues: new Map(),
    homes: new Map(),
    origins: new Set(),
  }
  const read = reader(deps, folds)
  let freshAt = clock()
  const refresh = oneAtATime(async () => {
    const asked = clock()
    await read()
    freshAt = asked
  })
  await refresh()
  const timer = setInterval(() => void refresh().catch((error: unknown) => (isPassing(error) ? undefined : onFault(error))), intervalMs)
  timer.unref()
  return {
    ledger: () => folds.ledger.state(),
    controller: (id) => folds.catalogues.get(id),
    controllers: () => [...folds.catalogues.values()],
    siteKey(sha256) {
      const catalogue = folds.homes.get(sha256)
      const key = catalogue?.siteKeys.get(sha256)
      return catalogue === undefined || key === undefined || key.revokedAt !== undefined ? null : { catalogue, key }
    },
    operator(sha256) {
      const operator = folds.operators.state().byHash.get(sha256)
      return operator === undefined || operator.revokedAt !== undefined ? null : operator
    },
    operators: () => [...folds.operators.state().byId.values()],
    hasOrigin: (origin) => folds.origins.has(origin),
    freshAt: () => freshAt,
    refresh,
    async close() {
      clearInterval(timer)
      await refresh.idle()
    },
  }
}
