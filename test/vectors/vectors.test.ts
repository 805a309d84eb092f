// The vectors beside this file, checked with the package that everything here uses: those that others published, and those of the naive reference.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  cosign,
  encodeEntries,
  formatAddCheckpoint,
  formatProofFile,
  formatTreeHead,
  Frontier,
  leafHash,
  openNote,
  openTreeHead,
  parseAddCheckpoint,
  parseProofFile,
  parseSkey,
  parseTreeHead,
  parseVkey,
  signNote,
  tileRoot,
  verifyConsistency,
  verifyInclusion,
  verifyProofFile,
} from '@consent-ledger/tlog'

type Inclusion = { index: number; size: number; proof: string[] }
type Consistency = { from: number; to: number; proof: string[] }
type SignedNote = { source: string; vkey: string; skey?: string; text: string; signature: string }
type Published = {
  certificateTransparency: { leaves: string[]; roots: string[]; inclusion: Inclusion[]; consistency: Consistency[] }
  signedNotes: SignedNote[]
}
type Trees = { leafHashes: string[]; roots: { size: number; root: string }[]; inclusion: Inclusion[]; consistency: Consistency[] }
type Tiles = { size: number; root: string; tiles: { path: string; sha256: string }[]; bundles: { path: string; sha256: string }[] }
type Notes = {
  keys: Record<'log' | 'witness', { skey: string; vkey: string }>
  treeHead: { text: string; signed: string; cosigned: string; seconds: string }
  proofFile: { leaf: string; text: string }
  addCheckpoint: { old: string; text: string }
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')
const entry = (n: number): Uint8Array => Buffer.from(`entry ${n}`)

/** Roots of the trees of the first n of these entries, n from 0. */
const rootsOf = (entries: readonly Uint8Array[]): Uint8Array[] => {
  const frontier = new Frontier()
  const roots = [frontier.root()]
  for (const entry of entries) {
    frontier.append(leafHash(entry))
    roots.push(frontier.root())
  }
  return roots
}

const proves = (
  entries: readonly Uint8Array[],
  { inclusion, consistency }: { inclusion: Inclusion[]; consistency: Consistency[] },
): void => {
  const roots = rootsOf(entries)
  const root = (size: number): Uint8Array => roots[size] ?? assert.fail(`no tree of ${size}`)
  for (const { index, size, proof } of inclusion) {
    const leaf = leafHash(entries[index] ?? assert.fail(`no entry ${index}`))
    verifyInclusion({ leafHash: leaf, index: BigInt(index), size: BigInt(size), root: root(size), proof: proof.map(bytes) })
  }
  for (const { from, to, proof } of consistency)
    verifyConsistency({ from: BigInt(from), to: BigInt(to), fromRoot: root(from), toRoot: root(to), proof: proof.map(bytes) })
}

describe('what others published', () => {
  const { certificateTransparency, signedNotes } = read('published.json') as Published
  const leaves = certificateTransparency.leaves.map(bytes)

  it('are the roots of the Certificate Transparency test data', () => {
    assert.deepEqual(rootsOf(leaves).map(hex), certificateTransparency.roots)
  })
  it('are its proofs', () => {
    proves(leaves, certificateTransparency)
  })
  for (const { source, vkey, skey, text, signature } of signedNotes)
    it(`is a note of ${parseVkey(vkey).name}: ${source}`, () => {
      assert.equal(openNote(`${text}\n${signature}`, [parseVkey(vkey)]).text, text)
      if (skey !== undefined) assert.equal(signNote(text, parseSkey(skey)), `${text}\n${signature}`)
    })
})

describe('what the naive reference makes', () => {
  it('are trees and proofs', () => {
    const trees = read('trees.json') as Trees
    const entries = Array.from({ length: 1000 }, (_, n) => entry(n))
    const roots = rootsOf(entries)
    assert.deepEqual(
      trees.leafHashes,
      entries.slice(0, trees.leafHashes.length).map((leaf) => hex(leafHash(leaf))),
    )
    for (const { size, root } of trees.roots) assert.equal(hex(roots[size] ?? assert.fail()), root)
    proves(entries, trees)
  })

  it('are the tiles of 70,000 leaves', () => {
    const { size, root, tiles, bundles } = read('tiles.json') as Tiles
    const entries = Array.from({ length: size }, (_, n) => entry(n))
    const frontier = new Frontier()
    const leaves = entries.map((entry) => leafHash(entry))
    for (const leaf of leaves) frontier.append(leaf)
    assert.equal(hex(frontier.root()), root)
    const levels = [leaves]
    for (let below = leaves; below.length >= 256; below = levels.at(-1) ?? []) levels.push(above(below))
    const sha256 = (parts: readonly Uint8Array[]): string => createHash('sha256').update(Buffer.concat(parts)).digest('hex')
    for (const { path, sha256: expected } of tiles) {
      const [, level = '', index = ''] = /^tile\/(\d)\/(\d{3})/.exec(path) ?? []
      assert.equal(sha256((levels[Number(level)] ?? []).slice(Number(index) * 256, (Number(index) + 1) * 256)), expected, path)
    }
    assert.equal(sha256([encodeEntries(entries.slice(273 * 256))]), bundles[0]?.sha256)
  })

  it('are a tree head, a cosignature, a proof file and a request to a witness', () => {
    const { keys, treeHead, proofFile, addCheckpoint } = read('notes.json') as Notes
    const [log, witness] = [parseSkey(keys.log.skey), parseSkey(keys.witness.skey)]
    const [logKey, witnessKey] = [parseVkey(keys.log.vkey), parseVkey(keys.witness.vkey)]
    assert.equal(formatTreeHead(parseTreeHead(treeHead.text)), treeHead.text)
    assert.equal(signNote(treeHead.text, log), treeHead.signed)
    assert.equal(treeHead.signed + cosign(witness, treeHead.text, BigInt(treeHead.seconds)), treeHead.cosigned)
    const { cosignatures } = openTreeHead(treeHead.cosigned, [logKey], [witnessKey])
    assert.deepEqual(cosignatures, [{ name: witnessKey.name, vkey: witnessKey.vkey, time: BigInt(treeHead.seconds) }])
    const file = parseProofFile(proofFile.text)
    assert.equal(formatProofFile(file), proofFile.text)
    assert.equal(verifyProofFile(file, { leaf: Buffer.from(proofFile.leaf), log: [logKey] }).index, 5n)
    const request = parseAddCheckpoint(addCheckpoint.text)
    assert.equal(String(request.old), addCheckpoint.old)
    assert.equal(formatAddCheckpoint(request), addCheckpoint.text)
  })
})

/** The hashes of the next level of tiles: one for each full tile. */
const above = (hashes: readonly Uint8Array[]): Uint8Array[] =>
  Array.from({ length: Math.floor(hashes.length / 256) }, (_, n) => tileRoot(Buffer.concat(hashes.slice(n * 256, (n + 1) * 256))))
