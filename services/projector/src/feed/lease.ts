// The sink is held by one sender at a time, for a while, and again and again; whoever finds that it lost it puts it back to where it began.
import { setTimeout } from 'node:timers/promises'
import { isPassing, type FeedPlace } from '@consent-ledger/domain'
import { backOff, pause } from '@consent-ledger/eventstore'
import type { ReadModel } from '@consent-ledger/readmodel'

/** Name of the sink in the read model. */
const sink = 'kafka'

export type Leasing = {
  readModel: Pick<ReadModel, 'takeSink' | 'moveSink' | 'rewindSink'>
  /** Tells one sender from another. */
  holder: string
  /** Epoch ms. */
  clock: () => number
  /** For how long the sink is held without being taken again, ms. */
  leaseMs: number
}

/** Another sender has the sink, or may have it. */
export class SinkLost extends Error {}

export class Lease {
  readonly #leasing: Leasing
  readonly #ending = new AbortController()
  #until = 0
  #seen: FeedPlace | null = null
  #keeping: Promise<void> = Promise.resolve()

  constructor(leasing: Leasing) {
    this.#leasing = leasing
  }

  /** Takes the sink, or keeps it. Where it stands; null while another holds it. Errors: of the read model. */
  async take(): Promise<FeedPlace | null> {
    const { readModel, holder, clock, leaseMs } = this.#leasing
    const now = clock()
    const place = await readModel.takeSink(sink, holder, now, now + leaseMs)
    this.#until = place === null ? 0 : now + leaseMs
    this.#seen = place
    return place
  }

  /** Takes it again where it stands. Errors: SinkLost, and those of the read model. */
  async retake(): Promise<FeedPlace> {
    const place = await this.take()
    if (place === null) throw new SinkLost()
    return place
  }

  /** Whether the sink was last seen at `place`; false also where that is not known. */
  isAt({ epoch, n }: FeedPlace): boolean {
    return this.#seen?.epoch === epoch && this.#seen.n === n
  }

  /** Throws SinkLost if it is not held by this clock: a process that was frozen finds out here, before it sends. */
  demandHeld(): void {
    if (this.#leasing.clock() >= this.#until) throw new SinkLost()
  }

  /** Keeps the sink until `end` is called, however long a send takes. A read model that is away, or another holder, lets it lapse. */
  keep(): void {
    this.#keeping = this.#renew()
  }

  async #renew(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      // Real time, as the sends that it is to outlast.
      await setTimeout(this.#leasing.leaseMs / 4, undefined, { signal, ref: false }).catch(() => {})
      if (!signal.aborted && this.#until > 0) await this.take().catch(() => {})
    }
  }

  /** Moves the sink. False if this sender does not hold it, or it was put back meanwhile; nothing moved then. */
  async move(from: FeedPlace, to: bigint): Promise<boolean> {
    const moved = await this.#leasing.readModel.moveSink(sink, this.#leasing.holder, from, to)
    if (moved) this.#seen = { ...from, n: to }
    return moved
  }

  /**
   * Puts the sink back to `place`, whoever holds it: what this sender sent from there on may lie behind what the new holder has sent since, and is so overtaken once
   * more. Tried until it is done, or `signal` aborts.
   */
  async rewind(place: FeedPlace, signal: AbortSignal): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        await this.#leasing.readModel.rewindSink(sink, place)
        return
      } catch (error) {
        if (!isPassing(error) || signal.aborted) throw error
        await pause(backOff(failures, 5000), signal)
      }
    }
  }

  /** Ends the keeping. `free`: nothing that was sent is under way, so another may take it at once; else it lapses. */
  async end(free: boolean): Promise<void> {
    this.#ending.abort()
    await this.#keeping
    const { readModel, holder, clock } = this.#leasing
    const now = clock()
    if (free && this.#until > now) await readModel.takeSink(sink, holder, now, now).catch(() => null)
    this.#until = 0
  }
}
