// What tools of others wrote (Go's own, transparency-dev's, torchwood), as recorded beside this file: we read it, and write the same bytes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  consistencyProof,
  formatProofFile,
  formatTreeHead,
  Frontier,
  inclusionProof,
  leafHash,
  openTreeHead,
  parseProofFile,
  parseSkey,
  parseTilePath,
  parseTreeHead,
  parseVkey,
  signNote,
  tilePath,
  tileRoot,
  verifyConsistency,
  verifyInclusion,
  verifyProofFile,
  type HashReader,
} from '@consent-ledger/tlog'

type Inclusion = { index: number; size: number; proof: string[] }
type Consistency = { from: number; to: number; proof: string[] }
type Strangers = {
  trees: { inclusion: Inclusion[]; consistency: Consistency[] }
  treeHead: { log: { skey: string; vkey: string }; witness: { vkey: string }; text: string; cosigned: string; seconds: string }
  proofFile: { leaf: string; text: string }
  tilePaths: { paths: { level: number; index: string; width: number; path: string }[] }
}

const { trees, treeHead, proofFile, tilePaths } = JSON.parse(readFileSync(new URL('strangers.json', import.meta.url), 'utf8')) as Strangers
const leaves = Array.from({ length: 1000 }, (_, n) => leafHash(Buffer.from(`entry ${n}`)))
const hex = (hashes: readonly Uint8Array[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('hex'))
const bytes = (proof: readonly string[]): Uint8Array[] => proof.map((hash) => Buffer.from(hash, 'hex'))
const rootOf = (size: number): Uint8Array => {
  const frontier = new Frontier()
  for (const leaf of leaves.slice(0, size)) frontier.append(leaf)
  return frontier.root()
}
const above = Array.from({ length: 3 }, (_, n) => tileRoot(Buffer.concat(leaves.slice(n * 256, (n + 1) * 256))))
const reader: HashReader = {
  tile: ({ level, index, width }) => {
    const from = Number(index) * 256
    return Promise.resolve(Buffer.concat((level === 0 ? leaves : above).slice(from, from + width)))
  },
}

describe('what tools of others wrote', () => {
  it("are Go's proofs: they hold, and ours are the same", async () => {
    for (const { index, size, proof } of trees.inclusion) {
      const place = { index: BigInt(index), size: BigInt(size) }
      verifyInclusion({ ...place, leafHash: leaves[index] ?? assert.fail(), root: rootOf(size), proof: bytes(proof) })
      assert.deepEqual(hex(await inclusionProof(reader, place)), proof, `${index} in ${size}`)
    }
    for (const { from, to, proof } of trees.consistency) {
      const sizes = { from: BigInt(from), to: BigInt(to) }
      verifyConsistency({ ...sizes, fromRoot: rootOf(from), toRoot: rootOf(to), proof: bytes(proof) })
      assert.deepEqual(hex(await consistencyProof(reader, sizes)), proof, `${from} to ${to}`)
    }
  })

  it("is a tree head that Go's note signed and transparency-dev's witness cosigned", () => {
    const { log, witness, text, cosigned, seconds } = treeHead
    assert.equal(formatTreeHead({ origin: 'go.example.org/log', size: 300n, root: rootOf(300) }), text)
    assert.equal(formatTreeHead(parseTreeHead(text)), text)
    assert.ok(cosigned.startsWith(signNote(text, parseSkey(log.skey))))
    const { cosignatures } = openTreeHead(cosigned, [parseVkey(log.vkey)], [parseVkey(witness.vkey)])
    assert.deepEqual(cosignatures, [{ name: 'go.example.org/witness', vkey: witness.vkey, time: BigInt(seconds) }])
  })

  it("is a proof file of transparency-dev's, with words of its maker", () => {
    const file = parseProofFile(proofFile.text)
    assert.equal(formatProofFile(file), proofFile.text)
    const { index, head } = verifyProofFile(file, { leaf: Buffer.from(proofFile.leaf), log: [parseVkey(treeHead.log.vkey)] })
    assert.deepEqual([index, head.size], [130n, 300n])
  })

  it("are torchwood's paths of tiles", () => {
    for (const { level, index, width, path } of tilePaths.paths) {
      const tile = { level, index: BigInt(index), width }
      assert.equal(tilePath(tile), path)
      assert.deepEqual(parseTilePath(path), { tile })
    }
  })
})
