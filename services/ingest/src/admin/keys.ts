// Keys: 256 random bits behind a prefix, kept as SHA-256 alone and shown once.
import { LedgerError } from '@consent-ledger/domain'
import { hashKey } from '@consent-ledger/edge'
import type { IngestDeps } from '../deps.ts'
import { freshBytes } from './administer.ts'

/** A new key and what is kept of it. */
export const newKey = (deps: Pick<IngestDeps, 'random'>, prefix: 'sk' | 'pk' | 'ok'): { key: string; sha256: string } => {
  const key = `${prefix}_${Buffer.from(freshBytes(deps, 32)).toString('base64url')}`
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
