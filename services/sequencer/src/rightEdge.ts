// The open end of the tree in memory: the tiles that are not full yet, to which entries are added and from which files are made.
import type { LogReader, NewFile } from '@consent-ledger/logfiles'
import {
  encodeEntries,
  entriesPath,
  leafHash,
  openFrontier,
  tilePath,
  tileRoot,
  tilesOf,
  tileWidth,
  type Frontier,
} from '@consent-ledger/tlog'
import { hashesOf, hashReader, readEntries, readTile } from './tileFiles.ts'

export class RightEdge {
  readonly #frontier: Frontier
  /** By level: the hashes of the tile that is not full. */
  readonly #levels: Uint8Array[][]
  /** Of the bundle that is not full. */
  #entries: Uint8Array[]
  #made: NewFile[] = []
  /** Levels whose open tile has grown since files were last taken. */
  readonly #grown = new Set<number>()

  private constructor(frontier: Frontier, levels: Uint8Array[][], entries: Uint8Array[]) {
    this.#frontier = frontier
    this.#levels = levels
    this.#entries = entries
  }

  /** Of the tree `size` as the files hold it. Reads one tile a level, whatever the size. Errors: LOG_DISAGREES, those of the files. */
  static async open(files: LogReader, size: bigint): Promise<RightEdge> {
    const levels: Uint8Array[][] = []
    for (const { level, full: index, partial: width } of tilesOf(size))
      levels.push(width === 0 ? [] : hashesOf(await readTile(files, { level, index, width })))
    const [bottom] = tilesOf(size)
    const open = bottom !== undefined && bottom.partial > 0
    const entries = open ? await readEntries(files, { index: bottom.full, width: bottom.partial }) : []
    return new RightEdge(await openFrontier(hashReader(files), size), levels, entries)
  }

  get size(): bigint {
    return this.#frontier.size
  }

  root(): Uint8Array {
    return this.#frontier.root()
  }

  /** Adds one leaf. Nothing is written. */
  add(entry: Uint8Array): void {
    const leaf = leafHash(entry)
    this.#frontier.append(leaf)
    this.#entries.push(entry)
    if (this.#entries.length === tileWidth) {
      this.#made.push({ path: entriesPath({ index: (this.size >> 8n) - 1n, width: tileWidth }), bytes: encodeEntries(this.#entries) })
      this.#entries = []
    }
    this.#addHash(leaf)
  }

  #addHash(leaf: Uint8Array): void {
    let hash = leaf
    for (let level = 0; ; level++) {
      const tile = (this.#levels[level] ??= [])
      tile.push(hash)
      this.#grown.add(level)
      if (tile.length < tileWidth) return
      const bytes = Buffer.concat(tile)
      const index = (this.size >> BigInt(8 * (level + 1))) - 1n
      this.#made.push({ path: tilePath({ level, index, width: tileWidth }), bytes })
      hash = tileRoot(bytes)
      this.#levels[level] = []
      this.#grown.delete(level)
    }
  }

  /** Every file of this tree that was not taken before: full ones, and the open ones that have grown. */
  takeFiles(): NewFile[] {
    const files = this.#made
    for (const { level, full: index, partial: width } of tilesOf(this.size)) {
      if (width === 0 || !this.#grown.has(level)) continue
      files.push({ path: tilePath({ level, index, width }), bytes: Buffer.concat(this.#levels[level] ?? []) })
      if (level === 0) files.push({ path: entriesPath({ index, width }), bytes: encodeEntries(this.#entries) })
    }
    this.#made = []
    this.#grown.clear()
    return files
  }
}
