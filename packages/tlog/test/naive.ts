// The tree as RFC 6962 §2.1 defines it, word by word: slow, and nothing in it is shared with the code that it judges.
import { createHash } from 'node:crypto'

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return Uint8Array.from(hash.digest())
}

export const naiveLeafHash = (entry: Uint8Array): Uint8Array => sha256(Uint8Array.of(0), entry)

/** MTH(D[start:end]) of one list of entries. */
export type NaiveTree = (start: bigint, end: bigint) => Uint8Array

/** "k is the largest power of two smaller than n", n > 1. */
const k = (n: bigint): bigint => {
  let power = 1n
  while (power * 2n < n) power *= 2n
  return power
}

const split = (tree: NaiveTree, start: bigint, end: bigint): Uint8Array => {
  const middle = start + k(end - start)
  return sha256(Uint8Array.of(1), tree(start, middle), tree(middle, end))
}

/** Of a list that lies in memory. Each range is hashed once. */
export const naiveTree = (entries: readonly Uint8Array[]): NaiveTree => {
  const known = new Map<string, Uint8Array>()
  const mth = (start: bigint, end: bigint): Uint8Array => {
    if (start === end) return sha256()
    if (end - start === 1n) return naiveLeafHash(entries[Number(start)] ?? assertNever(start))
    const key = `${start}-${end}`
    const hash = known.get(key) ?? split(mth, start, end)
    known.set(key, hash)
    return hash
  }
  return mth
}

/** Of a list without end in which every entry is empty but the few marked ones: so a tree of 2^40 leaves can be computed. */
export const sparseTree = (marked: ReadonlyMap<bigint, Uint8Array>): NaiveTree => {
  const uniform = new Map<bigint, Uint8Array>()
  const mth = (start: bigint, end: bigint): Uint8Array => {
    if (end - start === 1n) return naiveLeafHash(marked.get(start) ?? new Uint8Array())
    if ([...marked.keys()].some((index) => index >= start && index < end)) return split(mth, start, end)
    const hash = uniform.get(end - start) ?? split(mth, start, end)
    uniform.set(end - start, hash)
    return hash
  }
  return mth
}

/** PATH(m, D[start:end]), where m counts from `start`. RFC 6962 §2.1.1. */
export const naivePath = (tree: NaiveTree, m: bigint, end: bigint, start = 0n): Uint8Array[] => {
  const n = end - start
  if (n === 1n) return []
  return m < k(n)
    ? [...naivePath(tree, m, start + k(n), start), tree(start + k(n), end)]
    : [...naivePath(tree, m - k(n), end, start + k(n)), tree(start, start + k(n))]
}

/** SUBPROOF(m, D[start:end], b). RFC 6962 §2.1.2. */
const subproof = (tree: NaiveTree, m: bigint, start: bigint, end: bigint, b: boolean): Uint8Array[] => {
  const n = end - start
  if (m === n) return b ? [] : [tree(start, end)]
  return m <= k(n)
    ? [...subproof(tree, m, start, start + k(n), b), tree(start + k(n), end)]
    : [...subproof(tree, m - k(n), start + k(n), end, false), tree(start, start + k(n))]
}

/** PROOF(m, D[n]) for 0 < m ≤ n. */
export const naiveProof = (tree: NaiveTree, m: bigint, n: bigint): Uint8Array[] => subproof(tree, m, 0n, n, true)

const assertNever = (index: bigint): never => {
  throw new Error(`there is no entry ${index}`)
}
