// Where events are kept: the port that memory, SQLite and EventStoreDB answer alike. Its contract is ./conformance.
import type { NewEvent, RecordedEvent } from '@consent-ledger/domain'

/** The revision of a stream that has no event yet, and the position before the first event: `after: beginning` reads from the start. */
export const beginning = -1n

export type Page = { /** Exclusive. */ after: bigint; /** 1 or more. */ limit: number }

export type EventStore = {
  /**
   * Appends 1 or more events to one stream, all or none. `expected`: the stream's last revision, `beginning` if it has no event.
   * On return they are durable and have contiguous revisions from `expected + 1n`; the answer is the events as recorded, in order.
   * The same ids again with the same `expected` change nothing and answer with what was recorded the first time.
   * Errors: WRONG_EXPECTED_REVISION (nothing written), STORE_UNAVAILABLE (nothing acknowledged; the same call again is safe), OUTCOME_UNKNOWN (they may
   * stand, or come to stand after any read that finds none: only the same call again tells), INTEGRITY.
   */
  append(stream: string, expected: bigint, events: readonly NewEvent[]): Promise<RecordedEvent[]>
  /** Up to `limit` events of one stream, oldest first; none for a stream that does not exist or past its end. */
  readStream(stream: string, page: Page): Promise<RecordedEvent[]>
  /** Up to `limit` events of the whole store in global order. */
  readAll(page: Page): Promise<RecordedEvent[]>
  /**
   * Every event after `after` in global order, each exactly once, in non-empty groups of at most `limit`: what is there first, then what comes.
   * A slow consumer holds nothing up and costs no memory. Ends when `signal` aborts or the store closes.
   */
  subscribeAll(from: Page, signal: AbortSignal): AsyncIterable<RecordedEvent[]>
  /** Position of the last recorded event, `beginning` if there is none. */
  head(): Promise<bigint>
  /** Waits for appends under way, ends subscriptions, frees the files. Calls after it fail with STORE_UNAVAILABLE. */
  close(): Promise<void>
}
