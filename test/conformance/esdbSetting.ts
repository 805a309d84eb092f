// What each test of the EventStoreDB adapter stands on: a double of its own, the adapter before it with little patience, another process beside it.
import { randomUUID } from 'node:crypto'
import { it, type TestContext } from 'node:test'
import { iso, type JsonObject, type LedgerError, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { openEsdbEventStore, type EsdbEventStore, type Patience } from '@consent-ledger/eventstore/esdb'
import { EventStoreDBClient } from '@eventstore/db-client'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'

/** Enough for every fault that heals; a try that is not answered is sent again soon. */
export const patience: Patience = { whole: 10_000, answer: 500, silence: 100 }
/** For what is never settled. */
export const little: Patience = { whole: 500, answer: 100, silence: 100 }

export type Setting = {
  double: EventStoreDouble
  store: EsdbEventStore
  /** What the store called fatal. */
  fatal: LedgerError[]
  /** The adapter over a connection of its own, as another process has it. */
  other: (patience?: Partial<Patience>) => Promise<EsdbEventStore>
  /** A client without the adapter: whoever else writes. */
  stranger: EventStoreDBClient
}

let others = 0

/** A test with a double and a store of its own, ended behind it. */
export const withDouble = (title: string, test: (setting: Setting, t: TestContext) => Promise<void>, opened = patience): void => {
  void it(title, async (t) => {
    const double = await startEventStoreDouble()
    const fatal: LedgerError[] = []
    const stores: EventStore[] = []
    const open = async (url: string, given: Partial<Patience> = patience): Promise<EsdbEventStore> => {
      const store = await openEsdbEventStore({ url, onFatal: (fault) => fatal.push(fault), patience: given })
      stores.push(store)
      return store
    }
    const stranger = EventStoreDBClient.connectionString(double.url)
    try {
      const other = (given?: Partial<Patience>): Promise<EsdbEventStore> => open(`${double.url}&connectionName=other-${others++}`, given)
      await test({ double, store: await open(double.url, opened), fatal, other, stranger }, t)
    } finally {
      double.release()
      await Promise.all(stores.map((store) => store.close()))
      await stranger.dispose()
      await double.stop()
    }
  })
}

export const event = (data: JsonObject = {}): NewEvent => ({
  id: randomUUID(),
  type: 'ConsentGiven',
  data,
  metadata: { schemaVersion: 1, recordedAt: iso(0), writer: { kind: 'site', id: 'site-a', trust: 'secret' }, actId: randomUUID() },
})

export const events = (count: number): NewEvent[] => Array.from({ length: count }, (_, n) => event({ n }))

export const streamOf = (store: EventStore, stream: string): Promise<RecordedEvent[]> =>
  store.readStream(stream, { after: beginning, limit: 1_000 })

export const idsOf = (recorded: readonly { id: string }[]): string[] => recorded.map(({ id }) => id)

export const failure = (code: LedgerError['code']): { name: string; code: string } => ({ name: 'LedgerError', code })
