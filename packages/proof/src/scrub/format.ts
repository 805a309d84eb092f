// What a scrub answers and what shows it afterwards, as the service writes it and the verifier reads it: lines, the last line, the proof.
import { createHash, type Hash } from 'node:crypto'
import { EligibilityReason, FeedCursor, Instant, Sha256Hex, SubjectId, Uuid } from '@consent-ledger/domain'
import { z } from 'zod'
import { Consistency } from '../dossier/format.ts'

const line = z.int().min(1)

/** The answer to one line of the input, the `line`-th of the file. `subjectId` is null where nobody is known by it. */
export const ScrubVerdict = z.strictObject({
  line,
  subjectId: SubjectId.nullable(),
  allowed: z.boolean(),
  reason: EligibilityReason,
  until: Instant.nullable(),
})
export type ScrubVerdict = z.infer<typeof ScrubVerdict>

/** A line that could not be read: nobody may be contacted by it. `pointer`: RFC 6901, into that line. */
export const ScrubTrouble = z.strictObject({
  line,
  error: z.strictObject({ code: z.string().regex(/^[A-Z_]{1,60}$/), pointer: z.enum(['', '/scheme', '/value']), rule: z.string() }),
})
export type ScrubTrouble = z.infer<typeof ScrubTrouble>

/**
 * The last line. `token`: a C2SP signed note over `formatScrubToken`, which says the same but for `lagMs`: how long ago `asOf` was by then. `nonce`: 32 bytes, hex.
 */
export const ScrubEnd = z.strictObject({
  id: Uuid,
  token: z.string(),
  nonce: Sha256Hex,
  count: z.int().min(0),
  inputSha256: Sha256Hex,
  outputSha256: Sha256Hex,
  asOf: Instant,
  lagMs: z.int().min(0),
  cursor: FeedCursor,
})
export type ScrubEnd = z.infer<typeof ScrubEnd>

const Decimal = z.string().regex(/^(0|[1-9]\d{0,18})$/)

/** An event with its place in the log. `leaf`: its UTF-8 bytes are what the log has hashed. `proof`: C2SP tlog-proof, under the first published head that covered it. */
export const ProvenEvent = z.strictObject({
  id: Uuid,
  type: z.string(),
  stream: z.string().regex(/^[a-z][a-z0-9-]{0,127}$/),
  revision: Decimal,
  leaf: z.string().meta({ description: 'The entry of the log: these characters, in UTF-8 (RFC 8785).' }),
  leafIndex: Decimal,
  proof: z.string().meta({ description: 'C2SP tlog-proof.' }),
})
export type ProvenEvent = z.infer<typeof ProvenEvent>

/**
 * That a scrub was recorded: its event, those by which the log names its keys before it, the first signed tree head that covers them all, and consistency proofs to
 * that from the head of each event.
 */
export const ScrubProof = z.strictObject({
  scrubId: Uuid,
  events: z.array(ProvenEvent).min(1),
  treeHead: z.string(),
  consistency: Consistency,
})
export type ScrubProof = z.infer<typeof ScrubProof>

/** SHA-256 of the nonce's bytes and whatever is added: without the nonce nobody can tell by it whether a guessed list was the one. */
export const saltedHash = (nonce: string): Hash => createHash('sha256').update(nonce, 'hex')
