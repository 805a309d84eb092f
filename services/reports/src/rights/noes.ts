// A withdrawal or an objection that reached staff: admitted as a site's, recorded on the one person that the address names.
import {
  decideStaffNo,
  flagsOfDropped,
  admitObjection,
  admitWithdrawal,
  refusalOfOthers,
  type ActContext,
  type Catalogue,
  type Admission,
  type LedgerError,
} from '@consent-ledger/domain'
import { sealEvidence } from '@consent-ledger/vault'
import type { Look } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import type { StaffObjection, StaffWithdrawal } from '../schemas/rights.ts'
import { claimStaffAct } from '../staffAct.ts'
import { recordStaffAct, type StaffRecord } from '../staffReceipt.ts'
import { sealerOf } from './words.ts'

/** `dropped`: pointers of what was taken out of the post for its form. */
export type StaffNo = ({ right: 'withdrawals'; post: StaffWithdrawal } | { right: 'objections'; post: StaffObjection }) & {
  dropped: readonly string[]
}

const admit = (catalogue: Catalogue, no: StaffNo, receivedAt: number): Admission => {
  const by = { trust: 'operator', receivedAt } as const
  return no.right === 'withdrawals' ? admitWithdrawal(catalogue, no.post, by) : admitObjection(catalogue, no.post, by)
}

const purposesOf = ({ receipt }: StaffRecord): Set<string> => new Set(receipt.events.flatMap(({ purpose }) => purpose ?? []))

/**
 * Records a no, durable on return. It needs no notice, no history and no known channel; ids that never were a purpose are `refused` beside what stands, and refuse it whole only where nothing does.
 * Errors: UNKNOWN_PURPOSE, IDEMPOTENCY_CONFLICT, those of store and vault (the same call again is safe).
 */
export const recordNo = async (
  deps: ReportsDeps,
  look: Look,
  no: StaffNo,
  idempotencyKey: string | undefined,
): Promise<{ record: StaffRecord; refused: LedgerError | null }> => {
  const { catalogue, subjectId } = look
  const { right, post, dropped } = no
  const admitted = admit(catalogue, no, deps.clock())
  if (admitted.answers.length === 0 && admitted.refused) throw admitted.refused
  const act = await claimStaffAct(deps, look, { route: right, post: { ...post, leftOut: [...dropped] } }, idempotencyKey)
  const reason = post.reason === undefined ? undefined : (await sealerOf(deps, look, act))('reason', post.reason)
  const context: Omit<ActContext, 'recordedAt'> = {
    trust: 'operator',
    occurred: admitted.occurred,
    method: post.method,
    flags: flagsOfDropped(dropped),
    links: [],
    ...sealEvidence(act.keys, { actId: act.actId, subjectId }, 'evidence' in post ? (post.evidence ?? {}) : {}),
  }
  const record = await recordStaffAct(deps, look, act, (subject, recordedAt) =>
    decideStaffNo(subject, catalogue, admitted.answers, { ...context, recordedAt }, reason),
  )
  return { record, refused: refusalOfOthers(post.purposes, purposesOf(record)) }
}
