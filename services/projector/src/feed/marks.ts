// Which offsets stand for which place in the feed: so that what a consumer group has committed tells how far its system has applied it.

/** Everything up to `n` lies before the offset `ends[partition]` of each partition. */
type Mark = { n: bigint; ends: readonly bigint[] }

/** As many as a system may be behind and still be told apart; then every second is let go. */
const most = 1024

export class Marks {
  #marks: Mark[]
  readonly #ends: bigint[]

  /** `ends`: offsets behind everything up to `n`. */
  constructor(n: bigint, ends: readonly bigint[]) {
    this.#ends = [...ends]
    this.#marks = [{ n, ends }]
  }

  /** A new epoch: none of its changes is stored yet. */
  beginAgain(): void {
    this.#marks = [{ n: 0n, ends: [...this.#ends] }]
  }

  /** Something was stored in `partition`; `end`: the offset behind it. False if it lies before what was stored earlier: then this is another topic. */
  stored(partition: number, end: bigint): boolean {
    const before = this.#ends[partition] ?? 0n
    this.#ends[partition] = end
    return end > before
  }

  /** Everything up to `n` is stored. */
  reached(n: bigint): void {
    if (n <= (this.#marks.at(-1)?.n ?? -1n)) return
    this.#marks.push({ n, ends: [...this.#ends] })
    if (this.#marks.length > most) this.#marks = this.#marks.filter((_, index) => index % 2 === 0)
  }

  /** The largest `n` of which everything lies before `committed`; null if that cannot be told. A partition in which nothing was ever stored needs no commit. */
  appliedTo(committed: ReadonlyMap<number, bigint>): bigint | null {
    const found = this.#marks.findLast(({ ends }) => ends.every((end, partition) => (committed.get(partition) ?? 0n) >= end))
    return found?.n ?? null
  }
}
