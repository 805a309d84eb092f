// Tiles of a naive tree, by the definition in C2SP tlog-tiles, as a reader would find them.
import type { HashReader, Tile } from '../src/index.ts'
import type { NaiveTree } from './naive.ts'

/** Hash i of the tile is MTH(D[(index · 256 + i) · 256^level : (index · 256 + i + 1) · 256^level]). */
export const naiveTile = (tree: NaiveTree, { level, index, width }: Tile): Uint8Array => {
  const leaves = 256n ** BigInt(level)
  const hashes = Array.from({ length: width }, (_, i) => {
    const start = (index * 256n + BigInt(i)) * leaves
    return tree(start, start + leaves)
  })
  return Uint8Array.from(hashes.flatMap((hash) => [...hash]))
}

/** Answers each tile with the same array each time, and remembers which were asked for. */
export const naiveReader = (tree: NaiveTree) => {
  const kept = new Map<string, Uint8Array>()
  const asked: Tile[] = []
  const reader: HashReader = {
    tile(tile) {
      asked.push(tile)
      const key = `${tile.level}/${tile.index}/${tile.width}`
      const bytes = kept.get(key) ?? naiveTile(tree, tile)
      kept.set(key, bytes)
      return Promise.resolve(bytes)
    },
  }
  return Object.assign(reader, { asked })
}
