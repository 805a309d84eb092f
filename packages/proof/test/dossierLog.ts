// A transparency log in memory to make dossiers from: it signs heads, proves leaves, changes its key, and can tell two people different things.
import { leafBytes, type RecordedEvent } from '@consent-ledger/domain'
import {
  consistencyProof,
  cosign,
  emptyRoot,
  formatProofFile,
  formatTreeHead,
  inclusionProof,
  leafHash,
  nodeHash,
  signNote,
  type HashReader,
  type Signer,
} from '@consent-ledger/tlog'

/** RFC 6962 §2.1, as it is written there. */
export const rootOf = (hashes: readonly Uint8Array[]): Uint8Array => {
  const [first, second] = hashes
  if (first === undefined) return emptyRoot
  if (second === undefined) return first
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)))
}

const placeOf = ({ stream, revision }: Pick<RecordedEvent, 'stream' | 'revision'>): string => `${stream}@${revision}`

export class GivenLog {
  readonly origin: string
  /** Leaves in the order of the log. */
  readonly leaves: Uint8Array[] = []
  readonly #places = new Map<string, number>()
  readonly #heads: { size: number; note: string }[] = []

  constructor(origin: string) {
    this.origin = origin
  }

  get size(): number {
    return this.leaves.length
  }

  append(...events: readonly RecordedEvent[]): void {
    for (const event of events) {
      this.#places.set(placeOf(event), this.leaves.length)
      this.leaves.push(leafBytes(event))
    }
  }

  /** Signs the head of what is there, as published. `witness`: cosigns at `at` (epoch ms). */
  publish(signer: Signer, witness?: { signer: Signer; at: number }): string {
    const hashes = this.leaves.map((leaf) => leafHash(leaf))
    const text = formatTreeHead({ origin: this.origin, size: BigInt(this.size), root: rootOf(hashes) })
    const cosignature = witness ? cosign(witness.signer, text, BigInt(Math.floor(witness.at / 1000))) : ''
    const note = signNote(text, signer) + cosignature
    this.#heads.push({ size: this.size, note })
    return note
  }

  /** Tiles of the log as it is, computed anew at each question. */
  get reader(): HashReader {
    const hashes = this.leaves.map((leaf) => leafHash(leaf))
    return {
      tile: ({ level, index, width }) => {
        const span = 256 ** level
        const first = Number(index) * 256
        const nodes = Array.from({ length: width }, (_, n) => rootOf(hashes.slice((first + n) * span, (first + n + 1) * span)))
        return Promise.resolve(Buffer.concat(nodes))
      },
    }
  }

  /** The `.tlog-proof` of an event under the first head that covered it. */
  async proofOf(event: Pick<RecordedEvent, 'stream' | 'revision'>): Promise<string> {
    const index = this.#places.get(placeOf(event))
    const head = this.#heads.find(({ size }) => index !== undefined && size > index)
    if (index === undefined || head === undefined) throw new Error(`no head covers ${placeOf(event)}`)
    const proof = await inclusionProof(this.reader, { index: BigInt(index), size: BigInt(head.size) })
    return formatProofFile({ index: BigInt(index), proof, note: head.note })
  }

  /** Consistency proofs to the tree of `to`, from each smaller head. */
  async consistency(to: number): Promise<Map<bigint, Uint8Array[]>> {
    const from = this.#heads.filter(({ size }) => size < to)
    const proofs = from.map(async ({ size }) => {
      const proof = await consistencyProof(this.reader, { from: BigInt(size), to: BigInt(to) })
      return [BigInt(size), proof] as const
    })
    return new Map(await Promise.all(proofs))
  }
}
