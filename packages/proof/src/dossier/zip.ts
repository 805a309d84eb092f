// The zip of a dossier: stored, sorted, at a fixed time, so that the same files give the same bytes.
import { zipSync } from 'fflate'
import { zip64End, zip64From } from './zip64.ts'

/** Bytes of one file and of all files together, which builder and verifier keep to: some 150,000 events. */
export const archiveLimits = { file: 128 * 1024 * 1024, total: 512 * 1024 * 1024 } as const

/** Zip has no time zone: this is 1980-01-01 wherever it is made. */
const noTime = new Date(1980, 0, 1)
/** Length of the end record without a comment (APPNOTE.TXT 4.3.16), and where in it the directory's bytes and offset stand. */
const endLength = 22
const sizeIn = 12
const offsetIn = 16

/** fflate writes the count of files into two bytes: where they are too few, the record that has eight goes before it. */
const withLargerEnd = (zip: Uint8Array, count: number): Uint8Array => {
  const at = zip.length - endLength
  const end = Buffer.from(zip.subarray(at))
  const larger = zip64End({ count, directorySize: end.readUInt32LE(sizeIn), directoryAt: end.readUInt32LE(offsetIn) })
  end.writeUInt32LE(0xff_ff_ff_ff, 8)
  return Buffer.concat([zip.subarray(0, at), larger, end])
}

/**
 * Packs files (path → bytes), by the order of their paths' code units. Nothing is compressed: a dossier is small, and any tool reads it. From 65,535 files on it ends as
 * ZIP64 does. The files together stay below `archiveLimits`.
 */
export const zipOf = (files: ReadonlyMap<string, Uint8Array>): Uint8Array => {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  const zip = zipSync(Object.fromEntries(sorted), { level: 0, mtime: noTime })
  return files.size < zip64From ? zip : withLargerEnd(zip, files.size)
}
