// An act of staff on one subject: claimed in the vault before it is written, so that a retry finds it.
import { canonicalJson, LedgerError, type JsonObject, type Writer } from '@consent-ledger/domain'
import type { SubjectKeys } from '@consent-ledger/vault'
import type { Look } from './access.ts'
import type { ReportsDeps } from './deps.ts'

/** `again`: it was claimed before, so an append of it may be under way still. `keys`: the person's, for what the act says of the person. */
export type StaffAct = { actId: string; writer: Writer; again: boolean; keys: SubjectKeys }

/** Claims the act. Durable on return. The scope of the key is the operator. Errors: IDEMPOTENCY_CONFLICT, NOT_FOUND, VAULT_UNAVAILABLE. */
export const claimStaffAct = async (
  { vault }: ReportsDeps,
  { caller, subjectId }: Look,
  asked: { route: string; post: JsonObject },
  idempotencyKey: string | undefined,
): Promise<StaffAct> => {
  const writer = `operator:${caller.operatorId}`
  const claimed = await vault.claimOn(subjectId, {
    writer,
    body: canonicalJson(asked),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })
  if (claimed === null) throw new LedgerError('NOT_FOUND', 'There is no such subject.')
  if (claimed.outcome === 'other-content') throw new LedgerError('IDEMPOTENCY_CONFLICT', 'This Idempotency-Key came with other content.')
  const [target] = claimed.outcome === 'conflict' ? [] : claimed.targets
  if (target === undefined) throw new LedgerError('INTERNAL', 'An act on a known subject was not claimed')
  return {
    actId: target.actId,
    writer: { kind: 'operator', id: caller.operatorId, trust: 'operator' },
    again: claimed.outcome === 'again',
    keys: target.keys,
  }
}
