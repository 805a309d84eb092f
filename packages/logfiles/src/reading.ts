// Reads tiles and entries of one tree where a later tree has wider ones: what a partial file holds is how the wider begin.
import { LedgerError } from '@consent-ledger/domain'
import { type Bundle, decodeEntries, entriesPath, hashSize, tilePath, tileWidth, TlogError, type Tile } from '@consent-ledger/tlog'
import { widthIn } from './coordinates.ts'
import type { LogReader } from './port.ts'

/** Something in the log contradicts something else in it. */
export const disagrees = (message: string, cause?: unknown): LedgerError =>
  new LedgerError('LOG_DISAGREES', message, cause === undefined ? {} : { cause })

/** A file of the log is not there, or is not what its name says. */
export class FileFault extends LedgerError {
  readonly fault: 'FILE_MISSING' | 'FILE_DAMAGED'
  readonly path: string
  constructor(fault: 'FILE_MISSING' | 'FILE_DAMAGED', path: string, message: string, cause?: unknown) {
    super('LOG_DISAGREES', `${path} ${message}`, { cause })
    this.fault = fault
    this.path = path
  }
}

/** `path`: of the file that was read, which may be a wider one. */
export type TileRead = { path: string; width: number; bytes: Uint8Array }

/** The full file twice: it may come, and the partial ones go, between two looks. */
const widthsToTry = (tile: Tile, newest: bigint): number[] => {
  if (tile.width === tileWidth) return [tileWidth]
  const later = widthIn(newest, tile)
  return [tile.width, tileWidth, ...(later > tile.width && later < tileWidth ? [later, tileWidth] : [])]
}

const readFirst = async (files: LogReader, widths: number[], pathOf: (width: number) => string): Promise<TileRead | null> => {
  for (const width of widths) {
    const path = pathOf(width)
    const bytes = await files.read(path)
    if (bytes !== null) return { path, width, bytes }
  }
  return null
}

/**
 * The tile, or a wider one that begins with it: full, or as wide as in the tree `newest`. Its length is checked, its hashes are not.
 * Errors: LOG_DISAGREES (missing, wrong length; names the file), those of the files.
 */
export const readTile = async (files: LogReader, tile: Tile, newest: bigint): Promise<TileRead> => {
  const pathOf = (width: number): string => tilePath({ ...tile, width })
  const read = await readFirst(files, widthsToTry(tile, newest), pathOf)
  if (read === null) throw new FileFault('FILE_MISSING', tilePath(tile), 'is missing')
  if (read.bytes.length !== read.width * hashSize)
    throw new FileFault('FILE_DAMAGED', read.path, `has ${read.bytes.length} bytes instead of ${read.width * hashSize}`)
  return read
}

/** `entries`: the first `width` of them. */
export type BundleRead = { path: string; entries: Uint8Array[] }

/** The entries of a bundle, from it or a wider one. Errors: LOG_DISAGREES (missing, malformed; names the file), those of the files. */
export const readBundle = async (files: LogReader, bundle: Bundle, newest: bigint): Promise<BundleRead> => {
  const pathOf = (width: number): string => entriesPath({ ...bundle, width })
  const read = await readFirst(files, widthsToTry({ level: 0, ...bundle }, newest), pathOf)
  if (read === null) throw new FileFault('FILE_MISSING', entriesPath(bundle), 'is missing')
  try {
    return { path: read.path, entries: decodeEntries(read.bytes, read.width).slice(0, bundle.width) }
  } catch (cause) {
    throw cause instanceof TlogError ? new FileFault('FILE_DAMAGED', read.path, `is damaged: ${cause.message}`, cause) : cause
  }
}
