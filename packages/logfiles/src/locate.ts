// Where a leaf is in the log: the read model's hint, checked, or a search among the newest leaf hashes.
import { setImmediate } from 'node:timers/promises'
import { hashSize, type Tile, sameBytes, tileIn, tileWidth } from '@consent-ledger/tlog'
import { hashAt } from './coordinates.ts'
import type { PublishedLog } from './publishedLog.ts'

/**
 * `index`: where somebody says that it is; not believed. `since`: a tree size at which it was not in the log yet. `whole`: look through everything from there on, for
 * whoever must be sure that it is not there.
 */
export type Place = { index?: bigint; since?: bigint; whole?: true }

/** Leaves that are looked through for one that nobody knows the place of: 2 MB of tiles. */
const most = 65_536n
/** Tiles read in one go; then others have their turn. */
const atOnce = 256n

const inTile = (hashes: Uint8Array, wanted: Uint8Array): number => {
  const tile = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.length)
  let at = tile.indexOf(wanted)
  // A find that lies across two hashes is none.
  while (at !== -1 && at % hashSize !== 0) at = tile.indexOf(wanted, at + 1)
  return at === -1 ? -1 : at / hashSize
}

const search = async (log: PublishedLog, size: bigint, wanted: Uint8Array, from: bigint): Promise<bigint | null> => {
  const width = BigInt(tileWidth)
  const reader = log.reader(size)
  for (let index = (size - 1n) / width; index >= 0n && (index + 1n) * width > from; index--) {
    const tile = tileIn(size, 0, index)
    const found = inTile((await reader.tile(tile)).subarray(0, tile.width * hashSize), wanted)
    if (found !== -1) return index * width + BigInt(found)
    if (index % atOnce === 0n) await setImmediate()
  }
  return null
}

const isAt = async (log: PublishedLog, size: bigint, index: bigint, wanted: Uint8Array): Promise<boolean> => {
  if (index < 0n || index >= size) return false
  const tile: Tile = tileIn(size, 0, index / BigInt(tileWidth))
  return sameBytes(hashAt(await log.reader(size).tile(tile), Number(index % BigInt(tileWidth))), wanted)
}

/**
 * Index of the leaf with this hash in the tree `size`. A hint is checked against level 0; without one that holds, the leaves from `since` on are searched, newest
 * first, and no more than the newest 65,536 unless `whole`. Null: not found among them. Errors: LOG_DISAGREES, those of the files.
 */
export const locate = async (log: PublishedLog, size: bigint, leafHash: Uint8Array, hint: Place): Promise<bigint | null> => {
  if (hint.index !== undefined && (await isAt(log, size, hint.index, leafHash))) return hint.index
  const newest = size > most && hint.whole !== true ? size - most : 0n
  const from = hint.since !== undefined && hint.since > newest ? hint.since : newest
  return size === 0n ? null : search(log, size, leafHash, from)
}
