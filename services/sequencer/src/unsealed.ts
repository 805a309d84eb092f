// What the store holds behind the last leaf, in global order: which of it goes into the log, and how much of it at once.
import { hash } from 'node:crypto'
import { isSealed, leafBytes, ledgerStream, type RecordedEvent } from '@consent-ledger/domain'
import { Continuity, type EventStore } from '@consent-ledger/eventstore'
import { givingTurns } from '@consent-ledger/logfiles'

/** `leaf`: null for an event that is not sealed, or was sealed before. */
export type Read = { event: RecordedEvent; leaf: Uint8Array | null }

/** `more`: there was no room for all; the rest need not be waited for. */
export type Batch = { leaves: { event: RecordedEvent; leaf: Uint8Array }[]; more: boolean }

/** Events in one read, which holds the thread. */
const pageSize = 512
/** Events of one batch, and bytes of their leaves: a batch ends on the first whole act from there on. */
const mostEvents = 4096
const mostBytes = 8 * 1024 * 1024
/** Ms between two looks that find the same, at least: time for a cluster to take back what it had not replicated. */
const leastApart = 100

/** Of streams whose events are in the log already, though the store has them behind `after`: the last revision of each, needed up to position `until`. */
export type SealedBefore = { last: ReadonlyMap<string, bigint>; until: bigint }

/** `after`: position behind which is read. `settle`: a range is handed out only once a second look finds the same: what was not replicated can still be cut. `elapsed`: ms by a clock that never goes back. */
export type Reading = { store: EventStore; after: bigint; settle: boolean; sealedBefore?: SealedBefore; elapsed?: () => number }

/** The vkey that signs from behind this event on: such an event is the last leaf under the key before. Null for every other. */
export const keyAfter = ({ stream, type, data }: RecordedEvent): string | null => {
  const { vkey } = data
  return stream === ledgerStream && type === 'LogKeyRotated' && typeof vkey === 'string' ? vkey : null
}

/** Without the act at its end, of which more may follow; empty if it is nothing but this act. */
const wholeActs = (read: readonly Read[], following = read.at(-1)): Read[] => {
  const act = following?.event.metadata.actId
  return read.slice(0, read.findLastIndex(({ event }) => event.metadata.actId !== act) + 1)
}

export class Unsealed {
  readonly #store: EventStore
  readonly #continuity: Continuity
  readonly #settle: boolean
  readonly #until: bigint
  #sealedBefore: SealedBefore | null
  /** What the last look found, where a second one is asked for: each event with the hash of what it says. */
  #seen = new Set<string>()
  #seenAt = Number.NEGATIVE_INFINITY
  readonly #elapsed: () => number
  #level = false

  constructor({ store, after, settle, sealedBefore, elapsed = () => performance.now() }: Reading) {
    this.#store = store
    this.#continuity = new Continuity(store, after)
    this.#settle = settle
    this.#elapsed = elapsed
    this.#sealedBefore = sealedBefore ?? null
    this.#until = sealedBefore?.until ?? after
  }

  /** Position of the last event handed out, or passed over because it is not sealed. */
  get position(): bigint {
    return this.#continuity.position
  }

  /** Whether nothing behind this position is in the log: only then a start may go on from there. */
  clearBehind(position: bigint): boolean {
    return position >= this.#until
  }

  /** Whether the last look found nothing but what it handed out. */
  get level(): boolean {
    return this.#level
  }

  /** The next leaves, in order. Errors: INTEGRITY (a gap), those of the store. */
  async next(): Promise<Batch> {
    if (this.#seen.size > 0 && this.#elapsed() - this.#seenAt < leastApart) return { leaves: [], more: false }
    const { read, more } = await this.#look()
    const settled = this.#settle ? this.#settled(read) : read
    const leaves: Batch['leaves'] = []
    for (const { event, leaf } of settled) {
      await this.#continuity.pass(event)
      if (leaf !== null) leaves.push({ event, leaf })
    }
    if (this.clearBehind(this.position)) this.#sealedBefore = null
    this.#level = settled.length === read.length && !more
    return { leaves, more: more && settled.length === read.length }
  }

  async #look(): Promise<{ read: Read[]; more: boolean }> {
    const read: Read[] = []
    let bytes = 0
    const turn = givingTurns()
    for (let after = this.position; ;) {
      const page = await this.#store.readAll({ after, limit: pageSize })
      for (const event of page) {
        const leaf = this.#leafOf(event)
        read.push({ event, leaf })
        bytes += leaf?.length ?? 0
        if (leaf !== null && keyAfter(event) !== null) return { read, more: true }
        await turn()
      }
      if (page.length < pageSize) return { read, more: false }
      if (read.length >= mostEvents || bytes >= mostBytes) {
        const whole = wholeActs(read)
        if (whole.length > 0) return { read: whole, more: true }
      }
      after = page.at(-1)?.position ?? after
      await turn()
    }
  }

  #leafOf(event: RecordedEvent): Uint8Array | null {
    if (!isSealed(event.stream)) return null
    const sealed = this.#sealedBefore?.last.get(event.stream)
    return sealed !== undefined && event.revision <= sealed ? null : leafBytes(event)
  }

  /** The part at the beginning that the look before found the same, as far as its acts are whole. */
  #settled(read: readonly Read[]): Read[] {
    const before = this.#seen
    const marks = read.map(({ event, leaf }) => `${event.position} ${event.id} ${leaf === null ? '' : hash('sha256', leaf, 'base64')}`)
    const changed = marks.findIndex((mark) => !before.has(mark))
    const settled = changed === -1 ? [...read] : wholeActs(read.slice(0, changed), read[changed])
    this.#seen = new Set(marks.slice(settled.length))
    this.#seenAt = this.#elapsed()
    return settled
  }
}
