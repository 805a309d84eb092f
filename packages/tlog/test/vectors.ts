// The vectors of test/vectors, made by the naive reference alone: no line here calls the code that is judged by them.
import { createHash } from 'node:crypto'
import { naiveCosignature, naiveKeyPair, naiveSignature } from './naiveNote.ts'
import { naiveLeafHash, naivePath, naiveProof, naiveTree } from './naive.ts'
import { naiveTile } from './naiveTiles.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const entryOf = (n: number): Buffer => Buffer.from(`entry ${n}`)

/** Around powers of two, where proofs change their length, and around a full tile. */
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 255, 256, 257, 300, 1000]

const trees = () => {
  const tree = naiveTree(Array.from({ length: 1000 }, (_, n) => entryOf(n)))
  const proofs = sizes.flatMap((size) => {
    const indices = [...new Set([0, 1, Math.floor(size / 2), size - 2, size - 1])].filter((index) => index >= 0 && index < size)
    return indices.map((index) => ({ index, size, proof: naivePath(tree, BigInt(index), BigInt(size)).map(hex) }))
  })
  const pairs = sizes.flatMap((to) => sizes.filter((from) => from <= to && (to < 20 || from > 6)).map((from) => ({ from, to })))
  return {
    entries: '"entry <n>" in UTF-8, n from 0',
    leafHashes: [0, 1, 2].map((n) => hex(naiveLeafHash(entryOf(n)))),
    roots: [0, ...sizes].map((size) => ({ size, root: hex(tree(0n, BigInt(size))) })),
    inclusion: proofs,
    consistency: pairs.map(({ from, to }) => ({ from, to, proof: naiveProof(tree, BigInt(from), BigInt(to)).map(hex) })),
  }
}

/** The example of C2SP tlog-tiles: 273 full tiles of level 0 and one of 112, one full of level 1 and one of 17, one of 1. */
const tiles = () => {
  const size = 70_000
  const tree = naiveTree(Array.from({ length: size }, (_, n) => entryOf(n)))
  const all = [
    { path: 'tile/0/000', level: 0, index: 0n, width: 256 },
    { path: 'tile/0/272', level: 0, index: 272n, width: 256 },
    { path: 'tile/0/273.p/112', level: 0, index: 273n, width: 112 },
    { path: 'tile/1/000', level: 1, index: 0n, width: 256 },
    { path: 'tile/1/001.p/17', level: 1, index: 1n, width: 17 },
    { path: 'tile/2/000.p/1', level: 2, index: 0n, width: 1 },
  ]
  const bundle = Array.from({ length: 112 }, (_, n) => entryOf(273 * 256 + n)).flatMap((entry) => [0, entry.length, ...entry])
  return {
    entries: '"entry <n>" in UTF-8, n from 0',
    size,
    root: hex(tree(0n, BigInt(size))),
    tiles: all.map(({ path, ...tile }) => ({ path, sha256: createHash('sha256').update(naiveTile(tree, tile)).digest('hex') })),
    bundles: [{ path: 'tile/entries/273.p/112', sha256: createHash('sha256').update(Uint8Array.from(bundle)).digest('hex') }],
  }
}

const notes = () => {
  const seedOf = (name: string): Buffer => createHash('sha256').update(name).digest()
  const keyOf = (name: string, type: number) => ({ name, type, ...naiveKeyPair(name, type, seedOf(name)) })
  const [origin, witness] = ['ledger.example.org/log', 'witness.example.org/law-firm']
  const entries = Array.from({ length: 21 }, (_, n) => entryOf(n))
  const tree = naiveTree(entries)
  const text = `${origin}\n21\n${base64(tree(0n, 21n))}\n`
  const seconds = 1_767_225_600n
  const signed = `${text}\n${naiveSignature(origin, seedOf(origin), text)}`
  const cosigned = signed + naiveCosignature(witness, seedOf(witness), text, seconds)
  const lines = (hashes: Uint8Array[]): string => hashes.map((hash) => `${base64(hash)}\n`).join('')
  return {
    keys: { log: keyOf(origin, 0x01), witness: keyOf(witness, 0x04) },
    treeHead: { text, signed, cosigned, seconds: String(seconds) },
    proofFile: { leaf: 'entry 5', text: `c2sp.org/tlog-proof@v1\nindex 5\n${lines(naivePath(tree, 5n, 21n))}\n${cosigned}` },
    addCheckpoint: { old: '9', text: `old 9\n${lines(naiveProof(tree, 9n, 21n))}\n${signed}` },
  }
}

/** What each file of test/vectors holds, by its name. */
export const madeVectors = { 'trees.json': trees, 'tiles.json': tiles, 'notes.json': notes } as const

export const vectorsDirectory = new URL('../../../test/vectors/', import.meta.url)
