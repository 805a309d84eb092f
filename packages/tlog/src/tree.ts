// A tree that grows: what must be kept to add leaves and to tell the root, and the tiles that new leaves make.
import { TlogError } from './errors.ts'
import { nodeHash } from './hashes.ts'
import { type HashReader } from './reader.ts'
import { joined, readSubtrees } from './ranges.ts'

/** The roots of the perfect subtrees of a tree, one for each binary digit 1 of its size: at most 64 hashes, whatever the size. RFC 6962 §2.1. */
export class Frontier {
  #size: bigint
  /** By height; undefined where the digit is 0. */
  readonly #roots: (Uint8Array | undefined)[]

  /** The empty tree, unless `openFrontier` or `copy` says otherwise. */
  constructor(size = 0n, roots: readonly (Uint8Array | undefined)[] = []) {
    this.#size = size
    this.#roots = [...roots]
  }

  /** Leaves so far. */
  get size(): bigint {
    return this.#size
  }

  /** Adds a leaf by its `leafHash`. One node hash each, on average. */
  append(leaf: Uint8Array): void {
    let root = leaf
    let height = 0
    for (let left = this.#roots[0]; left !== undefined; left = this.#roots[height]) {
      root = nodeHash(left, root)
      this.#roots[height] = undefined
      height += 1
    }
    this.#roots[height] = root
    this.#size += 1n
  }

  /** The root of the tree as it is now; `emptyRoot` of an empty one. */
  root(): Uint8Array {
    return joined(this.#roots.filter((root) => root !== undefined).toReversed())
  }

  /** Another one, which grows by itself. */
  copy(): Frontier {
    return new Frontier(this.#size, this.#roots)
  }
}

/** The frontier of the tree that the tiles hold: at most one tile of each level is read. Errors: RANGE_WRONG, TILE_MALFORMED, the reader's own. */
export const openFrontier = async (reader: HashReader, size: bigint): Promise<Frontier> => {
  if (size < 0n) throw new TlogError('RANGE_WRONG', `no tree has ${size} leaves`)
  const [roots = []] = await readSubtrees(reader, size, [{ start: 0n, end: size }])
  const byHeight: (Uint8Array | undefined)[] = []
  for (let rest = size; rest > 0n; rest >>= 1n) byHeight.push((rest & 1n) === 1n ? roots.pop() : undefined)
  return new Frontier(size, byHeight)
}

/** The root of the tree of that size, from its right edge. Errors as `openFrontier`. */
export const treeRoot = async (reader: HashReader, size: bigint): Promise<Uint8Array> => (await openFrontier(reader, size)).root()
