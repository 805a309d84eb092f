// Who waits for the feed to move: one look at it for all of them, now and then, for as long as somebody waits.
import { LedgerError, type FeedPlace } from '@consent-ledger/domain'
import type { Ticker } from '@consent-ledger/eventstore'
import type { ReportsDeps } from '../deps.ts'
import { isStale } from './freshness.ts'

/** How often the feed is looked at while somebody waits, ms. */
const moment = 250

/** How often the default ticker ticks in a second. */
export const ticksPerSecond = 1000 / moment

const eachMoment: Ticker = (tick) => {
  const timer = setInterval(tick, moment)
  timer.unref()
  return () => clearInterval(timer)
}

/** Connections that may wait at once: each holds a socket, and reads when the feed moves. */
export const mostWaiting = 200

/** Of these one operator may hold so many: whoever comes again and again takes no place from the others. */
export const mostOfOne = mostWaiting / 4

/** Why a wait ended: there may be something new (or something is wrong, which whoever reads then meets), nothing came in its time, or it is over for good. */
export type Woken = 'moved' | 'quiet' | 'over'

/** A place among those who wait, for one connection. */
export type Seat = {
  /** Waits for the feed to move on from `place`, at most until the watch has ticked `until` times. Never rejects. */
  wait(place: FeedPlace, until: number): Promise<Woken>
  /** Whether it was given back, or taken back because the process stops. */
  left(): boolean
  /** Gives it back. A wait on it ends with `over`, as every later one. */
  leave: () => void
}

type Sleeper = { place: FeedPlace; until: number; wake: (why: Woken) => void }
type Watched = Pick<ReportsDeps, 'readModel' | 'clock' | 'staleAfter'>

export class FeedWatch {
  readonly #watched: Watched
  readonly #ticker: Ticker
  /** Who holds each. */
  readonly #seats = new Map<Seat, string>()
  readonly #sleepers = new Set<Sleeper>()
  #stopTicking: (() => void) | null = null
  #ticks = 0
  #looking = false
  #closed = false

  constructor(watched: Watched, ticker: Ticker = eachMoment) {
    this.#watched = watched
    this.#ticker = ticker
  }

  /** How often it has ticked; it ticks only while somebody waits. */
  get ticks(): number {
    return this.#ticks
  }

  /** A seat for an operator. Errors: RATE_LIMITED if too many wait already, or too many of that operator. */
  sit(operatorId: string): Seat {
    const theirs = [...this.#seats.values()].filter((one) => one === operatorId).length
    if (this.#seats.size >= mostWaiting || theirs >= mostOfOne)
      throw new LedgerError('RATE_LIMITED', 'Too many wait for changes at once: ask without waiting, or again after Retry-After.')
    let sleeper: Sleeper | null = null
    const seat: Seat = {
      wait: async (place, until) => {
        if (seat.left()) return 'over'
        const { promise, resolve } = Promise.withResolvers<Woken>()
        sleeper = { place, until, wake: resolve }
        const why = await this.#sleep(sleeper, promise)
        sleeper = null
        return why
      },
      left: () => !this.#seats.has(seat),
      leave: () => {
        this.#seats.delete(seat)
        sleeper?.wake('over')
      },
    }
    if (!this.#closed) this.#seats.set(seat, operatorId)
    return seat
  }

  /** Ends every wait, now and later. */
  close(): void {
    this.#closed = true
    for (const seat of this.#seats.keys()) seat.leave()
  }

  async #sleep(sleeper: Sleeper, woken: Promise<Woken>): Promise<Woken> {
    this.#sleepers.add(sleeper)
    this.#stopTicking ??= this.#ticker(() => void this.#look())
    const why = await woken
    this.#sleepers.delete(sleeper)
    if (this.#sleepers.size === 0) {
      this.#stopTicking?.()
      this.#stopTicking = null
    }
    return why
  }

  async #look(): Promise<void> {
    this.#ticks++
    // A slow answer is waited for, not asked for again meanwhile.
    if (this.#looking) return
    this.#looking = true
    const { readModel } = this.#watched
    const seen = await Promise.all([readModel.feed(), readModel.progress()]).catch(() => null)
    this.#looking = false
    for (const { place, until, wake } of this.#sleepers) {
      // What cannot be asked, or is stale, wakes everybody: they meet the error themselves.
      const wrong = seen === null || isStale(this.#watched, seen[1].asOf)
      if (wrong || seen[0].epoch !== place.epoch || seen[0].head > place.n) wake('moved')
      else if (this.#ticks >= until) wake('quiet')
    }
  }
}
