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
