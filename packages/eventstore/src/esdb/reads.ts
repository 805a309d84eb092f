// Reading from EventStoreDB: one question at a time, each with a deadline of our own, asked again by the caller's patience.
import type { RecordedEvent } from '@consent-ledger/domain'
import { BACKWARDS, END, START, type AllStreamRecordedEvent, type StreamingRead } from '@eventstore/db-client'
import { beginning, type Page } from '../port.ts'
import { closedStore, missingRevision } from '../stored.ts'
import { isRevision } from './checks.ts'
import type { Connection } from './connection.ts'
import { asLedgerError, Behind, meaningOf, NoAnswer } from './errors.ts'
import { isSystem, received } from './wire.ts'

/** Most events of one read of everything that has found nothing but the system's own so far. */
const mostAtOnce = 500

/** Events of everything, and how far was looked for them: the position of the last event seen, the system's own too. `end`: there was none after it. */
export type Reach = { events: RecordedEvent[]; cursor: bigint; end: boolean }

/**
 * Answers with what EventStoreDB says to one question; errors are the client's own, NoAnswer, and INTEGRITY. The leader is asked: a follower may lag behind what
 * this process has been told already.
 */
export class Reads {
  readonly #connection: Connection
  readonly #answer: number
  readonly #closing: AbortSignal
  // The last event of everything when the head was last looked for, and the head then.
  #top: bigint | null = null
  #head = beginning

  constructor(connection: Connection, answer: number, closing: AbortSignal) {
    this.#connection = connection
    this.#answer = answer
    this.#closing = closing
  }

  /** As `readStream` of the port. */
  async stream(stream: string, { after, limit }: Page): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = []
    let next = after < beginning ? 0n : after + 1n
    if (!isRevision(next)) return events
    const reading = this.#connection.client.readStream(stream, { fromRevision: next, maxCount: limit, requiresLeader: true })
    try {
      await this.#through(reading, ({ event }) => {
        if (event === undefined) return true
        if (event.revision !== next) throw missingRevision(stream, next, event.revision)
        next++
        events.push(this.#noted(received(event)))
        return true
      })
    } catch (error) {
      const meaning = meaningOf(error)
      if (meaning === 'absent') return []
      throw meaning === 'deleted' ? asLedgerError(error, stream) : error
    }
    return events
  }

  /** As `readAll` of the port, with how far it looked. */
  async all({ after, limit }: Page): Promise<Reach> {
    const events: RecordedEvent[] = []
    let cursor = after
    for (let size = limit; ; size = Math.min(size * 2, Math.max(limit, mostAtOnce))) {
      const reach = await this.#onward(cursor, size)
      events.push(...reach.events)
      cursor = reach.cursor
      if (events.length < limit && !reach.end) continue
      const given = events.slice(0, limit)
      return { events: given, cursor: given.length < events.length ? (given.at(-1)?.position ?? cursor) : cursor, end: reach.end }
    }
  }

  /** As `head` of the port. Reads one event where nothing is new but events of the ledger, else back to the last of them. Errors: Behind. */
  async head(): Promise<bigint> {
    const { seen } = this.#connection
    const found = (await this.#lookBack(1)) ?? (await this.#lookBack(Number.MAX_SAFE_INTEGER)) ?? beginning
    if (found < seen) throw new Behind()
    this.#connection.note(found)
    return found
  }

  async #lookBack(most: number): Promise<bigint | null> {
    let top: bigint | null = null
    let head: bigint | null = null
    let count = 0
    await this.#through(
      this.#connection.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: most, requiresLeader: true }),
      ({ event }) => {
        if (event === undefined) return true
        count++
        top ??= event.position.commit
        if (!isSystem(event)) head = event.position.commit
        else if (event.position.commit === this.#top) head = this.#head
        return head === null
      },
    )
    if (head === null && count === most) return null
    this.#top = top
    this.#head = head ?? beginning
    return this.#head
  }

  /** Events after `after` and up to position `last`, `most` of them. */
  async span(after: bigint, last: bigint, most: number): Promise<RecordedEvent[]> {
    return (await this.#onward(after, most, last)).events
  }

  // Reading begins with the event at `after` itself, if it is one.
  async #onward(after: bigint, count: number, last?: bigint): Promise<Reach> {
    const fromStart = after <= beginning
    const reach: Reach = { events: [], cursor: after, end: false }
    const most = fromStart ? count : count + 1
    let given = 0
    const take = (event: AllStreamRecordedEvent): void => {
      if (event.position.commit <= after) return
      reach.cursor = event.position.commit
      if (!isSystem(event)) reach.events.push(this.#noted(received(event)))
    }
    const fromPosition = fromStart ? START : { commit: after, prepare: after }
    await this.#through(this.#connection.client.readAll({ fromPosition, maxCount: most, requiresLeader: true }), ({ event }) => {
      given++
      if (event !== undefined) take(event)
      return reach.cursor !== last
    })
    reach.end = given < most
    return reach
  }

  #noted(event: RecordedEvent): RecordedEvent {
    this.#connection.note(event.position)
    return event
  }

  /** Gives each of what is read to `take` until it answers false. Errors: those of `take` and of the read; NoAnswer after too long a silence. */
  async #through<Read>(reading: StreamingRead<Read>, take: (read: Read) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => {
      reject(new NoAnswer())
      this.#connection.unheard(this.#answer).catch(() => {})
    }, this.#answer)
    const close = (): void => reject(closedStore())
    if (this.#closing.aborted) close()
    this.#closing.addEventListener('abort', close, { once: true })
    let more = true
    let over = false
    const hear = (): void => (over ? undefined : this.#connection.heard())
    reading.on('data', (read: Read) => {
      timer.refresh()
      hear()
      try {
        if (more) more = take(read)
        if (!more) resolve(false)
      } catch (error) {
        more = false
        reject(error)
      }
    })
    reading.on('end', () => {
      hear()
      resolve(true)
    })
    // Stays when the read is over: what the line says then would end the process if nobody heard it.
    reading.on('error', (error) => {
      hear()
      reject(error)
    })
    let ended = false
    try {
      ended = await promise
    } finally {
      over = true
      clearTimeout(timer)
      this.#closing.removeEventListener('abort', close)
      if (!ended) abandon(reading)
    }
  }
}

/** Ends a read before its end. It must run out all the same: the client keeps a read that was destroyed, and waits for it for ever when it is disposed. */
const abandon = (reading: StreamingRead<unknown>): void => {
  reading.cancel().catch(() => {})
}
