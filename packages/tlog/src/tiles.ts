// Where the hashes of a tree lie: C2SP tlog-tiles. A tile is 256 hashes of one level, and each hash of the level above is the root of a full one.
import { TlogError } from './errors.ts'

/** Hashes in a full tile, entries in a full bundle. */
export const tileWidth = 256

/** `level` 0 holds leaf hashes, up to 63. `index` counts from the left. `width`: hashes in it, 256 when full, else 1…255. */
export type Tile = { level: number; index: bigint; width: number }

/** Entries of one file, where `index` and `width` mean what they mean for the tile of level 0. */
export type Bundle = { index: bigint; width: number }

/** 1234067 is `x001/x234/067`, so that no directory has more than a thousand files. */
const indexPath = (index: bigint): string => {
  const digits = index.toString()
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  return groups.map((group, n) => (n < groups.length - 1 ? `x${group}` : group)).join('/')
}

const widthPath = (width: number): string => (width === tileWidth ? '' : `.p/${width}`)

/** `tile/<level>/<index>[.p/<width>]`. */
export const tilePath = ({ level, index, width }: Tile): string => `tile/${level}/${indexPath(index)}${widthPath(width)}`

/** `tile/entries/<index>[.p/<width>]`. */
export const entriesPath = ({ index, width }: Bundle): string => `tile/entries/${indexPath(index)}${widthPath(width)}`

const path = /^tile\/(?<kind>entries|\d{1,2})\/(?<index>(?:x(?!000)\d{3}\/(?:x\d{3}\/){0,4})?\d{3})(?:\.p\/(?<width>[1-9]\d{0,2}))?$/

/** What the path names; null for everything that `tilePath` and `entriesPath` do not write. */
export const parseTilePath = (text: string): { tile: Tile } | { entries: Bundle } | null => {
  const { kind, index: written, width: narrow } = path.exec(text)?.groups ?? {}
  if (kind === undefined || written === undefined) return null
  const width = narrow === undefined ? tileWidth : Number(narrow)
  const index = BigInt(written.replaceAll(/[x/]/g, ''))
  if (narrow !== undefined && width >= tileWidth) return null
  if (kind === 'entries') return { entries: { index, width } }
  const level = Number(kind)
  return level > 63 || String(level) !== kind ? null : { tile: { level, index, width } }
}

/** One level of a tree: how many full tiles, and the width of the partial one behind them, 0 if there is none. */
export type TileLevel = { level: number; full: bigint; partial: number }

/** The levels of a tree of this many leaves, lowest first; none for the empty tree. */
export const tilesOf = (size: bigint): TileLevel[] => {
  const levels: TileLevel[] = []
  for (let level = 0, hashes = size; hashes > 0n; level++, hashes >>= 8n)
    levels.push({ level, full: hashes >> 8n, partial: Number(hashes & 0xffn) })
  return levels
}

/**
 * Every tile, full or partial, that the tree of `newSize` has and the tree of `oldSize` has not; lowest level first, then from the left.
 * A tile that has grown is a new one, by its width. Those of level 0 are the bundles of entries as well.
 */
export const newTiles = (oldSize: bigint, newSize: bigint): Tile[] =>
  tilesOf(newSize).flatMap(({ level, full, partial }) => {
    const before = oldSize >> BigInt(8 * level)
    if (before >= (full << 8n) + BigInt(partial)) return []
    const tiles: Tile[] = []
    for (let index = before >> 8n; index < full; index++) tiles.push({ level, index, width: tileWidth })
    if (partial > 0) tiles.push({ level, index: full, width: partial })
    return tiles
  })

/** The tile as it is in a tree of this size. Errors: RANGE_WRONG if that tree has none there. */
export const tileIn = (size: bigint, level: number, index: bigint): Tile => {
  const width = (size >> BigInt(8 * level)) - (index << 8n)
  if (width <= 0n || index < 0n) throw new TlogError('RANGE_WRONG', `a tree of ${size} has no tile ${index} on level ${level}`)
  return { level, index, width: width < 256n ? Number(width) : tileWidth }
}
