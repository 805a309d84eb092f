// Restricting what is done with a person's data, and lifting a restriction or an objection: the DPO's decisions, as they are written.
import {
  decideObjectionLift,
  decideRestriction,
  decideRestrictionLift,
  demandTold,
  purposesToRestrict,
  ms,
  refusalOfOthers,
  type LedgerError,
} from '@consent-ledger/domain'
import type { z } from 'zod'
import type { Look } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import type { ObjectionLift, RestrictionLift, RestrictionPost } from '../schemas/rights.ts'
import { claimStaffAct } from '../staffAct.ts'
import { recordStaffAct, type StaffRecord } from '../staffReceipt.ts'
import { demandNoPaymentData, sealerOf } from './words.ts'

const restricted = ({ events }: StaffRecord): Set<string> =>
  new Set(events.flatMap(({ data }) => (Array.isArray(data['purposes']) ? data['purposes'].map(String) : [])))

/**
 * Restricts from now on, durable on return. Ids that never were a purpose are `refused` beside what is restricted. Errors: UNKNOWN_PURPOSE where nothing is left,
 * PAYMENT_DATA_REFUSED, IDEMPOTENCY_CONFLICT, those of store and vault.
 */
export const restrict = async (
  deps: ReportsDeps,
  look: Look,
  post: z.output<typeof RestrictionPost>,
  idempotencyKey: string | undefined,
): Promise<{ record: StaffRecord; refused: LedgerError | null }> => {
  const { controllerId } = look.catalogue
  demandNoPaymentData({ reason: post.reason })
  const purposes = purposesToRestrict(look.catalogue, post.purposes)
  const unknown = refusalOfOthers(post.purposes, new Set(purposes))
  if (unknown !== null && purposes.length === 0) throw unknown
  const act = await claimStaffAct(deps, look, { route: 'restrictions', post: { ...post } }, idempotencyKey)
  const sealed = post.reason === undefined ? {} : { reason: (await sealerOf(deps, look, act))('reason', post.reason) }
  const record = await recordStaffAct(deps, look, act, (_, recordedAt) =>
    decideRestriction(controllerId, { purposes, ground: post.ground, recordedAt, ...sealed }),
  )
  return { record, refused: refusalOfOthers(post.purposes, restricted(record)) }
}

/** Errors: NOT_FOUND, ALREADY_DONE, PAYMENT_DATA_REFUSED, INVALID_REQUEST (told only after now), IDEMPOTENCY_CONFLICT, those of store and vault. */
export const liftRestriction = async (
  deps: ReportsDeps,
  look: Look,
  restriction: string,
  post: z.output<typeof RestrictionLift>,
  idempotencyKey: string | undefined,
): Promise<StaffRecord> => {
  const { notification, reason } = post
  demandNoPaymentData({ notification, reason })
  const notifiedAt = ms(post.notifiedAt)
  demandTold(notifiedAt, deps.clock())
  const act = await claimStaffAct(deps, look, { route: 'restrictions/lift', post: { restriction, ...post } }, idempotencyKey)
  const seal = await sealerOf(deps, look, act)
  const sealed = { notification: seal('notification', notification), reason: seal('reason', reason) }
  return recordStaffAct(deps, look, act, (subject, recordedAt) =>
    decideRestrictionLift(subject, look.catalogue.controllerId, { restriction, recordedAt, notifiedAt, ...sealed }),
  )
}

/** Errors: NOT_FOUND, ALREADY_DONE, PAYMENT_DATA_REFUSED, IDEMPOTENCY_CONFLICT, those of store and vault. */
export const liftObjection = async (
  deps: ReportsDeps,
  look: Look,
  objection: string,
  post: z.output<typeof ObjectionLift>,
  idempotencyKey: string | undefined,
): Promise<StaffRecord> => {
  const { method, reason } = post
  demandNoPaymentData({ reason })
  const act = await claimStaffAct(deps, look, { route: 'objections/lift', post: { objection, ...post } }, idempotencyKey)
  const sealed = (await sealerOf(deps, look, act))('reason', reason)
  return recordStaffAct(deps, look, act, (subject, recordedAt) =>
    decideObjectionLift(subject, look.catalogue, { objection, recordedAt, method, reason: sealed }),
  )
}
