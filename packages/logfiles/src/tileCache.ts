// Tiles in memory, a bounded number: those of inner levels stand over many leaves each and are kept apart from the many of leaf hashes.
import type { Tile } from '@consent-ledger/tlog'

/** 8 kB each. 4,096 inner tiles are all of a tree of 268 million leaves. */
const bounds = { leaves: 1024, inner: 4096 }

export class TileCache {
  readonly #leaves = new Map<string, Uint8Array>()
  readonly #inner = new Map<string, Uint8Array>()

  /** The tile or a wider one, which begins with it; undefined if neither is at hand. */
  get({ level, index, width }: Tile): Uint8Array | undefined {
    const tiles = this.#of(level)
    const key = `${level}/${index}`
    const found = tiles.get(key)
    if (found === undefined || found.length < width * 32) return undefined
    tiles.delete(key)
    tiles.set(key, found)
    return found
  }

  /** `bytes`: as wide as they are. The widest of a tile is kept; what was used least recently goes. */
  keep({ level, index }: Tile, bytes: Uint8Array): void {
    const tiles = this.#of(level)
    const key = `${level}/${index}`
    if ((tiles.get(key)?.length ?? 0) > bytes.length) return
    tiles.delete(key)
    tiles.set(key, bytes)
    if (tiles.size <= (level === 0 ? bounds.leaves : bounds.inner)) return
    const [oldest] = tiles.keys()
    if (oldest !== undefined) tiles.delete(oldest)
  }

  #of(level: number): Map<string, Uint8Array> {
    return level === 0 ? this.#leaves : this.#inner
  }
}
