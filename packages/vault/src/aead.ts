// AES-256-GCM as the vault uses it, for sealed fields and wrapped keys alike: fresh 96-bit iv, 128-bit tag, associated data always given.
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { randomBytes } from './random.ts'

const algorithm = 'aes-256-gcm'
const tagLength = 16
const ivLength = 12

/** `iv` and ciphertext with the tag behind it, both base64url. NIST SP 800-38D; a random iv allows 2^32 values for each key. */
export const encrypt = (key: KeyObject, associated: string, plain: Buffer): { iv: string; text: string } => {
  const iv = randomBytes(ivLength)
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagLength })
  cipher.setAAD(Buffer.from(associated, 'utf8'))
  const body = cipher.update(plain)
  cipher.final()
  return { iv: iv.toString('base64url'), text: Buffer.concat([body, cipher.getAuthTag()]).toString('base64url') }
}

/** What `encrypt` was given, or null if key, associated data or a single bit is another. */
export const decrypt = (key: KeyObject, associated: string, iv: string, text: string): Buffer | null => {
  const ivBytes = Buffer.from(iv, 'base64url')
  const bytes = Buffer.from(text, 'base64url')
  if (ivBytes.length !== ivLength || bytes.length < tagLength) return null
  const decipher = createDecipheriv(algorithm, key, ivBytes, { authTagLength: tagLength })
  decipher.setAAD(Buffer.from(associated, 'utf8'))
  decipher.setAuthTag(bytes.subarray(bytes.length - tagLength))
  const plain = decipher.update(bytes.subarray(0, bytes.length - tagLength))
  try {
    decipher.final()
    return plain
  } catch {
    return null
  }
}
