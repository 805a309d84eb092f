// A withdrawal or an objection that reached staff: judged as a site's, recorded on the one person that the address names.
import {
  decideStaffNo,
  judgeObjection,
  judgeWithdrawal,
  refusalOfOthers,
  type ActContext,
  type Catalogue,
  type Flag,
  type Judged,
  type LedgerError,
  type SealedEvidence,
} from '@consent-ledger/domain'
import { seal } from '@consent-ledger/vault'
import type { Look } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import type { StaffObjection, StaffWithdrawal } from '../schemas/rights.ts'
import { claimStaffAct, type StaffAct } from '../staffAct.ts'
import { recordStaffAct, type StaffRecord } from '../staffReceipt.ts'
import { sealerOf } from './words.ts'

/** `dropped`: pointers of what was taken out of the post for its form. */
export type StaffNo = ({ right: 'withdrawals'; post: StaffWithdrawal } | { right: 'objections'; post: StaffObjection }) & {
  dropped: readonly string[]
}

const judge = (catalogue: Catalogue, no: StaffNo, receivedAt: number): Judged => {
  const by = { trust: 'operator', receivedAt } as const
  return no.right === 'withdrawals' ? judgeWithdrawal(catalogue, no.post, by) : judgeObjection(catalogue, no.post, by)
}

const droppable = [
  ['/evidence', 'evidence-dropped'],
  ['/method', 'method-dropped'],
  ['/reason', 'reason-dropped'],
] as const

const flagsOf = (dropped: readonly string[]): Flag[] =>
  droppable.flatMap(([field, flag]) => (dropped.some((pointer) => `${pointer}/`.startsWith(`${field}/`)) ? [flag] : []))

const sealEvidence = ({ actId, keys }: StaffAct, subjectId: string, post: StaffNo['post']): { evidence?: SealedEvidence } => {
  const fields = Object.entries('evidence' in post ? (post.evidence ?? {}) : {})
  if (fields.length === 0) return {}
  return {
    evidence: Object.fromEntries(
      fields.map(([name, text]) => [name, seal(keys.evidence, { actId, subjectId, field: `evidence/${name}` }, text)]),
    ),
  }
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
  const judged = judge(catalogue, no, deps.clock())
  if (judged.answers.length === 0 && judged.refused) throw judged.refused
  const act = await claimStaffAct(deps, look, { route: right, post: { ...post, leftOut: [...dropped] } }, idempotencyKey)
  const reason = post.reason === undefined ? undefined : (await sealerOf(deps, look, act))('reason', post.reason)
  const context: Omit<ActContext, 'recordedAt'> = {
    trust: 'operator',
    occurred: judged.occurred,
    method: post.method,
    flags: flagsOf(dropped),
    links: [],
    ...sealEvidence(act, subjectId, post),
  }
  const record = await recordStaffAct(deps, look, act, (subject, recordedAt) =>
    decideStaffNo(subject, catalogue, judged.answers, { ...context, recordedAt }, reason),
  )
  return { record, refused: refusalOfOthers(post.purposes, purposesOf(record)) }
}
