// The one port of this package: whoever has tiles can have proofs. And what is made of a tile once it is read.
import { TlogError } from './errors.ts'
import { hashSize, nodeHashInto } from './hashes.ts'
import { tilePath, type Tile, tileWidth } from './tiles.ts'

/**
 * Tiles of a tree. Where a partial one is asked for, a wider one will do: its first hashes are the same. The bytes are never changed after they were
 * answered, and a reader that answers twice with the same array spares its inner nodes being hashed twice.
 */
export type HashReader = { tile(tile: Tile): Promise<Uint8Array> }

/** The perfect subtree over one tile, its nodes hashed when they are asked for and then kept: at most as much again as the tile itself. */
export class TileNodes {
  /** By height, the nodes one after another; row 0 is the tile. */
  readonly #rows: Uint8Array[]
  /** By height, 1 for a node that was hashed. */
  readonly #hashed: Uint8Array[] = []

  constructor(bytes: Uint8Array) {
    this.#rows = [bytes]
  }

  /** `height` 0 is the hashes of the tile, 8 the root of a full one; `index` counts from the left of the tile, and all below it is within the tile. */
  node(height: number, index: number): Uint8Array {
    this.#hash(height, index)
    return Uint8Array.from(this.#row(height).subarray(index * hashSize, (index + 1) * hashSize))
  }

  #row(height: number): Uint8Array {
    return (this.#rows[height] ??= new Uint8Array((tileWidth >> height) * hashSize))
  }

  #hash(height: number, index: number): void {
    if (height === 0) return
    const hashed = (this.#hashed[height] ??= new Uint8Array(tileWidth >> height))
    if (hashed[index] === 1) return
    this.#hash(height - 1, 2 * index)
    this.#hash(height - 1, 2 * index + 1)
    nodeHashInto(this.#row(height), index, this.#row(height - 1))
    hashed[index] = 1
  }
}

/** The hash that stands for a full tile on the level above. Errors: TILE_MALFORMED unless it is 256 hashes. */
export const tileRoot = (full: Uint8Array): Uint8Array => {
  if (full.length !== tileWidth * hashSize) throw new TlogError('TILE_MALFORMED', `a full tile has 8192 bytes, not ${full.length}`)
  return new TileNodes(full).node(8, 0)
}

/** Goes with the array, so it is as large as what the reader keeps. */
const nodesOf = new WeakMap<Uint8Array, TileNodes>()

/** Reads a tile. Errors: TILE_MALFORMED if it is not at least `width` whole hashes, or more than 256; whatever the reader throws. */
export const readTile = async (reader: HashReader, tile: Tile): Promise<TileNodes> => {
  const bytes = await reader.tile(tile)
  if (bytes.length % hashSize !== 0 || bytes.length < tile.width * hashSize || bytes.length > tileWidth * hashSize)
    throw new TlogError('TILE_MALFORMED', `${tilePath(tile)} has ${bytes.length} bytes, not ${tile.width * hashSize}`)
  const nodes = nodesOf.get(bytes) ?? new TileNodes(bytes)
  nodesOf.set(bytes, nodes)
  return nodes
}
