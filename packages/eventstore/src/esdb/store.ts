// The event store on EventStoreDB: the port over one shared connection.
import { LedgerError, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import type { EventStore, Page } from '../port.ts'
import { closedStore } from '../stored.ts'
import { settle, type Settling } from './appends.ts'
import { demandAppend, demandStream, isRevision } from './checks.ts'
import type { Connection } from './connection.ts'
import { ReadBacks } from './readBacks.ts'
import { patiently, type Patience } from './patience.ts'
import { Reads } from './reads.ts'
import { tail } from './tailing.ts'
import { propose } from './wire.ts'

type Parts = { connection: Connection; patience: Patience; onFatal: (fault: LedgerError) => void; leave: () => Promise<void> }

export class EsdbEventStore implements EventStore {
  readonly #parts: Parts
  readonly #closing = new AbortController()
  readonly #reads: Reads
  readonly #settling: Settling
  readonly #underway = new Set<Promise<unknown>>()
  #closed: Promise<void> | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    const { connection, patience } = parts
    this.#reads = new Reads(connection, patience.answer, this.#closing.signal)
    // Appends under way are waited for, so what they read is not cut off by a close.
    const reads = new Reads(connection, patience.answer, new AbortController().signal)
    this.#settling = { connection, patience, reads, readBacks: new ReadBacks(reads) }
  }

  /** Waits, with the patience of a call, until the server answers to the account. Errors: STORE_UNAVAILABLE. */
  async begin(): Promise<void> {
    await this.#patiently(() => this.#reads.head(), this.#parts.patience.whole)
  }

  async append(stream: string, expected: bigint, events: readonly NewEvent[]): Promise<RecordedEvent[]> {
    this.#demandOpen()
    demandAppend(stream, events)
    if (!isRevision(expected)) throw new LedgerError('WRONG_EXPECTED_REVISION', `Stream ${stream} cannot end at revision ${expected}.`)
    const settled = settle(this.#settling, propose(stream, expected, events))
    this.#underway.add(settled)
    try {
      return await settled
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'INTEGRITY') this.#parts.onFatal(error)
      throw error
    } finally {
      this.#underway.delete(settled)
    }
  }

  async readStream(stream: string, page: Page): Promise<RecordedEvent[]> {
    this.#demandOpen()
    demandStream(stream)
    return this.#patiently(() => this.#reads.stream(stream, page), this.#parts.patience.whole)
  }

  async readAll(page: Page): Promise<RecordedEvent[]> {
    this.#demandOpen()
    return (await this.#patiently(() => this.#reads.all(page), this.#parts.patience.whole)).events
  }

  subscribeAll(from: Page, signal: AbortSignal): AsyncIterable<RecordedEvent[]> {
    this.#demandOpen()
    const { connection, patience } = this.#parts
    const tailing = { client: connection.client, reads: this.#reads, silence: patience.silence }
    return tail(tailing, from, AbortSignal.any([signal, this.#closing.signal]))
  }

  /** As the port, but with the patience of one answer: whoever asks wants to know how things stand now. */
  async head(): Promise<bigint> {
    this.#demandOpen()
    return this.#patiently(() => this.#reads.head(), this.#parts.patience.answer)
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    // Each is over when its patience is.
    await Promise.allSettled(this.#underway)
    await this.#parts.leave()
  }

  #patiently<Answer>(call: () => Promise<Answer>, whole: number): Promise<Answer> {
    return patiently(call, whole, this.#closing.signal)
  }

  #demandOpen(): void {
    if (this.#closed !== null) throw closedStore()
  }
}
