// Appends to EventStoreDB for a time, each to a stream of its own: by the client as it is, or through the adapter. Prints how many a second, as JSON.
// Arguments: connection string, `raw` or `adapter`, events in one append, appends under way at once, seconds.
import { randomUUID } from 'node:crypto'
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client'
import type { NewEvent } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'

const [url = '', kind, size, lanes, seconds] = process.argv.slice(2)

/** As large as a choice with its evidence: 930 bytes. */
const event = (): NewEvent => ({
  id: randomUUID(),
  type: 'ConsentGiven',
  data: { controller: 'huttopia', site: 'huttopia-fr', purpose: 'commercial-mail', sealed: 'x'.repeat(600) },
  metadata: {
    schemaVersion: 1,
    recordedAt: '2026-11-23T10:00:00.000Z',
    writer: { kind: 'site', id: 'huttopia-fr', trust: 'secret' },
    actId: randomUUID(),
  },
})
const act = (): NewEvent[] => Array.from({ length: Number(size) }, event)

type Appending = { append: (stream: string, events: NewEvent[]) => Promise<unknown>; close: () => Promise<void> }

const raw = async (): Promise<Appending> => {
  const client = EventStoreDBClient.connectionString(url)
  const append = (stream: string, events: NewEvent[]): Promise<unknown> =>
    client.appendToStream(stream, events.map((one) => jsonEvent(one)), { expectedRevision: NO_STREAM }) // prettier-ignore
  return { append, close: () => client.dispose() }
}

const adapter = async (): Promise<Appending> => {
  const store = await openEsdbEventStore({
    url,
    onFatal: (fault) => {
      throw fault
    },
  })
  return { append: (stream, events) => store.append(stream, beginning, events), close: () => store.close() }
}

const { append, close } = await (kind === 'raw' ? raw() : adapter())
const run = async (time: number): Promise<number> => {
  const until = performance.now() + time * 1000
  const begun = performance.now()
  let count = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      await append(`subject-${randomUUID()}`, act())
      count++
    }
  }
  await Promise.all(Array.from({ length: Number(lanes) }, lane))
  return count / ((performance.now() - begun) / 1000)
}
// The first second only warms up.
await run(1)
const perSecond = await run(Number(seconds))
await close()
process.stdout.write(JSON.stringify({ perSecond }))
process.exit(0)
