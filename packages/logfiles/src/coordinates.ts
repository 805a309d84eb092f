// Where hashes lie in the tiles of a tree, as far as more than one file here asks for it (C2SP tlog-tiles).
import { hashSize, tilesOf, tileWidth, type Tile } from '@consent-ledger/tlog'

/** Width of one tile in a tree of `size`; 0 if that tree has none there. */
export const widthIn = (size: bigint, { level, index }: Pick<Tile, 'level' | 'index'>): number => {
  const width = (size >> BigInt(8 * level)) - (index << 8n)
  return width <= 0n ? 0 : width >= BigInt(tileWidth) ? tileWidth : Number(width)
}

/** Tiles of a tree of `size` that are not full, lowest level first: at most one a level. */
export const edgeOf = (size: bigint): Tile[] =>
  tilesOf(size).flatMap(({ level, full, partial }) => (partial === 0 ? [] : [{ level, index: full, width: partial }]))

/** The nth hash of a tile. */
export const hashAt = (tile: Uint8Array, n: number): Uint8Array => tile.subarray(n * hashSize, (n + 1) * hashSize)
