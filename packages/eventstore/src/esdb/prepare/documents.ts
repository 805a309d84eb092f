// The two documents of access rules on the server: read, compared, and written only where they differ.
import { BACKWARDS, END, ErrorType, type EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client'
import { hasType } from './refusals.ts'
import { type Difference, differencesIn, type Rules, withRules } from './rules.ts'

type Found = { revision: bigint; data: unknown } | null

const lastOf = async (client: EventStoreDBClient, stream: string): Promise<Found> => {
  try {
    let last: Found = null
    // To its end: after a read that was left early the client's dispose() never returns.
    for await (const { event } of client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 }))
      if (event) last = { revision: event.revision, data: event.data }
    return last
  } catch (error) {
    if (hasType(error, ErrorType.STREAM_NOT_FOUND)) return null
    throw error
  }
}

/**
 * Writes the rules wanted, if they do not stand there already; returns what differed, [] when nothing was written. Durable on return.
 * The expected revision holds off whoever changes the same document at the same time.
 */
export const establish = async (client: EventStoreDBClient, rules: Rules): Promise<Difference[]> => {
  const found = await lastOf(client, rules.stream)
  const differences = differencesIn(rules, found?.data)
  if (differences.length === 0) return []
  const event = jsonEvent({ type: rules.type, data: withRules(rules, found?.data) })
  await client.appendToStream(rules.stream, event, { expectedRevision: found?.revision ?? NO_STREAM })
  return differences
}
