// `pnpm --filter @consent-ledger/projector start`: the loop from the event store to the read model, as a process of its own. Its HTTP is for the machines that watch it.
import { readModelReady, runProcess, startApart } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { lagMetrics } from './lagMetrics.ts'
import { startProjector } from './projector.ts'
import { startRetention } from './retention.ts'

runProcess((life) =>
  startApart(life, 'projector', { openEventStore: openEsdbEventStore, openVault: openPostgresVault }, async (parts) => {
    const { app, ledgerId, databaseUrl, spans, store, vault, live, clock, opened, readiness, patiently } = parts
    const readModel = opened.keep(await patiently(() => openPostgresReadModel({ url: databaseUrl, ledgerId })))
    readiness.push(readModelReady(readModel, clock))
    const projector = startProjector({ store, readModel, clock, onFault: life.onFatal, log: app.log, spans })
    opened.onClose(() => projector.stop())
    lagMetrics(app.metrics, projector)
    const retention = startRetention({
      vault,
      catalogues: () => live.controllers(),
      clock,
      onFailure: (error) => app.log.warn(error, 'retention failed'),
    })
    opened.onClose(() => retention.stop())
  }),
)
