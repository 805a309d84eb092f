// One process on one port: ingest, sequencer, projector and reports composed on one set of stores.
import { createEdge, listen, Opened, readModelReady, readyWhen, storeReady, vaultReady, version, type Life } from '@consent-ledger/edge'
import { ingestRoutes } from '@consent-ledger/ingest'
import { addProjector } from '@consent-ledger/projector'
import { readWitnessPolicy, reportsRoutes } from '@consent-ledger/reports'
import { beginLedger } from './begin.ts'
import type { KeysFile } from './bootstrap.ts'
import { addLog } from './log.ts'

/** `keys`: only of a first start, when the catalogue was applied and keys were made; `demo`: it was the example's catalogue. */
export type Standalone = { url: string; keys?: KeysFile; demo: boolean; stop(): Promise<void> }

/** As a process is given it; `clock` is the system's by default, and without `stopping` a start that waits for a server waits on. */
export type Starting = Omit<Life, 'clock' | 'stopping'> & Partial<Life>

/** How often the high-water mark is kept, ms. A rollback of less than this goes unseen. */
const markEvery = 1000

const open = async (life: Life, opened: Opened): Promise<Omit<Standalone, 'stop'>> => {
  const { settings, clock, onFatal } = life
  const begun = await beginLedger(life, opened)
  const { data, live, ingest, spans, keys, demo } = begun
  const { ledgerId, store, vault, readModel } = data
  const { staleAfter, kafkaBrokers: brokers } = settings
  const readiness = [storeReady(live, clock), vaultReady(vault), readModelReady(readModel, clock)]
  const app = await createEdge({ settings, live, vault, clock, version, spans, onFatal, readiness: () => readyWhen(...readiness)() })
  // Without the mark the ledger works all the same: only a rollback of its data would go unseen.
  const keepMark = () => data.keepMark().catch((error: unknown) => app.log.warn(error, 'the high-water mark could not be kept'))
  opened.onClose(keepMark)
  const { published, statementKey } = await addLog({ life, opened, begun, app, readiness })
  const projector = addProjector({
    app,
    opened,
    ledgerId,
    store,
    vault,
    readModel,
    live,
    published,
    brokers,
    clock,
    spans,
    onFault: onFatal,
  })
  ingestRoutes(app, { ...ingest, log: published })
  const witnesses = await readWitnessPolicy(settings.witnesses)
  reportsRoutes(app, { store, vault, live, readModel, projector, staleAfter, log: published, statementKey, witnesses, clock })
  opened.onClose(() => app.close())
  const url = await listen(app, settings)
  ingest.settings.publicUrl ??= url
  const mark = setInterval(keepMark, markEvery)
  opened.onClose(async () => clearInterval(mark))
  return { url, ...(keys ? { keys } : {}), demo }
}

/**
 * Starts the ledger and listens. On return it answers; every event acknowledged from then on is durable.
 * `stop` takes no new request, ends those under way, then closes the stores: no acknowledged event lost, no request cut.
 */
export const startStandalone = async ({
  clock = Date.now,
  stopping = new AbortController().signal,
  ...starting
}: Starting): Promise<Standalone> => {
  const opened = new Opened()
  try {
    return { ...(await open({ clock, stopping, ...starting }, opened)), stop: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}
