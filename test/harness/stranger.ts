// A stranger to the ledger: takes heads, tiles and proofs over HTTP, keeps them, and believes nothing but signatures of the keys that he wrote down first.
import assert from 'node:assert/strict'
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  openTreeHead,
  parseProofFile,
  parseVkey,
  tilePath,
  verifyConsistency,
  verifyInclusion,
  verifyProofFile,
  type HashReader,
  type TreeHead,
} from '@consent-ledger/tlog'
import { eventually } from './apart.ts'
import { request, type Reply } from './ledger.ts'

/** What he keeps of one event. */
export type Kept = { receiptId: string; leaf: string; leafIndex: string; proof: string }

export class Stranger {
  readonly vkeys: readonly string[]
  /** Where the log is served; moves with the ledger. */
  url: string

  private constructor(url: string, vkeys: readonly string[]) {
    this.url = url
    this.vkeys = vkeys
  }

  /** One who writes down the keys of the log as they are now. */
  static async meets(url: string): Promise<Stranger> {
    return new Stranger(url, (await request(url, 'GET', '/log/key')).text.trimEnd().split('\n'))
  }

  /** The published head, signed. */
  async head(): Promise<TreeHead> {
    const { status, text } = await request(this.url, 'GET', '/log/checkpoint')
    assert.equal(status, 200, text)
    return openTreeHead(text, this.vkeys.map(parseVkey)).head
  }

  /** One answer of the proof of a receipt, whatever it is. */
  ask(receiptId: string, key: string): Promise<Reply> {
    return request(this.url, 'GET', `/v1/receipts/${receiptId}/proof`, { key, headers: { accept: 'application/json' } })
  }

  /** The proofs of an act's events, once they are published; each holds. */
  async keep(receiptId: string, key: string): Promise<Kept[]> {
    const { status, text } = await eventually(
      () => this.ask(receiptId, key),
      (reply) => reply.status !== 503,
    )
    assert.equal(status, 200, text)
    const { events } = JSON.parse(text) as { events: Omit<Kept, 'receiptId'>[] }
    const kept = events.map(({ leaf, leafIndex, proof }) => ({ receiptId, leaf, leafIndex, proof }))
    for (const one of kept) this.#opened(one)
    return kept
  }

  #opened({ leaf, proof }: Pick<Kept, 'leaf' | 'proof'>): { head: TreeHead; index: bigint } {
    return verifyProofFile(parseProofFile(proof), { leaf: Buffer.from(leaf), log: this.vkeys.map(parseVkey) })
  }

  /** Today's tree begins with each that he was shown, and has each leaf where it was proven to be. */
  async demandKept(kept: readonly Kept[], heads: readonly TreeHead[] = []): Promise<void> {
    const now = await this.head()
    const reader = this.#tiles()
    const proven = kept.map((one) => ({ ...this.#opened(one), leaf: one.leaf }))
    for (const { size, root } of new Map([...heads, ...proven.map(({ head }) => head)].map((head) => [head.size, head])).values()) {
      const between = { from: size, to: now.size }
      verifyConsistency({ ...between, fromRoot: root, toRoot: now.root, proof: await consistencyProof(reader, between) })
    }
    for (const { index, leaf } of proven) {
      const at = { index, size: now.size }
      verifyInclusion({ ...at, leafHash: leafHash(Buffer.from(leaf)), root: now.root, proof: await inclusionProof(reader, at) })
    }
  }

  /** Each tile is asked for once: what was published does not change. */
  #tiles(): HashReader {
    const read = new Map<string, Promise<Uint8Array>>()
    const get = async (path: string): Promise<Uint8Array> => {
      const reply = await fetch(`${this.url}/log/${path}`)
      assert.equal(reply.status, 200, path)
      return new Uint8Array(await reply.arrayBuffer())
    }
    return {
      tile: (tile) => {
        const path = tilePath(tile)
        const bytes = read.get(path) ?? get(path)
        read.set(path, bytes)
        return bytes
      },
    }
  }
}
