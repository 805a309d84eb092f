// The tiles on disk against those that follow from the entries; where they differ, which of the two the signed root belies.
import {
  entriesPath,
  type HashReader,
  hashSize,
  inclusionProof,
  sameBytes,
  tilePath,
  type TreeHead,
  verifyInclusion,
} from '@consent-ledger/tlog'
import { hashAt } from '../coordinates.ts'
import type { Derived, MadeTile } from '../derivation.ts'
import type { LogReader } from '../port.ts'
import { readTile } from '../reading.ts'
import { Difference } from './difference.ts'

const firstDifferent = (one: Uint8Array, other: Uint8Array, width: number): number => {
  for (let n = 0; n < width; n++) if (!sameBytes(hashAt(one, n), hashAt(other, n))) return n
  return -1
}

/** Whether the leaf hash is the one under the signed root, by the other hashes on disk. */
const holds = async (files: LogReader, { size, root }: TreeHead, index: bigint, leafHash: Uint8Array): Promise<boolean> => {
  const reader: HashReader = { tile: async (tile) => (await readTile(files, tile, size)).bytes }
  try {
    verifyInclusion({ leafHash, index, size, root, proof: await inclusionProof(reader, { index, size }) })
    return true
  } catch {
    return false
  }
}

type Leaves = { derived: Derived; path: string; onDisk: Uint8Array; n: number }

const leafDifference = async (files: LogReader, head: TreeHead, { derived, path, onDisk, n }: Leaves): Promise<Difference> => {
  const index = derived.first + BigInt(n)
  const entryHash = derived.hashes[n] ?? new Uint8Array(0)
  if (await holds(files, head, index, entryHash))
    return new Difference('TILE_WRONG', path, `${path} has another hash for leaf ${index} than its entry, which the signed root covers.`)
  const covered = (await holds(files, head, index, hashAt(onDisk, n))) ? ', which the signed root covers' : ''
  const message = `Leaf ${index}, entry ${n} of ${derived.path}, is not the one that ${path} was made of${covered}.`
  return new Difference('ENTRY_WRONG', derived.path, message)
}

/** Errors: Difference at the first tile of this bundle that is not what follows from the entries; FileFault. */
export const demandTiles = async (files: LogReader, head: TreeHead, derived: Derived): Promise<void> => {
  for (const { tile, bytes } of derived.tiles) {
    const { path, bytes: onDisk } = await readTile(files, tile, head.size)
    const n = firstDifferent(bytes, onDisk, tile.width)
    if (n === -1) continue
    if (tile.level === 0) throw await leafDifference(files, head, { derived, path, onDisk, n })
    throw new Difference('TILE_WRONG', path, `${path} has another hash at place ${n} than the tile below it gives.`)
  }
}

/** Tiles of a level in which heads may have ended a short while ago: a batch of the sequencer is at most sixteen. */
const looked = 18n

type Narrow = { path: string; whole: string }

async function* wrongBeginnings(
  files: LogReader,
  width: number,
  pathOf: (width: number) => string,
): AsyncGenerator<Narrow, void, undefined> {
  const whole = pathOf(width)
  const wide = await files.read(whole)
  if (wide === null) return
  for (let narrower = 1; narrower < width; narrower++) {
    const path = pathOf(narrower)
    const narrow = await files.read(path)
    if (narrow === null) continue
    const length = path.startsWith('tile/entries') ? narrow.length : narrower * hashSize
    if (narrow.length !== length || !sameBytes(narrow, wide.subarray(0, length))) yield { path, whole }
  }
}

/** Narrower files beside tiles and bundles that were checked, left for those who read by an older head: those that are not how the wider one begins. */
export async function* wrongNarrower(files: LogReader, tiles: readonly MadeTile[], size: bigint): AsyncGenerator<Narrow, void, undefined> {
  for (const { tile } of tiles) {
    if (tile.index + looked < size >> BigInt(8 * (tile.level + 1))) continue
    yield* wrongBeginnings(files, tile.width, (width) => tilePath({ ...tile, width }))
    if (tile.level === 0) yield* wrongBeginnings(files, tile.width, (width) => entriesPath({ ...tile, width }))
  }
}

/** Errors: Difference. */
export const demandNarrower = async (files: LogReader, tiles: readonly MadeTile[], size: bigint): Promise<void> => {
  for await (const { path, whole } of wrongNarrower(files, tiles, size))
    throw new Difference('TILE_WRONG', path, `${path} is not how ${whole} begins.`)
}
