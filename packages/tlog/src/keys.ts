// Keys of signed notes, C2SP signed-note v1: Ed25519, written as Go's sumdb/note writes them.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { TlogError } from './errors.ts'
import { hashSize, sha256 } from './hashes.ts'
import { fromBase64, hasControl, toBase64 } from './text.ts'

/** 0x01 signs texts, 0x04 is a witness's and signs texts with a time (C2SP tlog-cosignature). */
export type KeyType = 0x01 | 0x04

/** A key by which signatures are checked. `id`: 8 hex digits, the first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). */
export type Verifier = {
  name: string
  id: string
  type: KeyType
  /** `<name>+<id>+<base64 of type ‖ public key>`. */
  vkey: string
  /** Whether these 64 bytes are the key's Ed25519 signature (RFC 8032) of the message. */
  verifies(message: Uint8Array, signature: Uint8Array): boolean
}

/** A key that signs. Nothing of the secret is visible in it. */
export type Signer = {
  name: string
  id: string
  type: KeyType
  vkey: string
  /** The whole signature line of a note's text, with its newline. Errors: KEY_MALFORMED for a key of type 0x04, which signs by `cosign` alone. */
  sign(text: string): string
  /** 64 bytes: the bare Ed25519 signature of these bytes. */
  signature(message: Uint8Array): Uint8Array
}

/** C2SP signed-note: neither empty nor with white space, control characters or `+`. */
export const isKeyName = (name: string): boolean => /^[^\p{White_Space}+]+$/u.test(name) && name.isWellFormed() && !hasControl(name, '')

const malformed = (what: string): TlogError => new TlogError('KEY_MALFORMED', what)

const keyId = (name: string, typeAndKey: Uint8Array): string =>
  Buffer.from(sha256(Buffer.concat([Buffer.from(`${name}\n`), typeAndKey])).subarray(0, 4)).toString('hex')

const vkeyOf = (name: string, type: KeyType, publicKey: Uint8Array) => {
  const typeAndKey = Uint8Array.of(type, ...publicKey)
  const id = keyId(name, typeAndKey)
  return { id, vkey: `${name}+${id}+${toBase64(typeAndKey)}` }
}

const isKeyType = (type: number | undefined): type is KeyType => type === 0x01 || type === 0x04

/** `name+id+base64(type ‖ 32 bytes)` in its parts; the secret key has the same form. */
const partsOf = (key: string, what: string) => {
  const { name, id, encoded } = /^(?<name>[^+]+)\+(?<id>[0-9a-f]{8})\+(?<encoded>[A-Za-z0-9+/]+=*)$/.exec(key)?.groups ?? {}
  const [type, ...bytes] = fromBase64(encoded ?? '') ?? []
  if (name === undefined || id === undefined || !isKeyName(name)) throw malformed(`not a ${what}`)
  if (!isKeyType(type)) throw malformed(`a ${what} of a type unknown here`)
  if (bytes.length !== hashSize) throw malformed(`a ${what} of ${bytes.length} bytes`)
  return { name, id, type, bytes: Uint8Array.from(bytes) }
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

const importPublic = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url(bytes) }, format: 'jwk' })

/** RFC 8410 §7: a seed has no public key beside it there, which JWK would ask for. */
const importSeed = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' })

const publicBytes = (secret: KeyObject): Uint8Array =>
  new Uint8Array(Buffer.from(createPublicKey(secret).export({ format: 'jwk' }).x ?? '', 'base64url'))

/** Errors: KEY_MALFORMED, for an id that is not the key's too. */
export const parseVkey = (vkey: string): Verifier => {
  const { name, id, type, bytes } = partsOf(vkey, 'verifier key')
  if (vkeyOf(name, type, bytes).vkey !== vkey) throw malformed(`the id of verifier key ${name}+${id} is not the one of its bytes`)
  const key = importPublic(bytes)
  return { name, id, type, vkey, verifies: (message, signature) => verify(null, message, key, signature) }
}

const secretPrefix = 'PRIVATE+KEY+'

/** Reads what `generateKey` or Go's `note.GenerateKey` made. Errors: KEY_MALFORMED, never with a part of the key in it. */
export const parseSkey = (skey: string): Signer => {
  if (!skey.startsWith(secretPrefix)) throw malformed('not a signer key')
  const { name, id, type, bytes } = partsOf(skey.slice(secretPrefix.length), 'signer key')
  const secret = importSeed(bytes)
  const { id: ownId, vkey } = vkeyOf(name, type, publicBytes(secret))
  if (ownId !== id) throw malformed(`the id of signer key ${name}+${id} is not the one of its bytes`)
  const signature = (message: Uint8Array): Uint8Array => new Uint8Array(sign(null, message, secret))
  const signText = (text: string): string => {
    if (type !== 0x01) throw malformed(`key ${name}+${id} signs with a time only`)
    return signatureLine({ name, id }, signature(Buffer.from(text)))
  }
  return { name, id, type, vkey, sign: signText, signature }
}

/** The line of a note that holds a signature, with its newline. */
export const signatureLine = ({ name, id }: { name: string; id: string }, signature: Uint8Array): string =>
  `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), signature]).toString('base64')}\n`

/** A new key pair from the system's randomness. `skey` is the secret: `PRIVATE+KEY+<name>+<id>+<base64 of type ‖ seed>`. Errors: KEY_MALFORMED for a name that no key can have. */
export const generateKey = (name: string, type: KeyType = 0x01): { skey: string; vkey: string } => {
  if (!isKeyName(name)) throw malformed('a key cannot have this name')
  const { privateKey } = generateKeyPairSync('ed25519')
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  const { id, vkey } = vkeyOf(name, type, publicBytes(privateKey))
  return { skey: `${secretPrefix}${name}+${id}+${toBase64(Uint8Array.of(type, ...seed))}`, vkey }
}
