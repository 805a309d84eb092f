// Waits out a store that is away for a while (a leader that changes, a disk that stalls): a copy of hours must not end for it.
import { setTimeout as wait } from 'node:timers/promises'
import { isPassing } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'

/** Ms between tries, about a minute in all: longer than a cluster needs for another leader. */
const pauses = [250, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000]

/** A store whose calls are made again while it is away: each of them is safe to repeat (the port). `pause`: waits so many ms. Errors: as the store's, the last one. */
export const patient = (store: EventStore, pause: (ms: number) => Promise<unknown> = (ms) => wait(ms)): EventStore => {
  const again = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    for (const ms of pauses) {
      try {
        return await call()
      } catch (error) {
        if (!isPassing(error)) throw error
        await pause(ms)
      }
    }
    return call()
  }
  return {
    append: (stream, expected, events) => again(() => store.append(stream, expected, events)),
    readStream: (stream, page) => again(() => store.readStream(stream, page)),
    readAll: (page) => again(() => store.readAll(page)),
    subscribeAll: (from, signal) => store.subscribeAll(from, signal),
    head: () => again(() => store.head()),
    close: () => store.close(),
  }
}
