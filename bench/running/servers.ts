// The servers that figures of a ledger on servers need: the EventStoreDB that is named, or its double; a PostgreSQL of this run.
import { openPostgres } from '@consent-ledger/test/postgres'
import { launch } from './program.ts'

/** `name`: what it is, for the notes. */
export type EventStoreServer = { url: string; name: string; stop(): Promise<void> }

/** The server of EVENTSTORE_URL, or the double in a process of its own. */
export const eventStoreServer = async (): Promise<EventStoreServer> => {
  const url = process.env['EVENTSTORE_URL']
  if (url !== undefined) return { url, name: 'the EventStoreDB of EVENTSTORE_URL', stop: async () => {} }
  const double = await launch({ file: new URL('../programs/double.ts', import.meta.url) })
  return { url: double.url, name: 'the double of EventStoreDB (no EVENTSTORE_URL)', stop: () => double.stop() }
}

/** An empty database that is gone after `stop`. */
export const database = async (): Promise<{ url: string; stop(): Promise<void> }> => {
  const postgres = await openPostgres()
  return { url: await postgres.newDatabase(), stop: () => postgres.close() }
}
