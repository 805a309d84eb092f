// Keys under the key-encryption key: how data keys and MAC keys stand in the vault's file, `<epoch>.<iv>.<ciphertext and tag>`.
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { LedgerError } from '@consent-ledger/domain'
import { decrypt, encrypt } from './aead.ts'
import { randomBytes } from './random.ts'

/** The key-encryption key in use. A later one is a later epoch; what is wrapped says which it needs. */
const epoch = '1'

const sentence = (cause: string): string => `A key in the vault ${cause}; the vault was damaged or changed by hand`

/** Arrays of well-formed strings: JSON.stringify gives their RFC 8785 text. */
const associatedText = (names: readonly string[]): string => JSON.stringify(names)

/** A fresh random 256-bit key, and what to store of it. `names` tell what it is for and bind it to its row. */
export const newWrappedKey = (kek: KeyObject, names: readonly string[]): { key: KeyObject; wrapped: string } => {
  const bytes = randomBytes(32)
  const { iv, text } = encrypt(kek, associatedText(names), bytes)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return { key, wrapped: `${epoch}.${iv}.${text}` }
}

/** The key that was stored. Errors: MASTER_KEY_WRONG (another epoch), DATA_CORRUPT (not what was wrapped under these names). */
export const unwrapKey = (kek: KeyObject, names: readonly string[], wrapped: string): KeyObject => {
  const [of, iv, text, ...rest] = wrapped.split('.')
  if (iv === undefined || text === undefined || rest.length > 0) throw new LedgerError('DATA_CORRUPT', sentence('is malformed'))
  if (of !== epoch) throw new LedgerError('MASTER_KEY_WRONG', 'A key in the vault was wrapped under a master key of another epoch')
  const bytes = decrypt(kek, associatedText(names), iv, text)
  if (bytes === null) throw new LedgerError('DATA_CORRUPT', sentence('does not unwrap'))
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

/** A value by which a file says which key-encryption key it needs, hex. It tells nothing about the key; `about` keeps uses apart. */
export const checkValue = (kek: KeyObject, about: 'vault' | 'ledger', id: string): string =>
  createHmac('sha256', kek).update(`consent-ledger ${about} check\0${id}`, 'utf8').digest('hex')
