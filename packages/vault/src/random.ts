// Fresh random bytes for ids, salts, ivs and keys, drawn from the system in blocks because one draw costs as much as a seal.
import { randomFillSync } from 'node:crypto'

const block = Buffer.allocUnsafeSlow(4096)
let used = block.length

/** `count` (at most 4,096) bytes of node:crypto's generator, in memory of their own; the block keeps no trace of them. */
export const randomBytes = (count: number): Buffer => {
  if (used + count > block.length) {
    randomFillSync(block)
    used = 0
  }
  const bytes = Buffer.from(block.subarray(used, used + count))
  block.fill(0, used, used + count)
  used += count
  return bytes
}

/** 128 random bits as 32 lower-case hex digits: a subject's id. */
export const newSubjectId = (): string => randomBytes(16).toString('hex')
