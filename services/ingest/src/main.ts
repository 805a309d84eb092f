// `pnpm --filter @consent-ledger/ingest start`: HTTP in, as a process of its own.
import { runProcess, startApart } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { PublishedLog } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { ingestRoutes } from './routes.ts'

runProcess((life) =>
  startApart(life, 'ingest', { openEventStore: openEsdbEventStore, openVault: openPostgresVault }, async (parts) => {
    const { app, live, links } = parts
    const log = new PublishedLog(openLogDirectoryReader(life.settings.log), () => live.ledger().logKeys.map(({ vkey }) => vkey))
    ingestRoutes(app, { ...parts, settings: links, log })
  }),
)
