// One sender, from taking the sink to giving it up: page by page the rows of the feed become records, and the sink moves when they are stored.
import { randomUUID } from 'node:crypto'
import { isPassing, type FeedPlace } from '@consent-ledger/domain'
import type { ReadModel } from '@consent-ledger/readmodel'
import { noteGroups, type Acknowledging } from './acknowledging.ts'
import type { FeedLog } from './clientLog.ts'
import { Lease, SinkLost, type Leasing } from './lease.ts'
import { Marks } from './marks.ts'
import { readPage, type Page, type Reading } from './pages.ts'
import type { Reached } from './reached.ts'
import { heartbeats, type Batch } from './records.ts'
import { storeAll } from './storing.ts'
import type { Producing, Wire } from './wire.ts'

/**
 * Ms. `lease`: for how long the sink is held without word of its holder; longer than a broker that is frozen stays leader, so that what a dead holder sent is stored, or never
 * will be, before another one sends. `heartbeat`: between two words of a partition that is level. `groups`: between two looks at what consumer groups have committed.
 */
export type Times = { lease: number; heartbeat: number; groups: number }

export type Sending = Omit<Acknowledging, 'readModel' | 'wire'> & {
  ledgerId: string
  readModel: Acknowledging['readModel'] & Reading['readModel'] & Leasing['readModel'] & Pick<ReadModel, 'newEpoch'>
  wire: Wire
  log: FeedLog
  reached: Reached
  times: Times
}

export class Sender {
  readonly #sending: Sending
  readonly #signal: AbortSignal
  readonly #lease: Lease
  readonly #producing: Producing
  #place: FeedPlace
  readonly #marks: Marks
  /** Where the page under way began, while some of it may be sent and the sink has not moved. */
  #began: FeedPlace | null = null
  /** Whether all that was sent has been answered. */
  #answered = true
  /** The page behind the one under way. */
  #ahead: Page | null = null
  /** The page whose `asOf` may be told once the feed is sent up to its `head`. */
  #goal: Pick<Page, 'asOf' | 'head'> | null = null
  #told: number | null = null
  /** Heartbeats still to be sent, one partition after the other: what is applied meanwhile goes before the rest of them. */
  #beats: Batch[] = []
  #beatAt = Number.NEGATIVE_INFINITY
  #lookedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<void> = Promise.resolve()

  private constructor(sending: Sending, signal: AbortSignal, lease: Lease, producing: Producing, place: FeedPlace) {
    this.#sending = sending
    this.#signal = signal
    this.#lease = lease
    this.#producing = producing
    this.#place = place
    this.#marks = new Marks(place.n, producing.ends)
  }

