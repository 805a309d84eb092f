// One process on one port: ingest, projector and reports composed on embedded stores.
import type { AddressInfo } from 'node:net'
import { createEdge, openLive, readCatalogueFile, type Settings } from '@consent-ledger/edge'
import { LedgerError, type CatalogueFile } from '@consent-ledger/domain'
import { ingestRoutes } from '@consent-ledger/ingest'
import { startProjector, startRetention } from '@consent-ledger/projector'
import { reportsRoutes } from '@consent-ledger/reports'
import { join } from 'node:path'
import { bootstrap, type KeysFile } from './bootstrap.ts'
import { openData } from './data.ts'
import { demoCatalogue, version } from './product.ts'
import { notReady } from './readiness.ts'

/** `keys`: only of a first start, when the catalogue was applied and keys were made; `demo`: it was the example's catalogue. */
export type Standalone = { url: string; keys?: KeysFile; demo: boolean; stop(): Promise<void> }

export type Starting = {
  settings: Settings
  /** Epoch ms; the system's by default. */
  clock?: () => number
  /** A line for the person who starts it. */
  say: (line: string) => void
  /** Must end the process. */
  onFatal: (fault: unknown) => void
}

const loopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

/** The catalogue of a first start: the one that is named; on loopback, if none is, the example. Errors: SETTING_INVALID on another host without one. */
const firstCatalogue = async (settings: Settings): Promise<{ file: CatalogueFile; demo: boolean }> => {
  if (settings.catalogue !== undefined) return { file: await readCatalogueFile(settings.catalogue), demo: false }
  if (!loopback(settings.host))
    throw new LedgerError('SETTING_INVALID', 'LEDGER_CATALOGUE: must name a catalogue where the ledger listens beyond this machine')
  return { file: await readCatalogueFile(demoCatalogue), demo: true }
}

/** How often the high-water mark is kept, ms. A rollback of less than this goes unseen. */
const markEvery = 1000

/** Closes each part in turn, also when one of them fails; then throws the first failure. */
const closeAll = async (parts: readonly (() => Promise<unknown>)[]): Promise<void> => {
  const failures: unknown[] = []
  for (const close of parts) await close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/**
 * Starts the ledger and listens. On return it answers; every event acknowledged from then on is durable.
 * `stop` takes no new request, ends those under way, then closes the stores: no acknowledged event lost, no request cut.
 */
export const startStandalone = async ({ settings, clock = Date.now, say, onFatal }: Starting): Promise<Standalone> => {
  const data = await openData({ settings, clock, say, onFatal })
  const { store, vault, readModel } = data
  const closing: (() => Promise<unknown>)[] = [() => data.close()]
  const stop = () => closeAll(closing.splice(0).toReversed())
  try {
    const live = await openLive({ store, clock, onFault: onFatal })
    closing.push(() => live.close())
    // The address is known only once the app listens; links are handed out later than that.
    const links: { publicUrl?: string } = settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }
    const ingest = { store, vault, live, clock, settings: links }
    const first = live.ledger().firstKeysIssued ? null : await firstCatalogue(settings)
    const keys = first ? await bootstrap(ingest, first.file, join(settings.data, 'keys.json')) : undefined
    const app = await createEdge({
      settings,
      live,
      vault,
      clock,
      version,
      onFatal,
      readiness: async () => notReady(clock(), live.freshAt(), projector.progress()),
    })
    // Without the mark the ledger works all the same: only a rollback of its data would go unseen.
    const keepMark = () => data.keepMark().catch((error: unknown) => app.log.warn(error, 'the high-water mark could not be kept'))
    closing.push(keepMark)
    const projector = startProjector({ store, readModel, clock, onFault: onFatal, log: app.log })
    closing.push(() => projector.stop())
    const retention = startRetention({
      vault,
      catalogues: () => live.controllers(),
      clock,
      onFailure: (error) => app.log.warn(error, 'retention failed'),
    })
    closing.push(() => retention.stop())
    ingestRoutes(app, ingest)
    reportsRoutes(app, { store, vault, live, readModel, projector, clock })
    closing.push(() => app.close())
    await app.listen({ host: settings.host, port: settings.port, listenTextResolver: () => 'listening' })
    const { port } = app.server.address() as AddressInfo
    const url = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`
    links.publicUrl ??= url
    const mark = setInterval(keepMark, markEvery)
    closing.push(async () => clearInterval(mark))
    return { url, ...(keys ? { keys } : {}), demo: first?.demo ?? false, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
