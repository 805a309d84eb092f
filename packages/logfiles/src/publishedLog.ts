// The published log as those read it who serve it or make proofs from it: its head, its tiles, its entries. They hold no key and believe no file.
import { LedgerError } from '@consent-ledger/domain'
import { type HashReader, openTreeHead, parseVkey, sameBytes, tileIn, tileWidth, TlogError, type Verifier } from '@consent-ledger/tlog'
import type { LogReader } from './port.ts'
import { disagrees, readBundle, readTile } from './reading.ts'
import { TileCache } from './tileCache.ts'

/** The head of the newest published tree. `note`: with the lines of the witnesses. */
export type PublishedHead = { size: bigint; root: Uint8Array; note: string }

export class PublishedLog {
  readonly #files: LogReader
  readonly #keys: () => readonly string[]
  readonly #tiles = new TileCache()
  readonly #verifiers = new Map<string, Verifier>()
  #last: PublishedHead | null = null

  /** `keys`: vkeys of the log as the ledger names them, asked anew for each new head. */
  constructor(files: LogReader, keys: () => readonly string[]) {
    this.#files = files
    this.#keys = keys
  }

  /** The keys by which heads of this log are signed. */
  verifiers(): Verifier[] {
    return this.#keys().map((vkey) => {
      const known = this.#verifiers.get(vkey) ?? parseVkey(vkey)
      this.#verifiers.set(vkey, known)
      return known
    })
  }

  /**
   * The published head, its signature checked; null before the first. Never one of a smaller tree than was seen before: a file that went back is not followed.
   * Errors: LOG_DISAGREES (not a head, a wrong signature, another root for the same size), NOT_PUBLISHED (signed by none of the keys: one that the ledger names
   * only now may be known a moment later), those of the files.
   */
  async head(): Promise<PublishedHead | null> {
    const bytes = await this.#files.read('checkpoint')
    if (bytes === null) return this.#last
    const note = Buffer.from(bytes).toString('utf8')
    if (note === this.#last?.note) return this.#last
    const { size, root } = this.#opened(note)
    if (this.#last !== null && size < this.#last.size) return this.#last
    if (this.#last?.size === size && !sameBytes(this.#last.root, root))
      throw disagrees(`checkpoint has another root for the tree of ${size} leaves than it had before`)
    this.#last = { size, root, note }
    return this.#last
  }

  #opened(note: string): { size: bigint; root: Uint8Array } {
    try {
      return openTreeHead(note, this.verifiers()).head
    } catch (cause) {
      if (!(cause instanceof TlogError)) throw cause
      if (cause.code === 'SIGNATURE_MISSING' || cause.code === 'ORIGIN_UNKNOWN')
        throw new LedgerError('NOT_PUBLISHED', 'The published head is signed by none of the keys that the ledger names.', { cause })
      throw disagrees(`checkpoint is not a head of this log: ${cause.message}`, cause)
    }
  }

  /** Tiles of a published tree of this size. Those read last are kept, as many as `TileCache` has room for. Errors of its reads: LOG_DISAGREES, those of the files. */
  reader(size: bigint): HashReader {
    return {
      tile: async (tile) => {
        const kept = this.#tiles.get(tile)
        if (kept !== undefined) return kept
        const { bytes } = await readTile(this.#files, tile, this.#newest(size))
        this.#tiles.keep(tile, bytes)
        return bytes
      },
    }
  }

  /**
   * Entries [from, to) of a published tree, in order, a bundle in memory at a time. They are not held against the hashes.
   * Errors: LOG_DISAGREES (a bundle is missing or malformed; names the file), those of the files.
   */
  async *entries(from: bigint, to: bigint): AsyncGenerator<{ index: bigint; entry: Uint8Array }, void, undefined> {
    for (let index = from; index < to;) {
      const bundle = tileIn(to, 0, index / BigInt(tileWidth))
      const { entries } = await readBundle(this.#files, bundle, this.#newest(to))
      for (const entry of entries.slice(Number(index % BigInt(tileWidth)))) yield { index: index++, entry }
    }
  }

  #newest(size: bigint): bigint {
    const known = this.#last?.size ?? 0n
    return known > size ? known : size
  }
}
