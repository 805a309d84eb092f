// Trees of up to 2^40 leaves, in which every leaf is the same but a few: proofs of any leaf, and what a changed proof is worth.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  consistencyProof,
  Frontier,
  inclusionProof,
  openFrontier,
  TlogError,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
  type TlogCode,
} from '../src/index.ts'
import { naivePath, naiveProof, sparseTree, type NaiveTree } from './naive.ts'
import { naiveReader } from './naiveTiles.ts'

const most = 1n << 40n

/** A size anywhere below the bound, at a power of two or beside one, so that few digits and many are tried alike. */
const size = fc.oneof(
  fc.bigInt({ min: 1n, max: most }),
  fc
    .record({ power: fc.bigInt({ min: 0n, max: 40n }), beside: fc.constantFrom(-1n, 0n, 1n) })
    .map(({ power, beside }) => (1n << power) + beside)
    .filter((n) => n >= 1n && n <= most),
)

/** A tree whose leaf at `index`, and some others, are not like the rest. */
const treeAndLeaf = size.chain((size) =>
  fc.record({
    size: fc.constant(size),
    index: fc.bigInt({ min: 0n, max: size - 1n }),
    others: fc.array(fc.bigInt({ min: 0n, max: size - 1n }), { maxLength: 3 }),
  }),
)

type Given = { size: bigint; index: bigint; others: bigint[] }

const grow = ({ index, others }: Given): NaiveTree => sparseTree(new Map([...others, index].map((at) => [at, Buffer.from(`marked ${at}`)])))

const inclusionOf = async (given: Given) => {
  const tree = grow(given)
  const { index, size } = given
  const proof = await inclusionProof(naiveReader(tree), { index, size })
  return { tree, claim: { leafHash: tree(index, index + 1n), index, size, root: tree(0n, size), proof } }
}

const refusal = (code: TlogCode) => (error: unknown) => error instanceof TlogError && error.code === code

const flipped = (hash: Uint8Array, bit: number): Uint8Array => hash.map((byte, n) => (n === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))

/** Everything that can be done to a proof without knowing another: a bit, an end, an order. */
const spoilt = (proof: readonly Uint8Array[], at: number, bit: number): Uint8Array[][] => {
  const n = proof.length === 0 ? 0 : at % proof.length
  return [
    ...(proof.length === 0 ? [] : [proof.map((hash, i) => (i === n ? flipped(hash, bit) : hash)), proof.slice(1), proof.slice(0, -1)]),
    ...(proof.length < 2 ? [] : [proof.toReversed()]),
    ...(proof.length === 0 ? [] : [proof.map((hash, i) => (i === n ? hash.subarray(1) : hash))]),
    [...proof, new Uint8Array(32)],
    [new Uint8Array(32), ...proof],
  ].filter((changed) => changed.length !== proof.length || changed.some((hash, i) => Buffer.compare(hash, proof[i] ?? hash) !== 0))
}

