// Appends of several events, read back together: the server names the position of the last event only, and a read for each append costs more than the append.
import type { RecordedEvent } from '@consent-ledger/domain'
import { beginning } from '../port.ts'
import type { Reads } from './reads.ts'
import { stands, type Proposal } from './wire.ts'

/** `after`: a position before the append's first event. `last`: the position of its last. */
type Awaited = { proposal: Proposal; after: bigint; last: bigint; hear: (events: RecordedEvent[] | null) => void }

/** Fewer are read each by its stream as fast. */
const worthwhile = 3
/** Events of one look, at most: others write too, and the oldest may have been sent long ago. */
const mostOfAll = 256
const mostForEach = 8

/** While one look at everything since the oldest of them is under way, the next ones gather. */
export class ReadBacks {
  readonly #reads: Reads
  #waiting: Awaited[] = []
  #looking = false

  constructor(reads: Reads) {
    this.#reads = reads
  }

  /** The events of an append that the server took, as they stand in everything; null where they were not met, which says nothing. */
  of(proposal: Proposal, after: bigint, last: bigint): Promise<RecordedEvent[] | null> {
    return new Promise((hear) => {
      this.#waiting.push({ proposal, after, last, hear })
      if (!this.#looking) void this.#look()
    })
  }

  async #look(): Promise<void> {
    this.#looking = true
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0)
      // One by one too, while nobody else looks: so that those who come meanwhile are a group.
      if (group.length < worthwhile) await Promise.all(group.map((one) => this.#alone(one)))
      else await this.#together(group)
    }
    this.#looking = false
  }

  async #alone({ proposal, hear }: Awaited): Promise<void> {
    const { stream, expected, events } = proposal
    const read = await this.#reads.stream(stream, { after: expected, limit: events.length }).catch(() => [])
    hear(stands(proposal, read) ? read : null)
  }

  async #together(group: readonly Awaited[]): Promise<void> {
    const streams = await this.#since(group).catch(() => new Map<string, RecordedEvent[]>())
    for (const { proposal, hear } of group) {
      const of = (streams.get(proposal.stream) ?? []).filter(({ revision }) => revision > proposal.expected)
      const found = of.slice(0, proposal.events.length)
      hear(stands(proposal, found) ? found : null)
    }
  }

  async #since(group: readonly Awaited[]): Promise<Map<string, RecordedEvent[]>> {
    const least = (one: bigint, other: bigint): bigint => (one < other ? one : other)
    const after = group.map((one) => one.after).reduce(least)
    if (after === beginning) return new Map()
    const last = group.map((one) => one.last).reduce((one, other) => (one > other ? one : other))
    const count = group.reduce((sum, { proposal }) => sum + proposal.events.length, 0)
    return Map.groupBy(await this.#reads.span(after, last, mostOfAll + count * mostForEach), ({ stream }) => stream)
  }
}
