// `pnpm --filter @consent-ledger/reports start`: HTTP out, as a process of its own.
import { readModelReady, runProcess, startApart } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { PublishedLog } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { openStatementKey, readWitnessPolicy, reportsRoutes } from './index.ts'

runProcess((life) =>
  startApart(life, 'reports', { openEventStore: openEsdbEventStore, openVault: openPostgresVault }, async (parts) => {
    const { app, ledgerId, databaseUrl, store, live, clock, opened, readiness, patiently } = parts
    const { settings, say } = life
    const witnesses = await readWitnessPolicy(settings.witnesses)
    const readModel = opened.keep(await patiently(() => openPostgresReadModel({ url: databaseUrl, ledgerId })))
    readiness.push(readModelReady(readModel, clock))
    const log = new PublishedLog(openLogDirectoryReader(settings.log), () => live.ledger().logKeys.map(({ vkey }) => vkey))
    // Waits for the sequencer, whose key names the log. The statement key lies beside the master key of this process, and nowhere else.
    const statementKey = await patiently(() => openStatementKey({ keys: settings.keys, live, store, clock, say }))
    // Emptied here; the projector, wherever it runs, finds the checkpoint gone back and fills it again.
    const projector = { rebuild: () => readModel.reset() }
    reportsRoutes(app, { ...parts, readModel, log, statementKey, witnesses, projector, staleAfter: settings.staleAfter })
  }),
)
