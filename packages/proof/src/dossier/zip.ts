// The zip of a dossier: stored, sorted, at a fixed time, so that the same files give the same bytes.
import { zipSync } from 'fflate'

/** Zip has no time zone: this is 1980-01-01 wherever it is made. */
const noTime = new Date(1980, 0, 1)

/** Packs files (path → bytes), by the order of their paths' code units. Nothing is compressed: a dossier is small, and any tool reads it. */
export const zipOf = (files: ReadonlyMap<string, Uint8Array>): Uint8Array => {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  return zipSync(Object.fromEntries(sorted), { level: 0, mtime: noTime })
}
