// Keys: 256 random bits behind a prefix, kept as SHA-256 alone and shown once.
import { randomBytes } from 'node:crypto'
import { LedgerError } from '@consent-ledger/domain'
import { hashKey } from '@consent-ledger/edge'

/** A new key and what is kept of it. */
export const newKey = (prefix: 'sk' | 'pk' | 'ok'): { key: string; sha256: string } => {
  const key = `${prefix}_${randomBytes(32).toString('base64url')}`
  return { key, sha256: hashKey(key) }
}

/** A secret is never kept, so it cannot be shown again. `id`: of what was made the first time. */
export class AlreadyIssued extends LedgerError {
  readonly id: string
  constructor(id: string) {
    super(
      'ALREADY_DONE',
      'This was done before with the same Idempotency-Key, and a key is shown only once: revoke it and issue another if it is lost',
    )
    this.id = id
  }
}
