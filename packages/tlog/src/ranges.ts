// The hash over any range of leaves that a proof names, from as few tiles as hold it.
import { emptyRoot, nodeHash } from './hashes.ts'
import { type HashReader, readTile, type TileNodes } from './reader.ts'
import { tileIn } from './tiles.ts'

/** Leaves [start, end) of RFC 6962's D[start:end], where `start` is a multiple of a power of two that is no less than the length. */
export type Range = { start: bigint; end: bigint }

/** A perfect subtree: the leaves [index · 2^height, (index + 1) · 2^height). */
type Subtree = { height: number; index: bigint }

/** The perfect subtrees of the range from the left: the largest first, as the binary digits of its length say. */
export const subtreesOf = ({ start, end }: Range): Subtree[] => {
  const digits = (end - start).toString(2)
  const subtrees: Subtree[] = []
  let at = start
  for (let digit = digits.indexOf('1'); digit >= 0; digit = digits.indexOf('1', digit + 1)) {
    const height = digits.length - 1 - digit
    subtrees.push({ height, index: at >> BigInt(height) })
    at += 1n << BigInt(height)
  }
  return subtrees
}

/** A node of height 19 is one of height 3 over the tiles of level 2. */
const placeOf = ({ height, index }: Subtree) => {
  const within = height % 8
  const tile = index >> BigInt(8 - within)
  return { level: (height - within) / 8, tile, within, index: Number(index - (tile << BigInt(8 - within))) }
}

/** Root of RFC 6962 over subtrees in order, each smaller than the one before. */
export const joined = (roots: readonly Uint8Array[]): Uint8Array =>
  roots.length === 0 ? emptyRoot : roots.reduceRight((right, left) => nodeHash(left, right))

/** Roots of the subtrees of each range, of a tree of `size`, in order. Each tile is read once, all of them at the same time. */
export const readSubtrees = async (reader: HashReader, size: bigint, ranges: readonly Range[]): Promise<Uint8Array[][]> => {
  const tiles = new Map<string, Promise<TileNodes>>()
  const rootOf = async (subtree: Subtree): Promise<Uint8Array> => {
    const { level, tile, within, index } = placeOf(subtree)
    const key = `${level}/${tile}`
    const nodes = tiles.get(key) ?? readTile(reader, tileIn(size, level, tile))
    tiles.set(key, nodes)
    return (await nodes).node(within, index)
  }
  return Promise.all(ranges.map((range) => Promise.all(subtreesOf(range).map(rootOf))))
}

/** The hash over each range: MTH(D[start:end]) of RFC 6962 §2.1. Errors: RANGE_WRONG, TILE_MALFORMED, the reader's own. */
export const rangeHashes = async (reader: HashReader, size: bigint, ranges: readonly Range[]): Promise<Uint8Array[]> =>
  (await readSubtrees(reader, size, ranges)).map(joined)
