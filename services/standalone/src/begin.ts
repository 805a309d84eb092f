// A ledger that has begun: its data opened, or made with the catalogue and the first keys of its first start.
import { join } from 'node:path'
import { LedgerError, type CatalogueFile } from '@consent-ledger/domain'
import {
  openLive,
  openSpans,
  readCatalogueFile,
  tracedStore,
  tracedVault,
  version,
  type Life,
  type Live,
  type Opened,
  type Settings,
  type Spans,
} from '@consent-ledger/edge'
import type { IngestDeps } from '@consent-ledger/ingest'
import { bootstrap, type KeysFile } from './bootstrap.ts'
import { openData, type Data } from './data.ts'
import { demoCatalogue } from './demoCatalogue.ts'

/** `keys`: only of a first start, when the catalogue was applied and keys were made; `demo`: it was the example's catalogue. */
export type Begun = { data: Data; live: Live; ingest: IngestDeps; spans: Spans; keys?: KeysFile; demo: boolean }

/** Where the first keys are written. */
export const keysFileIn = (data: string): string => join(data, 'keys.json')

const loopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

/** The catalogue of a first start: the one that is named; on loopback, if none is, the example. Errors: SETTING_INVALID on another host without one. */
const firstCatalogue = async (settings: Settings): Promise<{ file: CatalogueFile; demo: boolean }> => {
  if (settings.catalogue !== undefined) return { file: await readCatalogueFile(settings.catalogue), demo: false }
  if (!loopback(settings.host))
    throw new LedgerError('SETTING_INVALID', 'LEDGER_CATALOGUE: must name a catalogue where the ledger listens beyond this machine')
  return { file: await readCatalogueFile(demoCatalogue), demo: true }
}

/** Opens the ledger and, if its first start has not come to its end, makes it so; durable on return. What is open is closed with `opened`. */
export const beginLedger = async (life: Life, opened: Opened): Promise<Begun> => {
  const { settings, clock, onFatal } = life
  const spans = opened.keep(await openSpans(settings, 'standalone', version))
  const untraced = await openData(life, opened)
  const data = { ...untraced, store: tracedStore(untraced.store, spans), vault: tracedVault(untraced.vault, spans) }
  const { store, vault, here } = data
  const live = opened.keep(await openLive({ store, clock, onFault: onFatal, here }))
  // The address is known only once the app listens; links are handed out later than that.
  const links: IngestDeps['settings'] = settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }
  // Nobody waits for the log while the catalogue is applied; whoever serves requests puts it in.
  const ingest = { store, vault, live, clock, settings: links, log: null }
  if (live.ledger().firstKeysIssued) return { data, live, ingest, spans, demo: false }
  const { file, demo } = await firstCatalogue(settings)
  const keys = await bootstrap(ingest, file, keysFileIn(settings.data))
  return { data, live, ingest, spans, keys, demo }
}
