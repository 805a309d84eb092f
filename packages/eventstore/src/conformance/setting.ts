// What each test of the suite stands on: an empty store, and events by the handful.
import { randomUUID } from 'node:crypto'
import { it, type TestContext } from 'node:test'
import { iso, type JsonObject, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore, type Page } from '../port.ts'

export type Opened = {
  store: EventStore
  /** Closes the store and opens it again on the same data; absent where nothing outlives the store. */
  reopen?: () => Promise<EventStore>
  /** Removes what the test left, after the store is closed. */
  dispose?: () => Promise<void>
}
export type Open = () => Promise<Opened>

/** A test with a store of its own, which is closed behind it. */
export const withStore = (open: Open, title: string, test: (opened: Opened, t: TestContext) => Promise<void>): void => {
  void it(title, async (t) => {
    const opened = await open()
    try {
      await test(opened, t)
    } finally {
      await opened.store.close()
      await opened.dispose?.()
    }
  })
}

export const event = (data: JsonObject = {}, type = 'ConsentGiven'): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: { schemaVersion: 1, recordedAt: iso(0), writer: { kind: 'site', id: 'site-a', trust: 'secret' }, actId: randomUUID() },
})

export const events = (count: number): NewEvent[] => Array.from({ length: count }, (_, n) => event({ n }))

/** The whole of what `read` gives, page by page. */
export const readThrough = async (
  read: (page: Page) => Promise<RecordedEvent[]>,
  place: (event: RecordedEvent) => bigint,
  limit: number,
): Promise<RecordedEvent[]> => {
  const all: RecordedEvent[] = []
  let after = beginning
  for (;;) {
    const page = await read({ after, limit })
    const last = page.at(-1)
    if (last === undefined) return all
    all.push(...page)
    after = place(last)
  }
}

export const wholeStream = (store: EventStore, stream: string, limit = 100): Promise<RecordedEvent[]> =>
  readThrough(
    (page) => store.readStream(stream, page),
    (event) => event.revision,
    limit,
  )

export const wholeStore = (store: EventStore, limit = 100): Promise<RecordedEvent[]> =>
  readThrough(
    (page) => store.readAll(page),
    (event) => event.position,
    limit,
  )

/** What a subscription gives, until `count` events are there; then it is aborted and must end. */
export const take = async (store: EventStore, after: bigint, count: number, limit = 7): Promise<RecordedEvent[]> => {
  const stop = new AbortController()
  const taken: RecordedEvent[] = []
  for await (const group of store.subscribeAll({ after, limit }, stop.signal)) {
    taken.push(...group)
    if (taken.length >= count) stop.abort()
  }
  return taken
}
