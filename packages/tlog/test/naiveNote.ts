// Keys, notes and cosignatures put together byte by byte from the words of C2SP; nothing in it is shared with the code that it judges.
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'

const privateKey = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' })

/** The last 32 bytes of the DER form are the key. */
const publicKey = (seed: Buffer): Buffer => createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32)

const keyId = (name: string, type: number, seed: Buffer): Buffer =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.from(name), Buffer.of(0x0a, type), publicKey(seed)]))
    .digest()
    .subarray(0, 4)

/** As Go's sumdb/note writes them. `seed`: 32 bytes. */
export const naiveKeyPair = (name: string, type: number, seed: Buffer): { skey: string; vkey: string } => {
  const id = keyId(name, type, seed).toString('hex')
  const vkey = `${name}+${id}+${Buffer.concat([Buffer.of(type), publicKey(seed)]).toString('base64')}`
  return { skey: `PRIVATE+KEY+${name}+${id}+${Buffer.concat([Buffer.of(type), seed]).toString('base64')}`, vkey }
}

/** Signature line of a key of type 0x01. */
export const naiveSignature = (name: string, seed: Buffer, text: string): string => {
  const signature = sign(null, Buffer.from(text), privateKey(seed))
  return `— ${name} ${Buffer.concat([keyId(name, 0x01, seed), signature]).toString('base64')}\n`
}

/** Signature line of a witness's key, type 0x04. */
export const naiveCosignature = (name: string, seed: Buffer, text: string, seconds: bigint): string => {
  const time = Buffer.from(seconds.toString(16).padStart(16, '0'), 'hex')
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), privateKey(seed))
  return `— ${name} ${Buffer.concat([keyId(name, 0x04, seed), time, signature]).toString('base64')}\n`
}
