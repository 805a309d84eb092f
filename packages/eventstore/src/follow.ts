// The loop between a source and a sink: every event of the store, in order, once per checkpoint, and how fresh the sink is by it.
import { LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { Continuity } from './continuity.ts'
import { gather } from './gathering.ts'
import type { EventStore } from './port.ts'

/** What events are applied to. */
export type Sink = {
  /** Position of the last event that is durably applied, `beginning` if there is none. Asked once, at the start. */
  checkpoint(): Promise<bigint>
  /** Applies the events and stores `checkpoint` (the position of the last of them), both or neither. */
  apply(events: RecordedEvent[], checkpoint: bigint): Promise<void>
}

/** `asOf`: epoch ms at which the sink is known to have held everything recorded; null before that was ever so. */
export type Progress = { checkpoint: bigint; head: bigint; asOf: number | null }

export type Following = {
  store: EventStore
  sink: Sink
  /** Epoch ms. */
  clock: () => number
  /** Aborting ends the loop behind the group that is being applied. */
  signal: AbortSignal
  /** After each group and each look at the head. */
  onProgress?: (progress: Progress) => void
  /** Most events in one `apply`. */
  groupSize?: number
  ticker?: Ticker
}

/** Calls its argument now and then, until the function that it answers with is called: by default each second, which alone keeps no process alive. */
export type Ticker = (tick: () => void) => () => void

export const eachSecond: Ticker = (tick) => {
  const timer = setInterval(tick, 1000)
  timer.unref()
  return () => clearInterval(timer)
}

/**
 * Applies every event after the sink's checkpoint, in global order, until `signal` aborts or the store closes; then it resolves.
 * Nothing is tried again and nothing skipped: the first error of the store or the sink, any gap (INTEGRITY), and a store that
 * ends before the checkpoint (DATA_ROLLED_BACK) reject, with the sink at its last checkpoint.
 */
export const follow = async (following: Following): Promise<void> => {
  const { store, sink, signal, groupSize = 500, ticker = eachSecond } = following
  const continuity = new Continuity(store, await sink.checkpoint())
  const failed = new AbortController()
  const freshness = new Freshness(following, continuity.position)
  await freshness.look()
  const stop = ticker(() => {
    freshness.look().catch((error: unknown) => failed.abort(error))
  })
  try {
    for await (const events of store.subscribeAll(
      { after: continuity.position, limit: groupSize },
      AbortSignal.any([signal, failed.signal]),
    )) {
      for (const event of events) await continuity.pass(event)
      // A crash before `apply` returns leaves the sink at its old checkpoint, and the same group comes again.
      await sink.apply(events, continuity.position)
      freshness.applied(continuity.position)
      await gather(events.length, events.length === groupSize, signal)
    }
  } finally {
    stop()
    freshness.end()
  }
  if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason
}

/** Keeps `asOf`: silence of the store is told from silence on the line by asking for its head. */
class Freshness {
  readonly #following: Following
  #checkpoint: bigint
  #head: bigint
  #asOf: number | null = null
  // A look whose head is not applied yet. A later head does not take its place: that would put off `asOf` for ever under steady writes.
  #pending: { head: bigint; askedAt: number } | null = null
  #looking = false
  #ended = false

  constructor(following: Following, checkpoint: bigint) {
    this.#following = following
    this.#checkpoint = checkpoint
    this.#head = checkpoint
  }

  applied(checkpoint: bigint): void {
    this.#checkpoint = checkpoint
    if (this.#head < checkpoint) this.#head = checkpoint
    this.#settle()
  }

  async look(): Promise<void> {
    if (this.#looking || this.#ended) return
    this.#looking = true
    try {
      // Both before the head: what is recorded or applied after this moment is not vouched for by it.
      const askedAt = this.#following.clock()
      const checkpoint = this.#checkpoint
      const head = await this.#following.store.head()
      if (head < checkpoint)
        throw new LedgerError('DATA_ROLLED_BACK', `The event store ends at position ${head}, but ${checkpoint} was applied already.`)
      if (head > this.#head) this.#head = head
      if (this.#pending === null || head <= this.#checkpoint || head === this.#pending.head) this.#pending = { head, askedAt }
      this.#settle()
    } catch (error) {
      if (!this.#ended) throw error
    } finally {
      this.#looking = false
    }
  }

  end(): void {
    this.#ended = true
  }

  #settle(): void {
    if (this.#ended) return
    if (this.#pending !== null && this.#pending.head <= this.#checkpoint) {
      this.#asOf = this.#pending.askedAt
      this.#pending = null
    }
    this.#following.onProgress?.({ checkpoint: this.#checkpoint, head: this.#head, asOf: this.#asOf })
  }
}
