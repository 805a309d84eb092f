// Tiles and entries as the files hold them, read for the sequencer's own ends: what is missing or malformed is a disagreement.
import { LedgerError } from '@consent-ledger/domain'
import type { LogReader } from '@consent-ledger/logfiles'
import {
  decodeEntries,
  entriesPath,
  hashSize,
  tileIn,
  tilePath,
  tileWidth,
  TlogError,
  type Bundle,
  type HashReader,
  type Tile,
} from '@consent-ledger/tlog'

export const disagrees = (message: string, cause?: unknown): LedgerError =>
  new LedgerError('LOG_DISAGREES', message, cause === undefined ? {} : { cause })

/** A partial file may be gone where a full one took its place; its beginning is the same. */
const readEither = async (files: LogReader, partial: string, whole: string): Promise<Uint8Array> => {
  const bytes = (await files.read(partial)) ?? (partial === whole ? null : await files.read(whole))
  if (bytes === null) throw disagrees(`${partial} is missing`)
  return bytes
}

/** The first `width` hashes of the tile. Errors: LOG_DISAGREES, those of the files. */
export const readTile = async (files: LogReader, tile: Tile): Promise<Uint8Array> => {
  const bytes = await readEither(files, tilePath(tile), tilePath({ ...tile, width: tileWidth }))
  if (bytes.length !== tile.width * hashSize && bytes.length !== tileWidth * hashSize)
    throw disagrees(`${tilePath(tile)} has ${bytes.length} bytes`)
  return bytes.subarray(0, tile.width * hashSize)
}

/** The first `width` entries of the bundle. Errors: LOG_DISAGREES, those of the files. */
export const readEntries = async (files: LogReader, bundle: Bundle): Promise<Uint8Array[]> => {
  const path = entriesPath(bundle)
  const partial = await files.read(path)
  const whole = partial === null && bundle.width < tileWidth ? await files.read(entriesPath({ ...bundle, width: tileWidth })) : null
  const bytes = partial ?? whole
  if (bytes === null) throw disagrees(`${path} is missing`)
  try {
    return decodeEntries(bytes, whole === null ? bundle.width : tileWidth).slice(0, bundle.width)
  } catch (cause) {
    throw cause instanceof TlogError ? disagrees(`${path} is damaged: ${cause.message}`, cause) : cause
  }
}

/** For proofs and roots of the tlog package. */
export const hashReader = (files: LogReader): HashReader => ({ tile: (tile) => readTile(files, tile) })

/** The same for a tree no larger than that of `size` leaves: of its partial tiles only wider ones may be left, with the same beginning. */
export const readerWithin = (files: LogReader, size: bigint): HashReader => ({
  tile: ({ level, index }) => readTile(files, tileIn(size, level, index)),
})

/** The nth hash of a tile. */
export const hashAt = (tile: Uint8Array, n: number): Uint8Array => tile.subarray(n * hashSize, (n + 1) * hashSize)

/** The hashes of a tile, one by one. */
export const hashesOf = (tile: Uint8Array): Uint8Array[] => Array.from({ length: tile.length / hashSize }, (_, n) => hashAt(tile, n))
