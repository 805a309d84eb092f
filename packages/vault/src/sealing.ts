// Sealed fields: how personal data stands in an event, and how it is opened again (DESIGN §7). node:crypto only, so that an auditor can read it.
import { hash } from 'node:crypto'
import { canonicalJson, LedgerError, type Json, type SealedEvidence, type SealedField, type SealedIdentifier } from '@consent-ledger/domain'
import { decrypt, encrypt } from './aead.ts'
import type { DataKey, Identifier, SubjectKeys } from './port.ts'
import { randomBytes } from './random.ts'

/** Where a field stands: a ciphertext moved to another act, field or subject does not open. `field`: as in `evidence/ip`, `identifiers/0`. */
export type SealContext = { actId: string; field: string; subjectId: string }

/** What was sealed. `salt`: 32 bytes, base64url. */
export type Opened = { salt: string; value: Json }

const saltLength = 32
const broken = (cause: string): LedgerError => new LedgerError('INTEGRITY', `A sealed field ${cause}`)

/** Strings only, so JSON.stringify gives the RFC 8785 text of [actId, field, subjectId, keyId]. */
const associatedText = ({ actId, field, subjectId }: SealContext, keyId: string): string => JSON.stringify([actId, field, subjectId, keyId])

/** SHA-256(salt ‖ RFC 8785 bytes of the value), hex. */
const commit = (salt: Buffer, canonicalValue: string): string =>
  hash('sha256', Buffer.concat([salt, Buffer.from(canonicalValue, 'utf8')]), 'hex')

/** `<keyId>.<iv>.<ciphertext and tag>`; the plaintext is the RFC 8785 text of {salt, value}: its two names are in order as they stand. */
const cipherText = (key: DataKey, context: SealContext, salt: Buffer, canonicalValue: string): string => {
  const plain = Buffer.from(`{"salt":"${salt.toString('base64url')}","value":${canonicalValue}}`, 'utf8')
  const { iv, text } = encrypt(key.key, associatedText(context, key.keyId), plain)
  return `${key.keyId}.${iv}.${text}`
}

/** Seals one value. `salt`: 32 fresh bytes unless the caller must reuse one. Errors: INVALID_REQUEST where the value has no RFC 8785 form. */
export const seal = (key: DataKey, context: SealContext, value: Json, salt: Buffer = randomBytes(saltLength)): SealedField => {
  const canonicalValue = canonicalJson(value)
  return { commitment: commit(salt, canonicalValue), sealed: cipherText(key, context, salt, canonicalValue) }
}

/** Seals an identifier: salt and value under the contact key, the salt alone (value null) under the evidence key, both in the same context. */
export const sealIdentifier = (keys: SubjectKeys, context: SealContext, { scheme, kind, value }: Identifier): SealedIdentifier => {
  const salt = randomBytes(saltLength)
  return { scheme, kind, ...seal(keys.contact, context, value, salt), salt: cipherText(keys.evidence, context, salt, 'null') }
}

/** Evidence of an act under the evidence key: each field by itself, at `evidence/<name>`; without `evidence` where there is none. */
export const sealEvidence = (
  { evidence: key }: SubjectKeys,
  { actId, subjectId }: Omit<SealContext, 'field'>,
  evidence: Record<string, Json | undefined>,
): { evidence?: SealedEvidence } => {
  const fields = Object.entries(evidence).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, seal(key, { actId, subjectId, field: `evidence/${name}` }, value)] as const],
  )
  return fields.length === 0 ? {} : { evidence: Object.fromEntries(fields) }
}

/** Id of the key that a sealed value needs, for `Vault.keyById`. */
export const keyIdOf = (sealed: string): string => sealed.slice(0, Math.max(sealed.indexOf('.'), 0))

/** Opens one sealed value. Errors: INTEGRITY if it was not sealed by this key in this context, or not since changed. */
export const open = (key: DataKey, context: SealContext, sealed: string): Opened => {
  const [keyId, iv, text, ...rest] = sealed.split('.')
  if (keyId !== key.keyId || iv === undefined || text === undefined || rest.length > 0) throw broken('is malformed or needs another key')
  const plain = decrypt(key.key, associatedText(context, keyId), iv, text)
  if (plain === null) throw broken('does not open: key, place or bytes differ from what was sealed')
  return JSON.parse(plain.toString('utf8')) as Opened
}

/** Opens a field and holds it against its commitment. Errors: INTEGRITY, also where the commitment is not of this salt and value. */
export const openField = (key: DataKey, context: SealContext, field: SealedField): Opened => {
  const opened = open(key, context, field.sealed)
  if (!isCommitment(field.commitment, opened)) throw broken('opens to something else than what was committed to')
  return opened
}

/** Whether `commitment` is of this salt (32 bytes, base64url) and value: what a claimant's own words are held against. */
export const isCommitment = (commitment: string, { salt, value }: Opened): boolean => {
  const bytes = Buffer.from(salt, 'base64url')
  return bytes.length === saltLength && commit(bytes, canonicalJson(value)) === commitment
}
