// That a leaf is in a tree, and that a tree only grew: RFC 6962 §2.1.1 and §2.1.2 make the proofs, RFC 9162 §2.1.3.2 and §2.1.4.2 check them.
import { TlogError, type TlogCode } from './errors.ts'
import { hashSize, nodeHash, sameBytes } from './hashes.ts'
import { type Range, rangeHashes } from './ranges.ts'
import type { HashReader } from './reader.ts'

/** The largest power of two strictly below n, for n > 1. */
const splitOf = (n: bigint): bigint => 1n << BigInt((n - 1n).toString(2).length - 1)

/** PATH(m, D[n]) of RFC 6962 §2.1.1 as ranges of leaves, the leaf's sibling first. */
const inclusionRanges = (index: bigint, size: bigint): Range[] => {
  const ranges: Range[] = []
  let [start, end] = [0n, size]
  for (let half = size > 1n ? splitOf(size) : 0n; end - start > 1n; half >>= 1n) {
    const middle = start + half
    if (middle >= end) continue
    ranges.push(index < middle ? { start: middle, end } : { start, end: middle })
    if (index < middle) end = middle
    else start = middle
  }
  return ranges.toReversed()
}

/** PROOF(m, D[n]) of RFC 6962 §2.1.2 as ranges, for 0 < m < n. What the old tree holds whole is not said again. */
const consistencyRanges = (from: bigint, to: bigint): Range[] => {
  const ranges: Range[] = []
  let [start, end] = [0n, to]
  for (let half = splitOf(to); end !== from; half >>= 1n) {
    const middle = start + half
    if (middle >= end) continue
    ranges.push(from <= middle ? { start: middle, end } : { start, end: middle })
    if (from <= middle) end = middle
    else start = middle
  }
  if (start > 0n) ranges.push({ start, end })
  return ranges.toReversed()
}

/** The path of a leaf, its sibling first; none in a tree of one leaf. Errors: RANGE_WRONG unless 0 ≤ index < size, TILE_MALFORMED, the reader's own. */
export const inclusionProof = async (reader: HashReader, { index, size }: { index: bigint; size: bigint }): Promise<Uint8Array[]> => {
  if (index < 0n || index >= size) throw new TlogError('RANGE_WRONG', `a tree of ${size} has no leaf ${index}`)
  return rangeHashes(reader, size, inclusionRanges(index, size))
}

/** That the tree `to` begins with the tree `from`; empty from 0 and between equal sizes. Errors: RANGE_WRONG unless 0 ≤ from ≤ to, TILE_MALFORMED, the reader's own. */
export const consistencyProof = async (reader: HashReader, { from, to }: { from: bigint; to: bigint }): Promise<Uint8Array[]> => {
  if (from < 0n || from > to) throw new TlogError('RANGE_WRONG', `a tree of ${to} leaves did not begin with ${from}`)
  return from === 0n || from === to ? [] : rangeHashes(reader, to, consistencyRanges(from, to))
}

export type InclusionClaim = { leafHash: Uint8Array; index: bigint; size: bigint; root: Uint8Array; proof: readonly Uint8Array[] }

/** Returns if the leaf of that hash is at `index` of the tree. Errors: INCLUSION_WRONG. RFC 9162 §2.1.3.2. */
export const verifyInclusion = (claim: InclusionClaim): void => {
  const { leafHash, index, size, root, proof } = claim
  const check = checking('INCLUSION_WRONG', [leafHash, root, ...proof])
  check(index >= 0n && index < size, `a tree of ${size} has no leaf ${index}`)
  let [fn, sn, hash] = [index, size - 1n, leafHash]
  for (const step of proof) {
    check(sn > 0n, 'the proof is too long')
    const fromLeft = isOdd(fn) || fn === sn
    hash = fromLeft ? nodeHash(step, hash) : nodeHash(hash, step)
    if (fromLeft) while (!isOdd(fn) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n]
    ;[fn, sn] = [fn >> 1n, sn >> 1n]
  }
  check(sn === 0n, 'the proof is too short')
  check(sameBytes(hash, root), `leaf ${index} is not the one under this root`)
}

export type ConsistencyClaim = { from: bigint; to: bigint; fromRoot: Uint8Array; toRoot: Uint8Array; proof: readonly Uint8Array[] }

/** Returns if the tree of `to` leaves begins with the tree of `from`. From 0 leaves, `fromRoot` says nothing. Errors: CONSISTENCY_WRONG. RFC 9162 §2.1.4.2. */
export const verifyConsistency = (claim: ConsistencyClaim): void => {
  const { from, to, fromRoot, toRoot, proof } = claim
  const check = checking('CONSISTENCY_WRONG', [fromRoot, toRoot, ...proof])
  check(from >= 0n && from <= to, `a tree of ${to} leaves did not begin with ${from}`)
  if (from === 0n || from === to) {
    check(proof.length === 0, 'the proof should be empty')
    check(from === 0n || sameBytes(fromRoot, toRoot), `two trees of ${to} leaves have different roots`)
    return
  }
  const path = (from & (from - 1n)) === 0n ? [fromRoot, ...proof] : proof
  check(proof.length > 0, 'the proof is empty')
  const ends = climbed(from, to, path, check)
  check(sameBytes(ends.from, fromRoot), `the tree of ${to} leaves does not begin with this one of ${from}`)
  check(sameBytes(ends.to, toRoot), `the proof leads to another tree of ${to} leaves`)
}

/** The roots of the old and the new tree that the path leads to. */
const climbed = (from: bigint, to: bigint, path: readonly Uint8Array[], check: Check) => {
  let [fn, sn] = [from - 1n, to - 1n]
  while (isOdd(fn)) [fn, sn] = [fn >> 1n, sn >> 1n]
  const [first = new Uint8Array(hashSize), ...steps] = path
  const roots = { from: first, to: first }
  for (const step of steps) {
    check(sn > 0n, 'the proof is too long')
    const fromLeft = isOdd(fn) || fn === sn
    if (fromLeft) roots.from = nodeHash(step, roots.from)
    roots.to = fromLeft ? nodeHash(step, roots.to) : nodeHash(roots.to, step)
    if (fromLeft) while (!isOdd(fn) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n]
    ;[fn, sn] = [fn >> 1n, sn >> 1n]
  }
  check(sn === 0n, 'the proof is too short')
  return roots
}

const isOdd = (n: bigint): boolean => (n & 1n) === 1n

type Check = (holds: boolean, otherwise: string) => void

const checking = (code: TlogCode, hashes: readonly Uint8Array[]): Check => {
  const check: Check = (holds, otherwise) => {
    if (!holds) throw new TlogError(code, otherwise)
  }
  for (const hash of hashes) check(hash.length === hashSize, `a hash has ${hashSize} bytes, not ${hash.length}`)
  return check
}
