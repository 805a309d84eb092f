// docs/openapi.json: what a running ledger serves at /openapi.json, from all routes on stores in memory.
import { createSecretKey } from 'node:crypto'
import { createEdge, openLive, parseSettings } from '@consent-ledger/edge'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { ingestRoutes } from '@consent-ledger/ingest'
import { PublishedLog } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { reportsRoutes } from '@consent-ledger/reports'
import { generateKey, parseSkey } from '@consent-ledger/tlog'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import product from '../package.json' with { type: 'json' }

const clock = (): number => 0

/** The document, whole: the same bytes for the same routes. */
export const openApiDocument = async (): Promise<string> => {
  const store = new MemoryEventStore()
  const vault = openMemoryVault({ kek: createSecretKey(Buffer.alloc(32)), clock })
  const readModel = await openSqliteReadModel({ file: ':memory:', ledgerId: '00000000-0000-4000-8000-000000000000' })
  const live = await openLive({ store, clock })
  const settings = parseSettings({ LOG_LEVEL: 'silent' })
  const app = await createEdge({ settings, live, vault, clock, version: product.version, readiness: async () => [] })
  try {
    const log = new PublishedLog(new MemoryLogFiles(), () => [])
    const statementKey = parseSkey(generateKey('documentation').skey)
    ingestRoutes(app, { store, vault, live, clock, settings, log })
    reportsRoutes(app, {
      store,
      vault,
      live,
      readModel,
      clock,
      log,
      statementKey,
      witnesses: null,
      projector: { rebuild: async () => {} },
      staleAfter: settings.staleAfter,
    })
    const { body } = await app.inject({ url: '/openapi.json' })
    return `${JSON.stringify(JSON.parse(body), null, 1)}\n`
  } finally {
    await app.close()
    await live.close()
    for (const part of [readModel, vault, store]) await part.close()
  }
}
