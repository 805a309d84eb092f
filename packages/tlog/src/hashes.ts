// The two hashes of the tree, RFC 6962 §2.1: a leaf and a node begin with different bytes, so that neither can pass for the other.
import { hash } from 'node:crypto'

/** Bytes of a hash: SHA-256. */
export const hashSize = 32

/**
 * A digest asked for as text and unpacked takes half as long as one asked for as a Buffer, whose memory lies outside the heap; and a proof from tiles is
 * some hundred of them.
 */
const digestInto = (bytes: Uint8Array, target: Uint8Array, at: number): void => {
  const characters = hash('sha256', bytes, 'binary')
  for (let n = 0; n < hashSize; n++) target[at + n] = characters.charCodeAt(n)
}

/** SHA-256 as a plain Uint8Array, so that hashes from anywhere compare alike. */
export const sha256 = (bytes: Uint8Array): Uint8Array => {
  const digest = new Uint8Array(hashSize)
  digestInto(bytes, digest, 0)
  return digest
}

/** MTH({}) of RFC 6962 §2.1: the root of a tree without leaves. */
export const emptyRoot: Uint8Array = sha256(new Uint8Array(0))

/** SHA-256(0x00 ‖ entry). */
export const leafHash = (entry: Uint8Array): Uint8Array => {
  const prefixed = Buffer.allocUnsafe(entry.length + 1)
  prefixed[0] = 0x00
  prefixed.set(entry, 1)
  return sha256(prefixed)
}

/** Filled anew by each call below, and they are synchronous: a tree makes one node for each leaf. */
const prefixedPair = new Uint8Array(1 + 2 * hashSize).fill(0x01, 0, 1)

/** SHA-256(0x01 ‖ left ‖ right), both of 32 bytes. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  prefixedPair.set(left, 1)
  prefixedPair.set(right, 1 + hashSize)
  return sha256(prefixedPair)
}

/** Node `index` of a row whose children lie one after another in `below`: the same hash, without an array for each. */
export const nodeHashInto = (row: Uint8Array, index: number, below: Uint8Array): void => {
  const children = 2 * index * hashSize
  for (let n = 0; n < 2 * hashSize; n++) prefixedPair[1 + n] = below[children + n] ?? 0
  digestInto(prefixedPair, row, index * hashSize)
}

/** Whether two hashes, or any two byte strings, are the same. Not for secrets. */
export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0