  /** A sender that holds the sink, on a topic that is as it must be; null while another one holds it. Errors: FEED_UNAVAILABLE, those of the read model; the sink is free then. */
  static async begin(sending: Sending, signal: AbortSignal): Promise<Sender | null> {
    const { readModel, clock, times, reached, wire } = sending
    const lease = new Lease({ readModel, holder: randomUUID(), clock, leaseMs: times.lease })
    const place = await lease.take()
    reached.holds(place !== null)
    if (place === null) return null
    lease.keep()
    const producing = await Sender.#produce(wire).catch(async (error: unknown) => {
      await lease.end(true)
      throw error
    })
    const sender = new Sender(sending, signal, lease, producing, place)
    try {
      await sender.#fillNewTopic()
    } catch (error) {
      await sender.end()
      throw error
    }
    return sender
  }

  static async #produce(wire: Wire): Promise<Producing> {
    if (!(await wire.topicIsThere())) await wire.makeTopic()
    return wire.produce()
  }

  /**
   * A topic in which nothing was ever stored holds nothing of what the sink has passed: it is filled from zero. In a new epoch, so that whoever followed the old topic
   * and goes on at the same offset in the new one takes what it was not told again for unknown.
   */
  async #fillNewTopic(): Promise<void> {
    if (this.#place.n === 0n || this.#producing.ends.some((end) => end > 0n)) return
    await this.#sending.readModel.newEpoch()
    this.#goOn(await this.#lease.retake())
  }

  /** Sends one page. True if there is nothing more for now. Errors: SinkLost, ProducerGone, NeverStored, those of the read model: the sender has to end then. */
  async step(): Promise<boolean> {
    // A sender that lost the sink has put it back, so that its late records are overtaken.
    if (!this.#lease.isAt(this.#place)) return this.#goOn(await this.#lease.retake())
    const page = this.#ahead ?? (await this.#read(this.#place.n))
    this.#ahead = null
    if (page === null) return true
    if (page.epoch !== this.#place.epoch) return this.#goOn(await this.#lease.retake())
    this.#goal ??= page
    if (page.batches.length > 0) {
      this.#began = this.#place
      // While the brokers write this page the next one is read; where that fails, it is read again when nothing is under way.
      const [ahead] = await Promise.all([page.full ? this.#read(page.next).catch(() => null) : null, this.#store(page.batches)])
      this.#ahead = ahead
    }
    if (page.next > this.#place.n) await this.#move(page.next)
    this.#sending.reached.at(this.#place, page.head)
    await this.#tellFreshness()
    this.#lookAtGroups()
    return this.#place.n >= page.head && this.#beats.length === 0
  }

  #read(after: bigint): Promise<Page | null> {
    return readPage(this.#sending, after, this.#producing.partitions)
  }

  async #store(batches: readonly Batch[]): Promise<void> {
    const { log, reached, readModel } = this.#sending
    let isOtherTopic = false
    this.#answered = false
    try {
      await storeAll(batches, {
        producing: this.#producing,
        log,
        signal: this.#signal,
        demandMaySend: () => this.#lease.demandHeld(),
        stored: ({ partition, records }, end) => {
          reached.stored(records.length)
          isOtherTopic ||= !this.#marks.stored(partition, end)
        },
      })
    } finally {
      // Somebody has deleted the topic and made it anew while this sender was at work.
      if (isOtherTopic) await readModel.newEpoch()
    }
    this.#answered = true
  }

  /** A crash before this leaves the sink where the page began: the page is sent once more, which consumers see as repeats. */
  async #move(next: bigint): Promise<void> {
    const moved = await this.#lease.move(this.#place, next).catch((error: unknown) => {
      // Whether it moved is unknown: the read model is asked where it stands.
      if (isPassing(error)) return false
      throw error
    })
    if (!moved) {
      this.#goOn(await this.#lease.retake())
    } else {
      this.#place = { ...this.#place, n: next }
    }
    this.#began = null
    this.#marks.reached(this.#place.n)
  }

  /** The sink is elsewhere than this sender left it: it goes on from there. */
  #goOn(place: FeedPlace): false {
    if (place.epoch !== this.#place.epoch) this.#marks.beginAgain()
    this.#place = place
    this.#ahead = null
    this.#goal = null
    this.#told = null
    this.#beats = []
    return false
  }

  /** Nothing is told of a moment before everything of that moment is stored; what is stored later may lie before the word of it. */
  async #tellFreshness(): Promise<void> {
    const { clock, times, ledgerId } = this.#sending
    if (this.#goal !== null && this.#place.n >= this.#goal.head) {
      this.#told = this.#goal.asOf
      this.#goal = null
    }
    const now = clock()
    // A round that did not come to its end in time is not followed by another one alike, or the last partitions would never be told.
    let together = 1
    if (this.#told !== null && now - this.#beatAt >= times.heartbeat) {
      if (this.#beats.length > 0) together = this.#producing.partitions
      this.#beats = heartbeats({ ledgerId, place: this.#place, asOf: this.#told, sentAt: now }, this.#producing.partitions)
      this.#beatAt = now
    }
    const next = this.#beats.splice(0, together)
    if (next.length > 0) await this.#store(next)
  }

  /** Beside the sending, which it must not hold up. */
  #lookAtGroups(): void {
    const { clock, times, log } = this.#sending
    if (clock() - this.#lookedAt < times.groups) return
    this.#lookedAt = clock()
    this.#looking = noteGroups(this.#sending, this.#place.epoch, this.#marks).catch(() => {
      log.info({ code: 'FEED_UNAVAILABLE' }, 'what consumer groups have read could not be asked')
    })
  }

  /** Gives the sink up; one that was lost is put back to where the page under way began. Nothing is sent once it resolves. */
  async end(because: unknown = null): Promise<void> {
    await this.#producing.close().catch(() => {})
    await this.#looking
    if (because instanceof SinkLost && this.#began !== null) await this.#lease.rewind(this.#began, this.#signal)
    await this.#lease.end(this.#answered)
  }
}
