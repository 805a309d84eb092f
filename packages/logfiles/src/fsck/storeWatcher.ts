// The event store against the log: every leaf is an event there, byte for byte, and nothing was passed over on the way.
import { isSealed, leafBytes, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { sameBytes } from '@consent-ledger/tlog'
import { Difference } from './difference.ts'
import type { Revisions } from './revisions.ts'
import type { Leaf, Watcher } from './watcher.ts'

const pageSize = 500

async function* sealedEvents(store: Pick<EventStore, 'readAll'>): AsyncGenerator<RecordedEvent, void, undefined> {
  for (let after = beginning; ;) {
    const page = await store.readAll({ after, limit: pageSize })
    for (const event of page) if (isSealed(event.stream)) yield event
    if (page.length < pageSize) return
    after = page.at(-1)?.position ?? after
  }
}

/** Reads the store in its own order, which is the log's as a rule; where it is not, the one event is asked for. */
export class StoreWatcher implements Watcher {
  readonly #store: Pick<EventStore, 'readStream' | 'readAll'>
  readonly #revisions: Revisions
  readonly #events: AsyncGenerator<RecordedEvent, void, undefined>
  #next: RecordedEvent | null = null
  #begun = false
  /** Position of the last event in the store that is in the log. */
  #until = beginning

  /** `revisions`: sees each leaf before this one does. */
  constructor(store: Pick<EventStore, 'readStream' | 'readAll'>, revisions: Revisions) {
    this.#store = store
    this.#revisions = revisions
    this.#events = sealedEvents(store)
  }

  async see({ index, entry, place }: Leaf): Promise<void> {
    if (place === null) throw new Difference('LEAF_WRONG', `leaf ${index}`, `Leaf ${index} is not the leaf of an event.`)
    const { stream, revision } = place
    const event = await this.#eventAt(stream, revision)
    const what = `revision ${revision} of ${stream}`
    if (event === undefined)
      throw new Difference('STORE_LACKS', what, `The event store has no ${what}, which is leaf ${index}: it is behind the log.`)
    if (!sameBytes(leafBytes(event), entry))
      throw new Difference(
        'STORE_DIFFERS',
        what,
        `The event store has another event at ${what} than the one that was sealed as leaf ${index}.`,
      )
    if (event.position > this.#until) this.#until = event.position
  }

  async #eventAt(stream: string, revision: bigint): Promise<RecordedEvent | undefined> {
    if (!this.#begun) await this.#advance()
    // Those that came into the log before their turn in the store were compared then.
    while (this.#next !== null && this.#isSeen(this.#next) && !(this.#next.stream === stream && this.#next.revision === revision))
      await this.#advance()
    const next = this.#next
    if (next?.stream !== stream || next.revision !== revision)
      return (await this.#store.readStream(stream, { after: revision - 1n, limit: 1 })).find((event) => event.revision === revision)
    await this.#advance()
    return next
  }

  #isSeen({ stream, revision }: RecordedEvent): boolean {
    return revision <= this.#revisions.lastOf(stream)
  }

  async #advance(): Promise<void> {
    this.#begun = true
    const { value } = await this.#events.next()
    this.#next = value ?? null
  }

  /** What the store holds before its last sealed event must be sealed as well: what was written later waits, what lies before was passed over. */
  async end(): Promise<void> {
    for (; this.#next !== null && this.#next.position < this.#until; await this.#advance()) {
      if (this.#isSeen(this.#next)) continue
      const { stream, revision } = this.#next
      const what = `revision ${revision} of ${stream}`
      throw new Difference(
        'NOT_SEALED',
        what,
        `The event store has ${what}, recorded before others that are in the log, and the log has it not.`,
      )
    }
    await this.#events.return()
  }
}
