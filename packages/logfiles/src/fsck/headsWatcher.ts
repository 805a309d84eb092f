// Every head that was signed, from the stream `tree-heads`, against the tree as it was at that size.
import { treeHeadEvents, treeHeadsStream, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, readOn, type StreamReader } from '@consent-ledger/eventstore'
import { openTreeHead, sameBytes, type Verifier } from '@consent-ledger/tlog'
import { demanding, Difference } from './difference.ts'
import type { Leaf, Watcher } from './watcher.ts'

/** A head as it stands in the stream. */
export type Signed = { size: bigint; note: string; revision: bigint }

const signedIn = ({ type, data, revision }: RecordedEvent): Signed | null => {
  if (type !== 'TreeHeadSigned') return null
  const { size, note } = demanding('HEAD_WRONG', treeHeadsStream, `Revision ${revision} of ${treeHeadsStream} is not a head`, () =>
    treeHeadEvents.TreeHeadSigned.parse(data),
  )
  return { size: BigInt(size), note, revision }
}

async function* signedHeads(store: StreamReader): AsyncGenerator<Signed, void, undefined> {
  for await (const page of readOn(store, treeHeadsStream, beginning)) {
    for (const event of page) {
      const signed = signedIn(event)
      if (signed !== null) yield signed
    }
  }
}

export class HeadsWatcher implements Watcher {
  readonly #heads: AsyncGenerator<Signed, void, undefined>
  readonly #accepted: (size: bigint) => Verifier[]
  #next: Signed | null = null
  #begun = false
  #checked = 0

  readonly #beyond: ((head: Signed) => Promise<void>) | undefined

  /**
   * `accepted`: the keys that may sign a head of that size, as far as the leaves below it name them. `beyond`: hears of each head that is larger than the tree that
   * was read through.
   */
  constructor(store: StreamReader, accepted: (size: bigint) => Verifier[], beyond?: (head: Signed) => Promise<void>) {
    this.#beyond = beyond
    this.#heads = signedHeads(store)
    this.#accepted = accepted
  }

  /** How many heads were found right. */
  get checked(): number {
    return this.#checked
  }

  see(leaf: Leaf): Promise<void> | undefined {
    const waits = this.#begun && (this.#next === null || this.#next.size > leaf.tree.size)
    return waits ? undefined : this.#check(leaf)
  }

  async #check({ tree }: Leaf): Promise<void> {
    if (!this.#begun) await this.#advance()
    while (this.#next !== null && this.#next.size <= tree.size) {
      this.#demand(this.#next, tree.size, tree.root())
      await this.#advance()
    }
  }

  async #advance(): Promise<void> {
    this.#begun = true
    const { value } = await this.#heads.next()
    this.#next = value ?? null
  }

  #demand({ size, note, revision }: Signed, reached: bigint, root: Uint8Array): void {
    const where = `${treeHeadsStream} revision ${revision}`
    const wrong = (what: string): Difference => new Difference('HEAD_WRONG', where, `The head of ${size} leaves, ${where}, ${what}.`)
    if (size < reached) throw wrong('comes behind a larger one')
    const { head } = demanding('HEAD_WRONG', where, `The head of ${size} leaves, ${where}, is not one of this log`, () =>
      openTreeHead(note, this.#accepted(size)),
    )
    if (head.size !== size || !sameBytes(head.root, root)) throw wrong('has another root than the entries give')
    this.#checked += 1
  }

  async end(): Promise<void> {
    for (; this.#beyond !== undefined && this.#next !== null; await this.#advance()) await this.#beyond(this.#next)
    await this.#heads.return()
  }
}
