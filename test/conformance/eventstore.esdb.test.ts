// The event store on EventStoreDB keeps the whole contract of the port, through the real client: before the double always, before a real server where there is one.
import { after, it } from 'node:test'
import type { EventStore } from '@consent-ledger/eventstore'
import { eventStoreConformance, type Opened } from '@consent-ledger/eventstore/conformance'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { startEventStoreDouble } from '../harness/eventstoredb/index.ts'
import { whichServer } from '../harness/whichServer.ts'
import { newPart, View } from './view.ts'

const onFatal = (fault: Error): void => {
  throw fault
}

/** `seen`: what the test is given of the store at `url`. */
const opened = async (url: string, seen: (store: EventStore) => EventStore): Promise<Opened> => {
  let store = await openEsdbEventStore({ url, onFatal })
  return {
    store: seen(store),
    reopen: async () => {
      await store.close()
      store = await openEsdbEventStore({ url, onFatal })
      return seen(store)
    },
  }
}

eventStoreConformance('EventStoreDB, the double', async () => {
  const double = await startEventStoreDouble()
  const dispose = (): Promise<void> => double.stop()
  return { ...(await opened(double.url, (store) => store)), dispose }
})

const server = await whichServer()
if ('skip' in server) it('event store conformance: EventStoreDB, a real server', { skip: server.skip }, () => {})
else {
  after(() => server.stop())
  // The server is not empty, and not only ours: each test has a part of it.
  eventStoreConformance('EventStoreDB, a real server', async () => {
    const first = await openEsdbEventStore({ url: server.url, onFatal })
    const part = await newPart(first)
    await first.close()
    return opened(server.url, (store) => new View(store, part))
  })
}
