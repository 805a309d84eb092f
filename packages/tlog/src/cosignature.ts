// Who else saw the tree, and when: C2SP tlog-cosignature v1. A witness says that at that time this was the largest consistent tree it had seen.
import { TlogError } from './errors.ts'
import { type Signer, signatureLine, type Verifier } from './keys.ts'

const timeBytes = 8
const lastSecond = (1n << 63n) - 1n

const message = (seconds: bigint, text: string): Uint8Array => Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)

/**
 * The signature line of a witness (key type 0x04) on a tree head's text, with its newline. `seconds`: POSIX time. Whoever calls this has checked that
 * the tree is consistent with every one that the key has signed before. Errors: KEY_MALFORMED for a key of another type, RANGE_WRONG for the time.
 */
export const cosign = (signer: Signer, text: string, seconds: bigint): string => {
  if (signer.type !== 0x04) throw new TlogError('KEY_MALFORMED', `key ${signer.name}+${signer.id} is not a witness's`)
  if (seconds < 0n || seconds > lastSecond) throw new TlogError('RANGE_WRONG', `${seconds} s is no time`)
  const time = Buffer.alloc(timeBytes)
  time.writeBigUInt64BE(seconds)
  return signatureLine(signer, Buffer.concat([time, signer.signature(message(seconds, text))]))
}

/** The time in POSIX seconds if these bytes (time ‖ signature) are the key's cosignature of the text, else null. */
export const checkCosignature = (key: Verifier, text: string, bytes: Uint8Array): bigint | null => {
  if (bytes.length !== timeBytes + 64) return null
  const seconds = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
  return seconds <= lastSecond && key.verifies(message(seconds, text), bytes.subarray(timeBytes)) ? seconds : null
}
