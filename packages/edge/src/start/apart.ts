// A service as a process of its own: opens what all share (event store, vault), waits for its ledger, and serves the routes that it is given.
import type { KeyObject } from 'node:crypto'
import type { LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import { openKeyDirectory, type Vault } from '@consent-ledger/vault'
import { type Clock, type Live, openLive } from '../live/live.ts'
import { createEdge } from '../serving/app.ts'
import type { EdgeApp } from '../serving/fastify.ts'
import { openSpans } from '../tracing/open.ts'
import { tracedStore, tracedVault } from '../tracing/ports.ts'
import type { Spans } from '../tracing/spans.ts'
import { demandOwn, demandVaultOf, findLedger, type BegunLedger } from './ledger.ts'
import type { Life, Running } from './life.ts'
import { listen } from './listen.ts'
import { Opened } from './opened.ts'
import { version } from './version.ts'
import { readyWhen, storeReady, vaultReady, type Readiness } from './readiness.ts'
import { invalidSetting, type Settings } from './settings.ts'
import { untilThere } from './waiting.ts'

/** What only a main file may bring along. Each may fail with STORE_UNAVAILABLE or VAULT_UNAVAILABLE, and is then called again. */
export type Adapters = {
  openEventStore: (opening: { url: string; onFatal: (fault: LedgerError) => void }) => Promise<EventStore>
  openVault: (opening: { url: string; kek: KeyObject; clock: Clock }) => Promise<Vault>
}

/** What a service is composed of. `opened`: closed after the app, before the rest. `links.publicUrl`: there once it listens. `readiness`: may be added to. */
export type Parts = {
  app: EdgeApp
  ledgerId: string
  databaseUrl: string
  store: EventStore
  vault: Vault
  live: Live
  spans: Spans
  clock: Clock
  links: { publicUrl?: string }
  opened: Opened
  readiness: Readiness[]
  /** Repeats the opening of something until it is there, as long as its failure may pass. */
  patiently: <T>(open: () => Promise<T>) => Promise<T>
}

const demandServers = ({ store, eventStoreUrl, databaseUrl }: Settings): { eventStoreUrl: string; databaseUrl: string } => {
  if (store !== 'esdb' || eventStoreUrl === undefined)
    throw invalidSetting('LEDGER_STORE', 'must be esdb: a service that runs by itself shares its event store with the others')
  if (databaseUrl === undefined)
    throw invalidSetting('DATABASE_URL', 'must be set: a service that runs by itself shares vault and read model with the others')
  return { eventStoreUrl, databaseUrl }
}

type Shared = Pick<Parts, 'store' | 'vault' | 'live' | 'databaseUrl' | 'patiently'> & { ledger: BegunLedger }

/** Opens what every service shares, in the order in which each can be judged by the one before. Nothing is made for a ledger that has not begun. */
const openShared = async (life: Life, adapters: Adapters, spans: Spans, opened: Opened): Promise<Shared> => {
  const { settings, clock, say, onFatal } = life
  const { eventStoreUrl, databaseUrl } = demandServers(settings)
  const patiently: Parts['patiently'] = (open) => untilThere(life, open)
  const untraced = opened.keep(await patiently(() => adapters.openEventStore({ url: eventStoreUrl, onFatal })))
  const store = tracedStore(untraced, spans)
  const ledger = await patiently(() => findLedger(store))
  const keys = openKeyDirectory(settings.keys, say, { expectExisting: true })
  demandOwn(ledger, keys, 'esdb')
  const vault = opened.keep(await patiently(() => adapters.openVault({ url: databaseUrl, kek: keys.kek, clock })))
  await patiently(() => demandVaultOf(ledger, vault, 'The vault that DATABASE_URL names'))
  const live = opened.keep(await patiently(() => openLive({ store, clock, here: 'esdb', onFault: onFatal })))
  return { ledger, store, vault: tracedVault(vault, spans), live, databaseUrl, patiently }
}

/**
 * Starts a service by itself. It waits, not yet listening, for servers that are not up and for a ledger that nobody has begun, and begins none.
 * `compose` registers its routes, opens what else it needs and says when that is ready. On return it answers.
 * Errors: SETTING_INVALID, MASTER_KEY_WRONG, LEDGER_MOVED, DATA_FOREIGN, DATA_CORRUPT, each saying what to do; those of `compose`.
 */
export const startApart = async (
  life: Life,
  service: string,
  adapters: Adapters,
  compose: (parts: Parts) => Promise<void>,
): Promise<Running> => {
  const { settings, clock, onFatal } = life
  const opened = new Opened()
  try {
    const spans = opened.keep(await openSpans(settings, service, version))
    const { ledger, ...shared } = await openShared(life, adapters, spans, opened)
    const { live, vault } = shared
    const readiness = [storeReady(live, clock), vaultReady(vault)]
    const app = await createEdge({ settings, live, vault, clock, version, spans, onFatal, readiness: () => readyWhen(...readiness)() })
    const links: Parts['links'] = settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }
    await compose({ app, ledgerId: ledger.ledgerId, ...shared, spans, clock, links, opened, readiness })
    opened.onClose(() => app.close())
    const url = await listen(app, settings)
    links.publicUrl ??= url
    return { greeting: [`Ready at ${url}   (docs: ${url}/docs)`], stop: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}
