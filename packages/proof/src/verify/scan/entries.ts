// The entries of a log from any copy of its bundles, in order: C2SP tlog-tiles, `tile/entries/…`.
import { decodeEntries, entriesPath, TlogError } from '@consent-ledger/tlog'
import { VerifyError } from '../finding.ts'

/** A copy of the entry bundles: `path` as in `tile/entries/x001/067.p/3`; null for what is not there. */
export type EntryFiles = { read(path: string): Promise<Uint8Array | null> }

const fullWidth = 256

/** A narrower bundle is the beginning of a wider one, which may have taken its place. Errors: ENTRIES_MISSING. */
const bundle = async (files: EntryFiles, index: bigint, needed: number): Promise<{ path: string; bytes: Uint8Array; width: number }> => {
  for (let width = needed; width <= fullWidth; width += 1) {
    const path = entriesPath({ index, width })
    const bytes = await files.read(path)
    if (bytes !== null) return { path, bytes, width }
  }
  throw new VerifyError('ENTRIES_MISSING', entriesPath({ index, width: needed }))
}

/** The first `size` entries with their index. One bundle is in memory at a time. Errors (VerifyError): ENTRIES_MISSING, ENTRIES_MALFORMED. */
export async function* entriesOf(files: EntryFiles, size: bigint): AsyncGenerator<{ index: bigint; entry: Uint8Array }> {
  for (let first = 0n; first < size; first += BigInt(fullWidth)) {
    const needed = size - first < fullWidth ? Number(size - first) : fullWidth
    const { path, bytes, width } = await bundle(files, first / BigInt(fullWidth), needed)
    let entries: Uint8Array[]
    try {
      entries = decodeEntries(bytes, width)
    } catch (cause) {
      if (cause instanceof TlogError) throw new VerifyError('ENTRIES_MALFORMED', path, undefined, { cause })
      throw cause
    }
    for (const [n, entry] of entries.slice(0, needed).entries()) yield { index: first + BigInt(n), entry }
  }
}
