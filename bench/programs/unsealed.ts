// A ledger as standalone composes it, but for the sequencer: what the posts cost where nobody seals. LEDGER_DATA names a ledger that was started before.
import { join } from 'node:path'
import { createEdge, listen, noSpans, openLive, Opened, parseSettings, version } from '@consent-ledger/edge'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { ingestRoutes } from '@consent-ledger/ingest'
import { PublishedLog } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { addProjector } from '@consent-ledger/projector'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { openKeyDirectory } from '@consent-ledger/vault'
import { openSqliteVault } from '@consent-ledger/vault/sqlite'

const stop = (fault: unknown): never => {
  process.stderr.write(`${String(fault)}\n`)
  process.exit(1)
}

const settings = parseSettings(process.env)
const opened = new Opened()
const clock = Date.now
const store = opened.keep(await openSqliteEventStore({ directory: settings.data, onFatal: stop }))
const keys = openKeyDirectory(settings.keys, () => {}, { expectExisting: true })
const vault = opened.keep(await openSqliteVault({ file: join(settings.data, 'vault.sqlite'), kek: keys.kek, clock }))
const ledgerId = store.identity() ?? ''
const readModel = opened.keep(await openSqliteReadModel({ file: join(settings.data, 'readmodel.sqlite'), ledgerId }))
const live = opened.keep(await openLive({ store, clock, onFault: stop, here: 'sqlite' }))
const readiness = () => Promise.resolve([])
const app = await createEdge({ settings, live, vault, clock, version, spans: noSpans, onFatal: stop, readiness })
const published = new PublishedLog(new MemoryLogFiles(), () => [])
addProjector({ app, opened, ledgerId, store, vault, readModel, live, published, brokers: undefined, clock, spans: noSpans, onFault: stop })
ingestRoutes(app, { store, vault, live, clock, settings: {}, log: null })
opened.onClose(() => app.close())
process.stdout.write(`Ready at ${await listen(app, settings)}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void opened.close())
