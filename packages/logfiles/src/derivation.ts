// What follows from the entries alone: leaf hashes, tiles, roots. A bundle at a time, so that memory does not grow with the log.
import { leafHash, tileIn, tileRoot, tileWidth, type Tile } from '@consent-ledger/tlog'
import { edgeOf } from './coordinates.ts'
import type { LogReader } from './port.ts'
import { readBundle } from './reading.ts'

export type MadeTile = { tile: Tile; bytes: Uint8Array }

/** One bundle and what is complete with it. `path`: where its entries were read. `tiles`: that of its leaf hashes first, then those above, lowest level first. */
export type Derived = { first: bigint; path: string; entries: Uint8Array[]; hashes: Uint8Array[]; tiles: MadeTile[] }

/** The tiles above level 0 that are not full yet. */
class Above {
  readonly #open: Uint8Array[][] = []

  /** Takes the root of a full tile of the level below; the tiles that are full by it. `first`: of the leaves that came last. */
  add(level: number, root: Uint8Array, first: bigint): MadeTile[] {
    const open = (this.#open[level] ??= [])
    open.push(root)
    if (open.length < tileWidth) return []
    this.#open[level] = []
    const bytes = Buffer.concat(open)
    const tile = { level, index: first >> BigInt(8 * (level + 1)), width: tileWidth }
    return [{ tile, bytes }, ...this.add(level + 1, tileRoot(bytes), first)]
  }

  edge(size: bigint): MadeTile[] {
    return edgeOf(size)
      .filter(({ level }) => level > 0)
      .map((tile) => ({ tile, bytes: Buffer.concat(this.#open[tile.level] ?? []) }))
  }
}

/**
 * Everything that follows from the entries of the tree `size`, in order; the tiles of its right edge come with the last bundle.
 * Errors: LOG_DISAGREES (a bundle is missing or malformed), those of the files.
 */
export async function* derive(files: LogReader, size: bigint): AsyncGenerator<Derived, void, undefined> {
  const above = new Above()
  for (let first = 0n; first < size; first += BigInt(tileWidth)) {
    const bundle = tileIn(size, 0, first / BigInt(tileWidth))
    const { path, entries } = await readBundle(files, bundle, size)
    const hashes = entries.map(leafHash)
    const bytes = Buffer.concat(hashes)
    const tiles = [{ tile: bundle, bytes }, ...(bundle.width === tileWidth ? above.add(1, tileRoot(bytes), first) : [])]
    const last = first + BigInt(bundle.width) >= size
    yield { first, path, entries, hashes, tiles: last ? [...tiles, ...above.edge(size)] : tiles }
  }
}
