// Everything as it comes: pages of what is there, a line held open at the end of it, and both again after every fault that passes.
import type { RecordedEvent } from '@consent-ledger/domain'
import { START, type EventStoreDBClient } from '@eventstore/db-client'
import { beginning, type Page } from '../port.ts'
import { asLedgerError, NoAnswer, passes } from './errors.ts'
import { pause } from '../backOff.ts'
import { backOff } from './patience.ts'
import type { Reads } from './reads.ts'

export type Tailing = { client: EventStoreDBClient; reads: Reads; silence: number }

/**
 * `subscribeAll` of the port. Events are given by reads alone, each from the last one that was taken, so a slow consumer is never thrown out, and nothing is
 * resumed from anything else. A server that is away, restarts or changes its leader is asked again, with back-off, until `signal` aborts. Errors: INTEGRITY, and what does
 * not pass: an account that is refused (STORE_UNAVAILABLE).
 */
export async function* tail(
  { client, reads, silence }: Tailing,
  from: Page,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent[], void, undefined> {
  let cursor = from.after
  for (let failures = 0; !signal.aborted;) {
    try {
      const reach = await reads.all({ after: cursor, limit: from.limit })
      failures = 0
      cursor = reach.cursor
      if (reach.events.length === 0) await arrival(client, cursor, silence, signal)
      else if (!signal.aborted) yield reach.events
    } catch (error) {
      if (signal.aborted) return
      if (!passes(error)) throw asLedgerError(error)
      await pause(backOff(++failures), signal)
    }
  }
}

/**
 * Resolves when there is an event after `cursor`, or after `silence` ms: a line that is dead says nothing either, and only a question tells. Resolves when
 * `signal` aborts. Errors: those of the line, also when the server ends it.
 */
const arrival = async (client: EventStoreDBClient, cursor: bigint, silence: number, signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fromPosition = cursor === beginning ? START : { commit: cursor, prepare: cursor }
  const subscription = client.subscribeToAll({ fromPosition, requiresLeader: true })
  const timer = setTimeout(resolve, silence)
  const stop = (): void => resolve()
  signal.addEventListener('abort', stop, { once: true })
  subscription.on('data', stop)
  subscription.on('end', () => reject(new NoAnswer()))
  // Stays: what the line says after the first event would end the process if nobody heard it.
  subscription.on('error', reject)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    // Not destroyed: it must run out, or the client keeps it for ever.
    subscription.unsubscribe().catch(() => {})
  }
}
