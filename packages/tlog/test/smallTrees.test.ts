// Every tree up to 300 leaves, every leaf of it and every smaller tree that it begins with: the fast code says what RFC 6962 says.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  consistencyProof,
  emptyRoot,
  Frontier,
  inclusionProof,
  leafHash,
  openFrontier,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.ts'
import { naiveLeafHash, naivePath, naiveProof, naiveTree } from './naive.ts'
import { naiveReader } from './naiveTiles.ts'

const largest = 300n
const entries = Array.from({ length: Number(largest) }, (_, n) => Buffer.from(`entry ${n}`))
const tree = naiveTree(entries)
const reader = naiveReader(tree)
const upTo = (n: bigint): bigint[] => Array.from({ length: Number(n) }, (_, i) => BigInt(i))
const sizes = upTo(largest + 1n)

describe('every tree up to 300 leaves', () => {
  it('has the leaf hashes and the root of RFC 6962 as it grows, and from its tiles', async () => {
    assert.deepEqual(emptyRoot, tree(0n, 0n))
    const growing = new Frontier()
    for (const size of sizes) {
      const root = tree(0n, size)
      assert.deepEqual(growing.root(), root)
      assert.deepEqual(await treeRoot(reader, size), root)
      const entry = entries[Number(size)]
      if (entry !== undefined) growing.append(leafHash(entry))
    }
    assert.deepEqual(
      entries.map((entry) => leafHash(entry)),
      entries.map((entry) => naiveLeafHash(entry)),
    )
  })

  it('grows on from its tiles as if it had never been put down', async () => {
    const opened = await Promise.all(sizes.map((size) => openFrontier(reader, size)))
    for (const frontier of opened) {
      for (const entry of entries.slice(Number(frontier.size))) frontier.append(leafHash(entry))
      assert.equal(frontier.size, largest)
      assert.deepEqual(frontier.root(), tree(0n, largest))
    }
  })

  it('has the inclusion proof of every leaf, and it verifies', async () => {
    for (const size of sizes) {
      const root = tree(0n, size)
      for (const index of upTo(size)) {
        const proof = await inclusionProof(reader, { index, size })
        assert.deepEqual(proof, naivePath(tree, index, size), `${index} of ${size}`)
        verifyInclusion({ leafHash: tree(index, index + 1n), index, size, root, proof })
      }
    }
  })

  it('has the consistency proof from every tree that it begins with, and it verifies', async () => {
    for (const to of sizes.slice(1)) {
      for (const from of sizes.slice(1, Number(to) + 1)) {
        const proof = await consistencyProof(reader, { from, to })
        assert.deepEqual(proof, naiveProof(tree, from, to), `${from} to ${to}`)
        verifyConsistency({ from, to, fromRoot: tree(0n, from), toRoot: tree(0n, to), proof })
      }
    }
  })

  it('begins with the empty tree, which proves itself', async () => {
    for (const to of sizes) {
      const proof = await consistencyProof(reader, { from: 0n, to })
      assert.deepEqual(proof, [])
      verifyConsistency({ from: 0n, to, fromRoot: emptyRoot, toRoot: tree(0n, to), proof })
    }
  })
})

it('a copy of a frontier grows by itself', () => {
  const one = new Frontier()
  one.append(tree(0n, 1n))
  const other = one.copy()
  other.append(tree(1n, 2n))
  assert.deepEqual([one.size, one.root()], [1n, tree(0n, 1n)])
  assert.deepEqual([other.size, other.root()], [2n, tree(0n, 2n)])
})
