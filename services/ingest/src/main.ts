// `pnpm --filter @consent-ledger/ingest start`: HTTP in, as a process of its own.
import { runProcess, startApart } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { ingestRoutes } from './routes.ts'

runProcess((life) =>
  startApart(life, 'ingest', { openEventStore: openEsdbEventStore, openVault: openPostgresVault }, async (parts) =>
    ingestRoutes(parts.app, { ...parts, settings: parts.links }),
  ),
)
