// The leaf of an event: the bytes that the transparency log seals and an auditor recomputes. The one definition.
import { LedgerError } from './errors.ts'
import type { RecordedEvent } from './event.ts'
import { canonicalJson } from './json.ts'

/** C2SP tlog-tiles: an entry has a 16-bit length. */
export const maximumLeaf = 65_535

/**
 * RFC 8785 bytes of `{v, id, type, stream, revision, data, metadata}`: ciphertext and commitments as stored, nothing that a move to another store
 * would change (no position). Errors: TOO_LARGE over 65,535 bytes, INVALID_REQUEST if a text is not Unicode. Made before an event is appended.
 */
export const leafBytes = (event: Omit<RecordedEvent, 'position'>): Uint8Array => {
  const { id, type, stream, revision, data, metadata } = event
  const bytes = Buffer.from(canonicalJson({ v: 1, id, type, stream, revision: revision.toString(), data, metadata }), 'utf8')
  if (bytes.length > maximumLeaf) throw new LedgerError('TOO_LARGE', `One event may have at most ${maximumLeaf} bytes`)
  return bytes
}

/** Refuses an event that cannot be a leaf, with the errors of `leafBytes`, at a fraction of its cost: RFC 8785 only puts members in another order. */
export const demandLeaf = (event: Omit<RecordedEvent, 'position'>): void => {
  const { id, type, stream, revision, data, metadata } = event
  const text = JSON.stringify({ v: 1, id, type, stream, revision: revision.toString(), data, metadata })
  // JSON.stringify writes a lone surrogate, or a backslash before `ud`, with these characters: then only the leaf itself tells.
  if (Buffer.byteLength(text) > maximumLeaf || text.includes('\\ud')) leafBytes(event)
}

/** Whether the events of a stream are sealed: everything but the heads of the log itself, and what a store keeps for its own ends. */
export const isSealed = (stream: string): boolean => /^(?:subject-|controller-|request-|operators$|ledger$)/.test(stream)

/** Where an event stands, as its leaf says it. */
export type LeafPlace = { stream: string; revision: bigint; type: string }

/** RFC 8785 puts `revision`, `stream`, `type` and `v` last, and none of their values needs an escape. */
const ending =
  /"revision":"(?<revision>0|[1-9]\d{0,18})","stream":"(?<stream>[a-z][a-z0-9-]{0,127})","type":"(?<type>[A-Z][A-Za-z]{0,62})","v":1\}$/
const longestEnding = 320

/** The place that a leaf names, from its last bytes: there is a leaf for every event there is, and few are read whole. Null for what is no leaf of ours. */
export const placeInLeaf = (leaf: Uint8Array): LeafPlace | null => {
  const tail = leaf.length > longestEnding ? leaf.subarray(-longestEnding) : leaf
  const found = ending.exec(Buffer.from(tail.buffer, tail.byteOffset, tail.length).toString('latin1'))?.groups
  if (found === undefined) return null
  const { revision = '', stream = '', type = '' } = found
  return { stream, revision: BigInt(revision), type }
}
