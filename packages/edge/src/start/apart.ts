// A service as a process of its own: opens what all share (event store, vault), waits for its ledger, and serves the routes that it is given.
import type { KeyObject } from 'node:crypto'
import { demandNotMoved, type LedgerError } from '@consent-ledger/domain'
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

/** What every service is composed of. `opened`: closed after the app, before the rest. `links.publicUrl`: there once it listens. `readiness`: may be added to. */
export type CommonParts = {
  app: EdgeApp
  ledgerId: string
  store: EventStore
  live: Live
  spans: Spans
  clock: Clock
  links: { publicUrl?: string }
  opened: Opened
  readiness: Readiness[]
  /** Repeats the opening of something until it is there, as long as its failure may pass. */
  patiently: <T>(open: () => Promise<T>) => Promise<T>
}
/** Of a service that works with people. */
export type Parts = CommonParts & { databaseUrl: string; vault: Vault }

const demandEventStore = ({ store, eventStoreUrl }: Settings): string => {
  if (store !== 'esdb' || eventStoreUrl === undefined)
    throw invalidSetting('LEDGER_STORE', 'must be esdb: a service that runs by itself shares its event store with the others')
  return eventStoreUrl
}
const demandDatabase = ({ databaseUrl }: Settings): string => {
  if (databaseUrl === undefined)
    throw invalidSetting('DATABASE_URL', 'must be set: a service that runs by itself shares vault and read model with the others')
  return databaseUrl
}

type OpenEventStore = Adapters['openEventStore']
type Events = Pick<CommonParts, 'store' | 'patiently'> & { ledger: BegunLedger }
type Shared = Events & { live: Live }

const openEvents = async (life: Life, openEventStore: OpenEventStore, spans: Spans, opened: Opened): Promise<Events> => {
  const url = demandEventStore(life.settings)
  const patiently: CommonParts['patiently'] = (open) => untilThere(life, open)
  const untraced = opened.keep(await patiently(() => openEventStore({ url, onFatal: life.onFatal })))
  const store = tracedStore(untraced, spans)
  return { store, patiently, ledger: await patiently(() => findLedger(store)) }
}

const openFolds = async ({ clock, onFatal }: Life, { store, patiently }: Events, opened: Opened): Promise<Live> =>
  opened.keep(await patiently(() => openLive({ store, clock, here: 'esdb', onFault: onFatal })))

/** Opens what services share, in the order in which each can be judged by the one before. Nothing is made for a ledger that has not begun. */
const openWithPeople = async (
  life: Life,
  adapters: Adapters,
  spans: Spans,
  opened: Opened,
): Promise<Shared & Pick<Parts, 'vault' | 'databaseUrl'>> => {
  const { settings, clock, say } = life
  demandEventStore(settings)
  const databaseUrl = demandDatabase(settings)
  const events = await openEvents(life, adapters.openEventStore, spans, opened)
  const { ledger, patiently } = events
  const keys = openKeyDirectory(settings.keys, say, { expectExisting: true })
  demandOwn(ledger, keys, 'esdb')
  const vault = opened.keep(await patiently(() => adapters.openVault({ url: databaseUrl, kek: keys.kek, clock })))
  await patiently(() => demandVaultOf(ledger, vault, 'The vault that DATABASE_URL names'))
  return { ...events, live: await openFolds(life, events, opened), vault: tracedVault(vault, spans), databaseUrl }
}

const openWithoutPeople = async (life: Life, openEventStore: OpenEventStore, spans: Spans, opened: Opened): Promise<Shared> => {
  const events = await openEvents(life, openEventStore, spans, opened)
  demandNotMoved(events.ledger, 'esdb')
  return { ...events, live: await openFolds(life, events, opened) }
}

type Serving = { life: Life; opened: Opened; spans: Spans; vault: Pick<Vault, 'noteKeyUses'>; readiness: Readiness[] }

const serve = async (
  { life, opened, spans, vault, readiness }: Serving,
  { ledger, ...shared }: Shared,
  compose: (parts: CommonParts) => Promise<void>,
): Promise<Running> => {
  const { settings, clock, onFatal } = life
  const { live } = shared
  readiness.unshift(storeReady(live, clock))
  const app = await createEdge({ settings, live, vault, clock, version, spans, onFatal, readiness: () => readyWhen(...readiness)() })
  const links: CommonParts['links'] = settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }
  await compose({ app, ledgerId: ledger.ledgerId, ...shared, spans, clock, links, opened, readiness })
  opened.onClose(() => app.close())
  const url = await listen(app, settings)
  links.publicUrl ??= url
  return { greeting: [`Ready at ${url}   (docs: ${url}/docs)`], stop: () => opened.close() }
}

/** What is open when a start fails is closed. */
const orClosed = async (start: (opened: Opened) => Promise<Running>): Promise<Running> => {
  const opened = new Opened()
  try {
    return await start(opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

/**
 * Starts a service by itself. It waits, not yet listening, for servers that are not up and for a ledger that nobody has begun, and begins none.
 * `compose` registers its routes, opens what else it needs and says when that is ready. On return it answers.
 * Errors: SETTING_INVALID, MASTER_KEY_WRONG, LEDGER_MOVED, DATA_FOREIGN, DATA_CORRUPT, each saying what to do; those of `compose`.
 */
export const startApart = (life: Life, service: string, adapters: Adapters, compose: (parts: Parts) => Promise<void>): Promise<Running> =>
  orClosed(async (opened) => {
    const spans = opened.keep(await openSpans(life.settings, service, version))
    const { vault, databaseUrl, ...shared } = await openWithPeople(life, adapters, spans, opened)
    const serving = { life, opened, spans, vault, readiness: [vaultReady(vault)] }
    return serve(serving, shared, (parts) => compose({ ...parts, vault, databaseUrl }))
  })

/** As `startApart`, for a service that knows no people: it needs neither vault nor master key. */
export const startWithoutPeople = (
  life: Life,
  service: string,
  { openEventStore }: Pick<Adapters, 'openEventStore'>,
  compose: (parts: CommonParts) => Promise<void>,
): Promise<Running> =>
  orClosed(async (opened) => {
    const spans = opened.keep(await openSpans(life.settings, service, version))
    const shared = await openWithoutPeople(life, openEventStore, spans, opened)
    // Nobody has a key for what it serves, so no use of one is noted.
    const vault = { noteKeyUses: async (): Promise<void> => {} }
    return serve({ life, opened, spans, vault, readiness: [] }, shared, compose)
  })
