// Carries events from one store to another: every stream in its order, many streams at once, nothing twice.
import { ledgerStream, LedgerError, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, readOn, type EventStore } from '@consent-ledger/eventstore'
import { appendsOf, lastAct } from './batches.ts'
import { demandNext, type Counts, type StreamNumbers } from './tally.ts'

const pageSize = 2000
/** Appends under way at once. EventStoreDB took 5,200 events a second with 64 in flight and 6,600 with 256; SQLite makes one commit of all that wait. */
const inFlight = 64

export type CopyingParts = {
  source: EventStore
  target: EventStore
  numbers: StreamNumbers
  /** How many events of each stream the target holds. Grows as they are appended. */
  there: Counts
  /** Events appended so far. */
  onProgress: (events: number) => void
}

export class Copying {
  readonly #parts: CopyingParts
  #appended = 0

  constructor(parts: CopyingParts) {
    this.#parts = parts
  }

  /** Events that this object appended. */
  get appended(): number {
    return this.#appended
  }

  /** One stream ahead of the others. */
  async stream(stream: string): Promise<void> {
    const { source, there, numbers } = this.#parts
    const from = BigInt(there.get(numbers.of(stream))) - 1n
    for await (const events of inWholeActs(readOn(source, stream, from))) await this.#write(events)
  }

  /**
   * All that is not there yet, in global order; but for the stream `ledger`, which is left where it is.
   * A crash anywhere leaves a target that holds the beginning of each of the source's streams.
   */
  async rest(): Promise<void> {
    for await (const events of inWholeActs(this.#pages())) await this.#write(events)
  }

  async *#pages(): AsyncGenerator<RecordedEvent[], void, undefined> {
    for (let after = beginning; ;) {
      const page = await this.#parts.source.readAll({ after, limit: pageSize })
      const last = page.at(-1)
      if (last === undefined) return
      after = last.position
      yield page
    }
  }

  async #write(events: readonly RecordedEvent[]): Promise<void> {
    const due = new Map<string, RecordedEvent[]>()
    for (const event of events) {
      if (event.stream === ledgerStream) continue
      const number = this.#parts.numbers.of(event.stream)
      const there = this.#parts.there.get(number)
      if (event.revision < there) continue
      const waiting = due.get(event.stream) ?? []
      demandNext(event, BigInt(there + waiting.length))
      waiting.push(event)
      due.set(event.stream, waiting)
    }
    await sideBySide([...due.values()], inFlight, (waiting) => this.#append(waiting))
  }

  async #append(events: readonly RecordedEvent[]): Promise<void> {
    const { target, there, numbers, onProgress } = this.#parts
    for (const together of appendsOf(events)) {
      const [{ stream, revision } = { stream: '', revision: 0n }] = together
      await target.append(stream, revision - 1n, together.map(toAppend)).catch(explain)
      there.set(numbers.of(stream), Number(revision) + together.length)
      this.#appended += together.length
      onProgress(this.#appended)
    }
  }
}

/** The same events in other groups: what ends a page may be half an act, and waits for the next page. */
async function* inWholeActs(pages: AsyncIterable<RecordedEvent[]>): AsyncGenerator<RecordedEvent[], void, undefined> {
  let held: RecordedEvent[] = []
  for await (const page of pages) {
    const events = [...held, ...page]
    const whole = events.length - lastAct(events)
    yield events.slice(0, whole)
    held = events.slice(whole)
  }
  yield held
}

/** The event without its place, which the target gives. */
export const toAppend = ({ id, type, data, metadata }: RecordedEvent): NewEvent => ({ id, type, data, metadata })

/** An append at the target that meets what was not there when this run began to look. */
export const explain = (error: unknown): never => {
  if (!(error instanceof LedgerError) || error.code !== 'WRONG_EXPECTED_REVISION') throw error
  const message =
    'Something else writes to the target, or an append of an earlier run arrived only now. Give the command again to see which.'
  throw new LedgerError('DATA_FOREIGN', message, { cause: error })
}

/** Runs `work` on each item, at most `most` at once. After the first failure nothing more begins; it is thrown when nothing runs any more. */
export const sideBySide = async <Item>(items: readonly Item[], most: number, work: (item: Item) => Promise<void>): Promise<void> => {
  const waiting = items.values()
  const failures: unknown[] = []
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (failures.length > 0) return
      await work(item).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
}
