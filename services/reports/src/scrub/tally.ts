// What came in and went out of one scrub so far, counted and hashed.
import { randomBytes } from 'node:crypto'
import { saltedHash } from '@consent-ledger/proof'
import type { Answered } from './answers.ts'

/** `allowed`: of `count` lines those with a yes. Hashes: hex, salted with the nonce. */
export type Tallied = { count: number; allowed: number; inputSha256: string; outputSha256: string }

export class Tally {
  readonly nonce = randomBytes(32).toString('hex')
  readonly #input = saltedHash(this.nonce)
  readonly #output = saltedHash(this.nonce)
  #count = 0
  #allowed = 0

  came(piece: Uint8Array): void {
    this.#input.update(piece)
  }

  /** Before any of it can leave. */
  goes(bytes: Uint8Array, { count, allowed }: Answered): void {
    this.#output.update(bytes)
    this.#count += count
    this.#allowed += allowed
  }

  soFar(): Tallied {
    const [inputSha256, outputSha256] = [this.#input, this.#output].map((hash) => hash.copy().digest('hex'))
    return { count: this.#count, allowed: this.#allowed, inputSha256: inputSha256 ?? '', outputSha256: outputSha256 ?? '' }
  }
}
