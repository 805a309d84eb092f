// What the recorded facts are held against: the double, or a real server.
import { EventStoreDBClient, jsonEvent, type JSONEventType } from '@eventstore/db-client'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

/** `client`: the only one of its process at a time. `url`: for a process of its own. */
export type Target = { client: EventStoreDBClient; url: string }

export const open = (url: string): Target => ({ client: EventStoreDBClient.connectionString(url), url })

export type Counted = JSONEventType<'Counted', { n: number }>
/** A stream that no test has used. */
export const newStream = (): string => `fact-${randomUUID()}`
export const counted = (n: number, id: string = randomUUID()): ReturnType<typeof jsonEvent<Counted>> =>
  jsonEvent<Counted>({ id, type: 'Counted', data: { n } })
export const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID())

/** What a failed call says: type and code where the client gives them. */
export const failureOf = async (call: Promise<unknown>): Promise<Record<string, unknown>> => {
  const error: unknown = await call.then(
    () => assert.fail('nothing failed'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof Error)
  return { ...Object.fromEntries(Object.entries(error)), message: error.message, name: error.constructor.name }
}

/** Every element of a read. */
export const all = async <T>(read: AsyncIterable<T>): Promise<T[]> => {
  const elements: T[] = []
  for await (const element of read) elements.push(element)
  return elements
}

/** Numbers of the counted events of one stream, as read. */
export const numbersIn = async (client: EventStoreDBClient, stream: string): Promise<number[]> =>
  (await all(client.readStream<Counted>(stream))).map(({ event }) => event?.data.n ?? -1)

/** Guards against waiting for ever only: nothing takes nearly as long. */
const patience = 60_000

/** Asks again until it holds; after a minute it fails as it failed last. */
export const eventually = async (holds: () => Promise<void>): Promise<void> => {
  const end = Date.now() + patience
  for (;;) {
    try {
      return await holds()
    } catch (error) {
      if (Date.now() > end) throw error
      await setImmediate()
    }
  }
}
