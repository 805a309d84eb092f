// A log as a witness sees one: tree heads under its key and proofs between them. It can lie: two logs of one key are two histories.
import {
  consistencyProof,
  formatAddCheckpoint,
  formatTreeHead,
  Frontier,
  generateKey,
  type HashReader,
  leafHash,
  openFrontier,
  parseSkey,
  parseVkey,
  signNote,
  type Signer,
} from '@consent-ledger/tlog'

export const origin = 'log.example.org/42'
export const newKey = (name = origin): Signer => parseSkey(generateKey(name).skey)

/** Up to 256 leaves: one tile. `history` differs from that of another log of the same key from leaf `from` on. */
export class Log {
  readonly key: Signer
  readonly #hashes: Uint8Array[]
  readonly #reader: HashReader

  constructor(key: Signer, { history = 'true', from = 0, leaves = 200 } = {}) {
    this.key = key
    this.#hashes = Array.from({ length: leaves }, (_, n) => leafHash(Buffer.from(`${n < from ? 'true' : history} ${n}`)))
    this.#reader = { tile: async ({ width }) => Buffer.concat(this.#hashes.slice(0, width)) }
  }

  get policy(): string {
    return `log ${this.key.vkey}\nquorum none\n`
  }

  /** The signed tree head of the first `size` leaves. */
  async head(size: bigint): Promise<string> {
    const frontier: Frontier = await openFrontier(this.#reader, size)
    return signNote(formatTreeHead({ origin: this.key.name, size, root: frontier.root() }), this.key)
  }

  /** The body of a request, proof and all. */
  async request(old: bigint, size: bigint): Promise<string> {
    const proof = old > size ? [] : await consistencyProof(this.#reader, { from: old, to: size })
    return formatAddCheckpoint({ old, proof, note: await this.head(size) })
  }

  get verifiers() {
    return [parseVkey(this.key.vkey)]
  }
}
