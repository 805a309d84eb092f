// The event store for tests and for a ledger that may forget: everything in this process, nothing durable.
import type { NewEvent, RecordedEvent } from '@consent-ledger/domain'
import { Arrivals, subscription } from './arrivals.ts'
import { beginning, type EventStore, type Page } from './port.ts'
import { closedStore, demandEvents, fromStored, toStored, wrongRevision, type Place, type StoredEvent } from './stored.ts'

type Kept = { stored: StoredEvent; place: Place }

/** The port in memory. Durable only as long as this object. */
export class MemoryEventStore implements EventStore {
  readonly #all: Kept[] = []
  readonly #streams = new Map<string, Kept[]>()
  readonly #arrivals = new Arrivals()

  async append(stream: string, expected: bigint, events: readonly NewEvent[]): Promise<RecordedEvent[]> {
    this.#demandOpen()
    demandEvents(events)
    const before = this.#streams.get(stream) ?? []
    const last = BigInt(before.length) - 1n
    if (last !== expected) return recordedBefore(before, events, expected) ?? raise(wrongRevision(stream, expected, last))
    const kept = events.map((event, n) => ({
      stored: toStored(event),
      place: { stream, revision: expected + 1n + BigInt(n), position: BigInt(this.#all.length + n) },
    }))
    for (const one of kept) {
      before.push(one)
      this.#all.push(one)
    }
    this.#streams.set(stream, before)
    this.#arrivals.announce()
    return kept.map(read)
  }

  async readStream(stream: string, page: Page): Promise<RecordedEvent[]> {
    this.#demandOpen()
    return cut(this.#streams.get(stream) ?? [], page)
  }

  async readAll(page: Page): Promise<RecordedEvent[]> {
    this.#demandOpen()
    return cut(this.#all, page)
  }

  subscribeAll(from: Page, signal: AbortSignal): AsyncIterable<RecordedEvent[]> {
    this.#demandOpen()
    return subscription((page) => this.readAll(page), this.#arrivals, from, signal)
  }

  async head(): Promise<bigint> {
    this.#demandOpen()
    return this.#all.at(-1)?.place.position ?? beginning
  }

  async close(): Promise<void> {
    this.#arrivals.close()
  }

  #demandOpen(): void {
    if (this.#arrivals.closed) throw closedStore()
  }
}

const read = ({ stored, place }: Kept): RecordedEvent => fromStored(stored, place)

// Revisions and positions are places in the array here, so a page is a slice.
const cut = (kept: Kept[], { after, limit }: Page): RecordedEvent[] => {
  const start = Number(after) + 1
  return kept.slice(start, start + limit).map(read)
}

const recordedBefore = (kept: Kept[], events: readonly NewEvent[], expected: bigint): RecordedEvent[] | null => {
  if (expected < beginning) return null
  const there = cut(kept, { after: expected, limit: events.length })
  return there.length === events.length && there.every((event, n) => event.id === events[n]?.id) ? there : null
}

const raise = (error: Error): never => {
  throw error
}
