// Personal data as it may stand in an event: sealed, with a salted commitment in the clear (DESIGN §7). Nothing else about a person may.
import { z } from 'zod'
import { IdentifierKind, Sha256Hex } from './words.ts'

/** `<keyId>.<iv>.<ciphertext and tag>`, each base64url: AES-256-GCM with act id, field, subject and key id as associated data. The vault alone makes and opens it. */
export const Ciphertext = z.string().regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)

/**
 * One sealed value. AES-GCM does not commit to its key, so `commitment` = SHA-256(salt ‖ RFC 8785 bytes of the value), hex, with a fresh
 * 32-byte salt that stands only inside the ciphertext: whoever opens one field can show that it is what was sealed then, and nobody can guess it.
 */
export const SealedField = z.strictObject({ commitment: Sha256Hex, sealed: Ciphertext })
export type SealedField = z.infer<typeof SealedField>

/** An identifier named in an act. `sealed`: salt and normalised value under the contact key; `salt`: the salt alone under the evidence key, so that a claimant's own words can be checked after the address is gone. */
export const SealedIdentifier = z.strictObject({
  scheme: z.string(),
  kind: IdentifierKind,
  commitment: Sha256Hex,
  sealed: Ciphertext,
  salt: Ciphertext,
})
export type SealedIdentifier = z.infer<typeof SealedIdentifier>

/** What was claimed by the site (`ip`, `userAgent`, `pageUrl`, `sessionId`, `signals`, …) and seen by the ledger itself (`observedIp`, `observedOrigin`, `observedUserAgent`). */
export const SealedEvidence = z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,40}$/), SealedField)
export type SealedEvidence = z.infer<typeof SealedEvidence>
