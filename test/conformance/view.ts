// A part of a store that others use too, seen as an empty store: what comes after now, in streams with a prefix of its own.
import { randomUUID } from 'node:crypto'
import type { RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore, type Page } from '@consent-ledger/eventstore'

/** Where a view begins. The same view of the same store opened again shows the same events. */
export type Part = { prefix: string; floor: bigint }

export const newPart = async (store: EventStore): Promise<Part> => ({ prefix: `${randomUUID()}-`, floor: await store.head() })

const pageSize = 500

/** The port over a part of `store`, whose `close` closes the store. Only stream names are changed. */
export class View implements EventStore {
  readonly #store: EventStore
  readonly #part: Part
  // As far as the view's head was looked for in the store, and the head then.
  #looked: bigint
  #head = beginning

  constructor(store: EventStore, part: Part) {
    this.#store = store
    this.#part = part
    this.#looked = part.floor
  }

  async append(...[stream, expected, events]: Parameters<EventStore['append']>): Promise<RecordedEvent[]> {
    return this.#shown(await this.#store.append(this.#part.prefix + stream, expected, events))
  }

  async readStream(stream: string, page: Page): Promise<RecordedEvent[]> {
    return this.#shown(await this.#store.readStream(this.#part.prefix + stream, page))
  }

  async readAll({ after, limit }: Page): Promise<RecordedEvent[]> {
    const found: RecordedEvent[] = []
    for (let from = this.#from(after); ;) {
      const events = await this.#store.readAll({ after: from, limit: Math.max(limit, pageSize) })
      const last = events.at(-1)
      found.push(...this.#shown(events))
      if (last === undefined || found.length >= limit) return found.slice(0, limit)
      from = last.position
    }
  }

  subscribeAll({ after, limit }: Page, signal: AbortSignal): AsyncIterable<RecordedEvent[]> {
    const groups = this.#store.subscribeAll({ after: this.#from(after), limit }, signal)
    return this.#groups(groups)
  }

  async *#groups(groups: AsyncIterable<RecordedEvent[]>): AsyncGenerator<RecordedEvent[], void, undefined> {
    for await (const group of groups) {
      const shown = this.#shown(group)
      if (shown.length > 0) yield shown
    }
  }

  async head(): Promise<bigint> {
    const end = await this.#store.head()
    while (this.#looked < end) {
      const events = await this.#store.readAll({ after: this.#looked, limit: pageSize })
      this.#looked = events.at(-1)?.position ?? end
      this.#head = this.#shown(events).at(-1)?.position ?? this.#head
    }
    return this.#head
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #from(after: bigint): bigint {
    return after > this.#part.floor ? after : this.#part.floor
  }

  #shown(events: readonly RecordedEvent[]): RecordedEvent[] {
    const { prefix } = this.#part
    return events
      .filter(({ stream }) => stream.startsWith(prefix))
      .map((event) => ({ ...event, stream: event.stream.slice(prefix.length) }))
  }
}