describe('trees of up to 2^40 leaves', () => {
  it('prove each leaf as RFC 6962 says', async () => {
    const property = fc.asyncProperty(treeAndLeaf, async (given) => {
      const { tree, claim } = await inclusionOf(given)
      assert.deepEqual(claim.proof, naivePath(tree, given.index, given.size))
      assert.deepEqual(await treeRoot(naiveReader(tree), given.size), claim.root)
      verifyInclusion(claim)
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it('prove each smaller tree as RFC 6962 says', async () => {
    const property = fc.asyncProperty(treeAndLeaf, async (given) => {
      const [tree, from, to] = [grow(given), given.index + 1n, given.size]
      const proof = await consistencyProof(naiveReader(tree), { from, to })
      assert.deepEqual(proof, naiveProof(tree, from, to))
      verifyConsistency({ from, to, fromRoot: tree(0n, from), toRoot: tree(0n, to), proof })
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it('read no tile twice, and no more than two of a level', async () => {
    const property = fc.asyncProperty(treeAndLeaf, async (given) => {
      const reader = naiveReader(grow(given))
      await inclusionProof(reader, given)
      const read = reader.asked.map(({ level, index }) => `${level}/${index}`)
      assert.equal(new Set(read).size, read.length)
      for (const level of [0, 1, 2, 3, 4, 5]) assert.ok(reader.asked.filter((tile) => tile.level === level).length <= 2)
    })
    await fc.assert(property, { numRuns: 30 })
  })

  it('grow from their tiles by one leaf at a time', async () => {
    const property = fc.asyncProperty(treeAndLeaf, async (given) => {
      const tree = grow(given)
      const frontier = await openFrontier(naiveReader(tree), given.index)
      for (let at = given.index; at < given.index + 3n; at++) frontier.append(tree(at, at + 1n))
      assert.ok(frontier instanceof Frontier)
      assert.deepEqual(frontier.root(), tree(0n, given.index + 3n))
    })
    await fc.assert(property, { numRuns: 30 })
  })
})

describe('a proof that was changed proves nothing', () => {
  it('of a leaf', async () => {
    const property = fc.asyncProperty(treeAndLeaf, fc.nat(1000), fc.nat(255), async (given, at, bit) => {
      const { claim } = await inclusionOf(given)
      const refused = refusal('INCLUSION_WRONG')
      for (const proof of spoilt(claim.proof, at, bit)) assert.throws(() => verifyInclusion({ ...claim, proof }), refused)
      assert.throws(() => verifyInclusion({ ...claim, root: flipped(claim.root, bit) }), refused)
      assert.throws(() => verifyInclusion({ ...claim, leafHash: flipped(claim.leafHash, bit) }), refused)
      for (const index of [given.index - 1n, given.index + 1n, given.index + (1n << 32n), given.index ^ 1n, -1n, given.size])
        assert.throws(() => verifyInclusion({ ...claim, index }), refused)
    })
    await fc.assert(property, { numRuns: 40 })
  })

  it('of a leaf, by a path that goes on beyond the tree', () => {
    const tree = sparseTree(new Map())
    const claim = { leafHash: tree(1n, 2n), index: 0n, size: 1n, root: tree(0n, 2n), proof: [tree(0n, 1n)] }
    assert.throws(() => verifyInclusion(claim), refusal('INCLUSION_WRONG'))
    verifyInclusion({ ...claim, index: 1n, size: 2n })
  })

  it('of a smaller tree', async () => {
    const property = fc.asyncProperty(treeAndLeaf, fc.nat(1000), fc.nat(255), async (given, at, bit) => {
      const [tree, from, to] = [grow(given), given.index + 1n, given.size]
      const proof = await consistencyProof(naiveReader(tree), { from, to })
      const claim = { from, to, fromRoot: tree(0n, from), toRoot: tree(0n, to), proof }
      const refused = refusal('CONSISTENCY_WRONG')
      for (const changed of spoilt(proof, at, bit)) assert.throws(() => verifyConsistency({ ...claim, proof: changed }), refused)
      assert.throws(() => verifyConsistency({ ...claim, fromRoot: flipped(claim.fromRoot, bit) }), refused)
      assert.throws(() => verifyConsistency({ ...claim, toRoot: flipped(claim.toRoot, bit) }), refused)
      assert.throws(() => verifyConsistency({ ...claim, from: to + 1n }), refused)
      assert.throws(() => verifyConsistency({ ...claim, from: -1n }), refused)
    })
    await fc.assert(property, { numRuns: 40 })
  })

  it('of a smaller tree, by a proof that goes on beyond the larger', async () => {
    const tree = sparseTree(new Map())
    const proof = await consistencyProof(naiveReader(tree), { from: 7n, to: 8n })
    const claim = { from: 7n, to: 8n, fromRoot: tree(0n, 7n), toRoot: tree(0n, 8n), proof }
    verifyConsistency(claim)
    assert.throws(() => verifyConsistency({ ...claim, from: 3n, to: 4n }), refusal('CONSISTENCY_WRONG'))
  })

  it('from nothing needs no proof, and takes none', () => {
    const root = new Uint8Array(32)
    verifyConsistency({ from: 0n, to: 7n, fromRoot: root, toRoot: root, proof: [] })
    assert.throws(() => verifyConsistency({ from: 0n, to: 7n, fromRoot: root, toRoot: root, proof: [root] }), refusal('CONSISTENCY_WRONG'))
  })
})

describe('what no tree has', () => {
  const reader = naiveReader(sparseTree(new Map()))
  it('is asked for in vain', async () => {
    const refused = refusal('RANGE_WRONG')
    await assert.rejects(inclusionProof(reader, { index: 7n, size: 7n }), refused)
    await assert.rejects(inclusionProof(reader, { index: -1n, size: 7n }), refused)
    await assert.rejects(consistencyProof(reader, { from: 8n, to: 7n }), refused)
    await assert.rejects(consistencyProof(reader, { from: -1n, to: 7n }), refused)
    await assert.rejects(openFrontier(reader, -1n), refused)
    assert.deepEqual(reader.asked, [])
  })
})
