// A projector and nothing else, as a process: node projecting.ts <EventStoreDB> <PostgreSQL> <ledger id>. Prints what it becomes; a fault ends it.
import { openLive } from '@consent-ledger/edge'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { startProjector } from '@consent-ledger/projector'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'

const [eventStoreUrl = '', databaseUrl = '', ledgerId = ''] = process.argv.slice(2)
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const onFault = (fault: unknown): void => {
  process.stderr.write(`${String(fault)}\n`)
  process.exit(1)
}

// Alone it would end between two looks: its timers and an idle connection keep no process alive.
setInterval(() => {}, 60_000)
const store = await openEsdbEventStore({ url: eventStoreUrl, onFatal: onFault })
const readModel = await openPostgresReadModel({ url: databaseUrl, ledgerId })
const log = {
  info: (_: object, message: string) => say(message),
  warn: (fields: object, message: string) => say(`${message} ${JSON.stringify(fields)}`),
}
const live = await openLive({ store, clock: Date.now, onFault })
startProjector({ store, readModel, live, clock: Date.now, onFault, log })
say('started')
