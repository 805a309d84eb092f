// `pnpm --filter @consent-ledger/reports start`: HTTP out, as a process of its own.
import { readModelReady, runProcess, startApart } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { reportsRoutes } from './index.ts'

runProcess((life) =>
  startApart(life, 'reports', { openEventStore: openEsdbEventStore, openVault: openPostgresVault }, async (parts) => {
    const { app, ledgerId, databaseUrl, clock, opened, readiness, patiently } = parts
    const readModel = opened.keep(await patiently(() => openPostgresReadModel({ url: databaseUrl, ledgerId })))
    readiness.push(readModelReady(readModel, clock))
    // Emptied here; the projector, wherever it runs, finds the checkpoint gone back and fills it again.
    reportsRoutes(app, { ...parts, readModel, projector: { rebuild: () => readModel.reset() } })
  }),
)
