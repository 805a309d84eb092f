// `pnpm --filter @consent-ledger/projector start`: the loop from the event store to the read model, and the feed to Kafka, as a process of its own. Its HTTP is for the machines that watch it.
import { readModelReady, runProcess, startApart } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { PublishedLog } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'
import { openPostgresVault } from '@consent-ledger/vault/postgres'
import { addProjector } from './beside.ts'

runProcess((life) =>
  startApart(life, 'projector', { openEventStore: openEsdbEventStore, openVault: openPostgresVault }, async (parts) => {
    const { ledgerId, databaseUrl, live, clock, opened, readiness, patiently } = parts
    const readModel = opened.keep(await patiently(() => openPostgresReadModel({ url: databaseUrl, ledgerId })))
    readiness.push(readModelReady(readModel, clock))
    const published = new PublishedLog(openLogDirectoryReader(life.settings.log), () => live.ledger().logKeys.map(({ vkey }) => vkey))
    addProjector({ ...parts, readModel, published, brokers: life.settings.kafkaBrokers, onFault: life.onFatal })
  }),
)
