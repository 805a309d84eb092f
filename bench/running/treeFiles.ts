// The hash tiles of a tree of many leaves on disk, without its entries: what proofs are made from.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hashSize, tilePath, tileRoot, tileWidth } from '@consent-ledger/tlog'
import { newPath } from './place.ts'

const write = (directory: string, level: number, index: number, bytes: Uint8Array): void => {
  const width = bytes.length / hashSize
  const file = join(directory, 'public', tilePath({ level, index: BigInt(index), width }))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bytes)
}

/** The hashes of the level above: one for each full tile. */
const written = (directory: string, level: number, hashes: Buffer): Buffer => {
  const tileBytes = tileWidth * hashSize
  const roots: Uint8Array[] = []
  for (let at = 0; at < hashes.length; at += tileBytes) {
    const tile = hashes.subarray(at, Math.min(at + tileBytes, hashes.length))
    write(directory, level, at / tileBytes, tile)
    if (tile.length === tileBytes) roots.push(tileRoot(tile))
  }
  return Buffer.concat(roots)
}

/** Makes a directory of a log of `leaves` leaves, each hash another. */
export const treeFiles = (leaves: number): string => {
  const directory = newPath(`tree-${leaves}`)
  let hashes: Buffer = Buffer.alloc(leaves * hashSize)
  for (let at = 0; at < hashes.length; at += tileWidth * hashSize) {
    const seed = createHash('sha256').update(String(at)).digest()
    for (let n = at; n < Math.min(at + tileWidth * hashSize, hashes.length); n += hashSize) {
      seed.copy(hashes, n)
      hashes.writeUInt32BE(n / hashSize, n)
    }
  }
  for (let level = 0; hashes.length > 0; level++) hashes = written(directory, level, hashes)
  return directory
}
