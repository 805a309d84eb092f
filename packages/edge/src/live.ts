// The live catalogue: ledger, operators and every controller, folded once and kept up to date by reading tails (DESIGN §4, Follow).
import {
  type Catalogue,
  controllerStream,
  evolveCatalogue,
  evolveLedger,
  evolveOperators,
  initialCatalogue,
  initialLedger,
  initialOperators,
  type Ledger,
  LedgerError,
  ledgerStream,
  type Operator,
  operatorsStream,
  type SiteKey,
} from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import { followStream, type StreamTail } from './tail.ts'
import { oneAtATime } from './coalesce.ts'

/** Epoch ms. */
export type Clock = () => number

/** Everything that a process must know to judge a request. The folds are live: they change as events come, and are not copies. */
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
  /**
   * Hears of a background read that failed for another reason than a store that is away: the process should stop. A store that is away is
   * asked again at the next interval, and `freshAt` tells how long it has been. Default: the error is thrown where nobody catches it.
   */
  onFault?: (error: unknown) => void
}

const isAway = (error: unknown): boolean => error instanceof LedgerError && error.code === 'STORE_UNAVAILABLE'

const stop = (error: unknown): void => {
  throw error
}

type Folds = {
  ledger: Ledger
  operators: ReturnType<typeof initialOperators>
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
const reader = (store: LiveDeps['store'], folds: Folds): (() => Promise<void>) => {
  const tails = new Map<string, StreamTail>()
  const tail = (stream: string): StreamTail => {
    const known = tails.get(stream)
    if (known !== undefined) return known
    const made = followStream(store, stream)
    tails.set(stream, made)
    return made
  }
  let seen: bigint | undefined
  return async () => {
    const head = await store.head()
    if (head === seen) return
    for (const event of await tail(ledgerStream).next()) folds.ledger = evolveLedger(folds.ledger, event)
    for (const event of await tail(operatorsStream).next()) folds.operators = evolveOperators(folds.operators, event)
    let changed = false
    for (const id of folds.ledger.controllers) {
      const events = await tail(controllerStream(id)).next()
      if (events.length === 0) continue
      // Folded without a pause, so that nobody sees half an act.
      folds.catalogues.set(id, events.reduce(evolveCatalogue, folds.catalogues.get(id) ?? initialCatalogue(id)))
      changed = true
    }
    if (changed) index(folds)
    seen = head
  }
}

/** Reads the streams whole, once, and then follows them. Errors: those of the store, INTEGRITY for a gap in a stream. */
export const openLive = async ({ store, clock, intervalMs = 250, onFault = stop }: LiveDeps): Promise<Live> => {
  const folds: Folds = {
    ledger: initialLedger(),
    operators: initialOperators(),
    catalogues: new Map(),
    homes: new Map(),
    origins: new Set(),
  }
  const read = reader(store, folds)
  let freshAt = clock()
  const refresh = oneAtATime(async () => {
    const asked = clock()
    await read()
    freshAt = asked
  })
  await refresh()
  const timer = setInterval(() => void refresh().catch((error: unknown) => (isAway(error) ? undefined : onFault(error))), intervalMs)
  timer.unref()
  return {
    ledger: () => folds.ledger,
    controller: (id) => folds.catalogues.get(id),
    controllers: () => [...folds.catalogues.values()],
    siteKey(sha256) {
      const catalogue = folds.homes.get(sha256)
      const key = catalogue?.siteKeys.get(sha256)
      return catalogue === undefined || key === undefined || key.revokedAt !== undefined ? null : { catalogue, key }
    },
    operator(sha256) {
      const operator = folds.operators.byHash.get(sha256)
      return operator === undefined || operator.revokedAt !== undefined ? null : operator
    },
    operators: () => [...folds.operators.byId.values()],
    hasOrigin: (origin) => folds.origins.has(origin),
    freshAt: () => freshAt,
    refresh,
    async close() {
      clearInterval(timer)
      await refresh.idle()
    },
  }
}
