// The root of a tree from the bytes that the files give back: what is signed was read, not remembered. One flipped bit once made a signed root unprovable (FORMATS).
import { givingTurns, type LogReader } from '@consent-ledger/logfiles'
import {
  entriesPath,
  leafHash,
  newTiles,
  sameBytes,
  tileIn,
  tilePath,
  tileRoot,
  tileWidth,
  treeRoot,
  type Tile,
} from '@consent-ledger/tlog'
import { disagrees, hashAt, readEntries, readTile } from './tileFiles.ts'

type TileReader = (tile: Tile) => Promise<Uint8Array>

/** Reads each tile once. */
const readingOnce = (files: LogReader): TileReader => {
  const read = new Map<string, Promise<Uint8Array>>()
  return (tile) => {
    const path = tilePath(tile)
    const bytes = read.get(path) ?? readTile(files, tile)
    read.set(path, bytes)
    return bytes
  }
}

/** Each entry of the bundle hashes to its place in the tile of leaf hashes. */
const demandLeaves = async (files: LogReader, hashes: Uint8Array, tile: Tile): Promise<void> => {
  for (const [n, entry] of (await readEntries(files, tile)).entries()) {
    if (sameBytes(leafHash(entry), hashAt(hashes, n))) continue
    const leafIndex = (tile.index << 8n) + BigInt(n)
    throw disagrees(`Entry ${leafIndex} in ${entriesPath(tile)} is not the one of which ${tilePath(tile)} was made`)
  }
}

/** A full tile hashes to its place in the level above. */
const demandAbove = async (read: TileReader, size: bigint, tile: Tile, bytes: Uint8Array): Promise<void> => {
  const above = tileIn(size, tile.level + 1, tile.index >> 8n)
  if (sameBytes(tileRoot(bytes), hashAt(await read(above), Number(tile.index & 0xffn)))) return
  throw disagrees(`${tilePath(tile)} does not hash to its place in ${tilePath(above)}`)
}

/**
 * Root of the tree `size`, from files alone. Every file that the tree of `from` leaves had not is derived anew: entries → leaf hashes → full tiles → root.
 * Reads in proportion to what is new, and to the height of the tree. Errors: LOG_DISAGREES names the file; those of the files.
 */
export const rootReadBack = async (files: LogReader, from: bigint, size: bigint): Promise<Uint8Array> => {
  const read = readingOnce(files)
  const turn = givingTurns()
  for (const tile of newTiles(from, size)) {
    const bytes = await read(tile)
    if (tile.level === 0) await demandLeaves(files, bytes, tile)
    if (tile.width === tileWidth) await demandAbove(read, size, tile, bytes)
    await turn()
  }
  return treeRoot({ tile: read }, size)
}
