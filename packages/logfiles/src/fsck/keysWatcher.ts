// The keys of the log gathered from its leaves, and the published head checked with the one that signs trees of its size.
import { openTreeHead, parseVkey, TlogError, type Verifier } from '@consent-ledger/tlog'
import { LogKeys } from '../logKeys.ts'
import { demanding, Difference } from './difference.ts'
import type { Leaf, Watcher } from './watcher.ts'

export class KeysWatcher implements Watcher {
  readonly named = new LogKeys()
  readonly #given: readonly string[]
  #size = 0n

  /** `given`: keys that the caller trusts; none: those that the log names are taken at their word. */
  constructor(given: readonly string[]) {
    this.#given = given
  }

  see({ index, entry, place }: Leaf): undefined {
    this.#size = index + 1n
    if (place === null) return
    const what = `Leaf ${index}, ${place.type}, names no key as it should`
    demanding(place.type === 'LogKeyRotated' ? 'KEY_ROTATION_WRONG' : 'LEAF_WRONG', `leaf ${index}`, what, () =>
      this.named.see(place, index, entry),
    )
  }

  /** The key that signs the tree of all leaves seen must be one that is trusted; the keys before it are vouched for by this tree, which names them. */
  async end(): Promise<void> {
    if (this.#given.length === 0 || this.named.all.length === 0 || this.named.isReached(this.#size, this.#given)) return
    throw new Difference(
      'KEY_UNKNOWN',
      'stream ledger',
      'None of the keys that were given signs this log, or handed it to the one that does.',
    )
  }

  /** Those that may sign a head of this size. A log that names none goes by what was given. */
  accepted(size: bigint): Verifier[] {
    const signing = this.named.signing(size)
    return signing === undefined ? this.#given.map(parseVkey) : [signing]
  }

  /** Whether a key that is known by now says outright that it never signed this head: then no other difference is worth telling. */
  denies(note: string, size: bigint): boolean {
    try {
      openTreeHead(note, this.accepted(size))
      return false
    } catch (error) {
      return error instanceof TlogError && error.code === 'SIGNATURE_WRONG'
    }
  }
}
