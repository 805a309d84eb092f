// The entries of the log in bundles, C2SP tlog-tiles: each entry behind its length, nothing between them and nothing behind the last.
import { TlogError } from './errors.ts'

/** Bytes of the longest entry: its length has 16 bits. */
export const longestEntry = 0xffff

/** Errors: ENTRIES_MALFORMED for an entry of more than 65,535 bytes. */
export const encodeEntries = (entries: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0))
  let at = 0
  for (const entry of entries) {
    if (entry.length > longestEntry) throw new TlogError('ENTRIES_MALFORMED', `an entry of ${entry.length} bytes is too long`)
    bytes[at] = entry.length >> 8
    bytes[at + 1] = entry.length & 0xff
    bytes.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bytes
}

/** The `width` entries of a bundle, as views of `bytes`. Errors: ENTRIES_MALFORMED if there are more or fewer, or one is cut short. */
export const decodeEntries = (bytes: Uint8Array, width: number): Uint8Array[] => {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
    if (end > bytes.length) throw new TlogError('ENTRIES_MALFORMED', `entry ${entries.length} of the bundle is cut short`)
    entries.push(new Uint8Array(bytes.buffer, bytes.byteOffset + at + 2, end - at - 2))
    at = end
  }
  if (entries.length !== width) throw new TlogError('ENTRIES_MALFORMED', `the bundle has ${entries.length} entries, not ${width}`)
  return entries
}
