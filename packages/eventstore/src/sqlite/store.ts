// The event store in one SQLite file: reads here, writes on a thread of their own.
import { LedgerError, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import { Arrivals, subscription } from '../arrivals.ts'
import type { EventStore, Page } from '../port.ts'
import { closedStore, demandEvents, fromStored, toStored, wrongRevision } from '../stored.ts'
import { faultOf, openForWriting } from './connection.ts'
import type { Reader } from './reader.ts'
import type { Outcome, Request } from './writer.ts'
import type { WriterQueue } from './writerQueue.ts'

export class SqliteEventStore implements EventStore {
  readonly #file: string
  readonly #reader: Reader
  readonly #writer: WriterQueue
  readonly #unlock: () => void
  readonly #arrivals = new Arrivals()
  #closing: Promise<void> | null = null

  constructor(parts: { file: string; reader: Reader; writer: WriterQueue; unlock: () => void }) {
    this.#file = parts.file
    this.#reader = parts.reader
    this.#writer = parts.writer
    this.#unlock = parts.unlock
  }

  async append(stream: string, expected: bigint, events: readonly NewEvent[]): Promise<RecordedEvent[]> {
    this.#demandOpen()
    demandEvents(events)
    const request: Request = { stream, expected: Number(expected), events: events.map(toStored) }
    const outcome = await this.#writer.append(request)
    if (outcome.kind === 'wrong') throw wrongRevision(stream, expected, BigInt(outcome.last))
    if (outcome.kind === 'written') this.#arrivals.announce()
    return recorded(request, outcome)
  }

  async readStream(stream: string, page: Page): Promise<RecordedEvent[]> {
    this.#demandOpen()
    return this.#reader.stream(stream, page)
  }

  async readAll(page: Page): Promise<RecordedEvent[]> {
    this.#demandOpen()
    return this.#reader.all(page)
  }

  subscribeAll(from: Page, signal: AbortSignal): AsyncIterable<RecordedEvent[]> {
    this.#demandOpen()
    return subscription((page) => this.readAll(page), this.#arrivals, from, signal)
  }

  async head(): Promise<bigint> {
    this.#demandOpen()
    return this.#reader.head()
  }

  /** Id of the ledger that this file belongs to, null before `adopt`. */
  identity(): string | null {
    this.#demandOpen()
    return this.#reader.identity()
  }

  /** Binds the file to a ledger for ever; durable on return. Errors: DATA_FOREIGN if it belongs to another. */
  adopt(ledgerId: string): void {
    this.#demandOpen()
    try {
      const db = openForWriting(this.#file)
      try {
        db.prepare('UPDATE meta SET ledgerId = ? WHERE ledgerId IS NULL').run(ledgerId)
      } finally {
        db.close()
      }
    } catch (error) {
      throw faultOf(error, this.#file)
    }
    if (this.identity() !== ledgerId) throw new LedgerError('DATA_FOREIGN', 'The event file belongs to another ledger.')
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#arrivals.close()
    // Before the writer: the last connection to leave folds the write-ahead log into the file, and a reader cannot.
    this.#reader.close()
    await this.#writer.close()
    this.#unlock()
  }

  #demandOpen(): void {
    if (this.#closing !== null) throw closedStore()
  }
}

const recorded = ({ stream, expected, events }: Request, outcome: Exclude<Outcome, { kind: 'wrong' }>): RecordedEvent[] =>
  (outcome.kind === 'found' ? outcome.events : events).map((event, n) =>
    fromStored(event, {
      stream,
      revision: BigInt(expected + 1 + n),
      position: BigInt(outcome.kind === 'found' ? (outcome.events[n]?.position ?? 0) : outcome.position + n),
    }),
  )
