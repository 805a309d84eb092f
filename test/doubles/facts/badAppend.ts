// A process that sends one append that is none, and lives until the server's second answer: `node badAppend.ts <url> <id|type>`.
import { EventStoreDBClient, isCommandError, jsonEvent } from '@eventstore/db-client'
import { randomUUID } from 'node:crypto'

const [, , url = '', what] = process.argv
const client = EventStoreDBClient.connectionString(url)
const event = jsonEvent({ id: what === 'id' ? 'no-uuid' : randomUUID(), type: what === 'type' ? '' : 'Counted', data: {} })
try {
  await client.appendToStream(`fact-${randomUUID()}`, event)
} catch (error) {
  console.log(`${error instanceof Error && isCommandError(error) ? error.type : ''}: ${error instanceof Error ? error.message : ''}`)
}
