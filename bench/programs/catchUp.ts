// Follows an EventStoreDB from zero into an empty read model, and does the same by hand: reads all by the client, inserts the rows that it led to. Prints
// what each took, as JSON. Arguments: connection string, `sqlite` or `postgres`, a new file or a database.
import { EventStoreDBClient, START } from '@eventstore/db-client'
import { ledgerAggregate } from '@consent-ledger/domain'
import { openLive } from '@consent-ledger/edge'
import { fold } from '@consent-ledger/eventstore'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { startProjector } from '@consent-ledger/projector'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { insertRows as intoSqlite } from '../running/rows.ts'
import { insertRows as intoPostgres } from '../running/rowsOfPostgres.ts'
import { watched } from '../running/watched.ts'

const [url = '', into, place = ''] = process.argv.slice(2)

const stop = (fault: unknown): never => {
  process.stderr.write(`${String(fault)}\n`)
  process.exit(1)
}
const since = (begun: number): number => (performance.now() - begun) / 1000

const readByClient = async (): Promise<{ events: number; seconds: number }> => {
  const client = EventStoreDBClient.connectionString(url)
  const begun = performance.now()
  let events = 0
  for await (const { event } of client.readAll({ fromPosition: START, maxCount: Number.MAX_SAFE_INTEGER }))
    if (event !== undefined && !event.type.startsWith('$')) events++
  const seconds = since(begun)
  await client.dispose()
  return { events, seconds }
}

const followByProjector = async (): Promise<number> => {
  const store = await openEsdbEventStore({ url, onFatal: stop })
  const { ledgerId } = await fold(store, ledgerAggregate)
  const readModel =
    into === 'sqlite'
      ? await openSqliteReadModel({ file: place, ledgerId: ledgerId ?? '' })
      : await openPostgresReadModel({ url: place, ledgerId: ledgerId ?? '' })
  await readModel.reset()
  const head = await store.head()
  const level = Promise.withResolvers<void>()
  const watching = watched(readModel, (_, checkpoint) => {
    if (checkpoint >= head) level.resolve()
  })
  const live = await openLive({ store, clock: Date.now })
  const begun = performance.now()
  const projector = startProjector({
    store,
    live,
    readModel: watching,
    clock: Date.now,
    onFault: stop,
    log: { info: () => {}, warn: () => {} },
  })
  await level.promise
  const seconds = since(begun)
  await projector.stop()
  await live.close()
  await readModel.close()
  await store.close()
  return seconds
}

const read = await readByClient()
const projector = await followByProjector()
const inserted = into === 'sqlite' ? intoSqlite(place, read.events) : await intoPostgres(place, read.events)
process.stdout.write(
  JSON.stringify({ events: read.events, read: read.seconds, rows: inserted.count, inserted: inserted.seconds, projector }),
)
process.exit(0)
