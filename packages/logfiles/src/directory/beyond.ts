// What lies beyond a tree of some size: files of a batch that was cut short, found from the right edge on.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entriesPath, tilePath, tilesOf, tileWidth, type Bundle } from '@consent-ledger/tlog'
import { placeOf } from './places.ts'

/** A batch makes its files in any order, so some in the middle may lack: the search ends where so many tiles in a row do. */
const gap = 64n

const fileOf = (root: string, path: string): string => placeOf(root, path)?.file ?? root

/** Widths of the partial files of one tile that are there. */
const widthsIn = (root: string, partial: string): number[] => {
  const directory = dirname(fileOf(root, partial))
  return existsSync(directory) ? readdirSync(directory).map(Number).filter(Number.isInteger) : []
}

/** Paths of the files of one level, or of the entries, that reach beyond `full` whole ones and one of the width `partial`. */
const beyondOn = (root: string, pathOf: (at: Bundle) => string, full: bigint, partial: number): string[] => {
  const found: string[] = []
  let missing = 0n
  for (let index = full; missing < gap; index++) {
    const widths = widthsIn(root, pathOf({ index, width: 1 })).filter((width) => index > full || width > partial)
    if (existsSync(fileOf(root, pathOf({ index, width: tileWidth })))) widths.push(tileWidth)
    found.push(...widths.map((width) => pathOf({ index, width })))
    missing = widths.length > 0 || index === full ? 0n : missing + 1n
  }
  return found
}

/** Every tile and bundle that reaches beyond the tree of `size` leaves, as paths of the log. */
export const beyond = (root: string, size: bigint): string[] => {
  const levels = tilesOf(size)
  const [bottom = { full: 0n, partial: 0 }] = levels
  const found = beyondOn(root, entriesPath, bottom.full, bottom.partial)
  // A tree grows by a level at a time, or not at all.
  for (let level = 0; level <= levels.length || existsSync(join(root, 'public', 'tile', String(level))); level++) {
    const { full, partial } = levels[level] ?? { full: 0n, partial: 0 }
    found.push(...beyondOn(root, (at) => tilePath({ level, ...at }), full, partial))
  }
  return found
}
