// Each stream whole in the log, from its first event on: a leaf that was left out shows by the one behind it. Keeps one line for each stream.
import { Difference } from './difference.ts'
import type { Leaf, Watcher } from './watcher.ts'

export class Revisions implements Watcher {
  readonly #last = new Map<string, number>()

  see({ index, place }: Leaf): undefined {
    if (place === null) return
    const expected = this.lastOf(place.stream) + 1n
    if (place.revision !== expected)
      throw new Difference(
        'REVISION_WRONG',
        `leaf ${index}`,
        `Leaf ${index} is revision ${place.revision} of ${place.stream}, where revision ${expected} comes next: an event is left out, or there twice.`,
      )
    this.#last.set(place.stream, Number(place.revision))
  }

  /** Last revision of a stream among the leaves seen so far, -1 if it has none. */
  lastOf(stream: string): bigint {
    return BigInt(this.#last.get(stream) ?? -1)
  }
}
