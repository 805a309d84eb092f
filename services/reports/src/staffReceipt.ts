// Writing an act of staff on one person's stream, and the receipt that answers it: the same whenever it is asked for again.
import {
  Id,
  iso,
  logKeyIdAt,
  ms,
  stateAfter,
  type LedgerError,
  type RecordedEvent,
  type Subject,
  type SubjectFact,
} from '@consent-ledger/domain'
import { sendProblem } from '@consent-ledger/edge'
import { decideAndAppend } from '@consent-ledger/eventstore'
import type { FastifyReply } from 'fastify'
import type { Look } from './access.ts'
import type { ReportsDeps } from './deps.ts'
import { historyAggregate } from './history.ts'
import type { StaffReceipt } from './schemas/staffReceipts.ts'
import type { StaffAct } from './staffAct.ts'

/** `events`: of the act, in order. `replayed`: they had been recorded before by the same request. */
export type StaffRecord = { receipt: StaffReceipt; events: RecordedEvent[]; replayed: boolean }

const receiptOf = (
  deps: ReportsDeps,
  { subjectId, catalogue }: Look,
  act: StaffAct,
  { subject, events }: { subject: Subject; events: RecordedEvent[] },
): StaffReceipt => {
  const [first] = events
  const recordedAt = first === undefined ? deps.clock() : ms(first.metadata.recordedAt)
  const logKeyId = logKeyIdAt(deps.live.ledger(), recordedAt)
  return {
    id: act.actId,
    subjectId,
    controller: catalogue.controllerId,
    recordedAt: iso(recordedAt),
    ...(logKeyId === undefined ? {} : { logKeyId }),
    events: events.map(({ id, type, data, stream, revision }) => {
      const purpose = Id.safeParse(data['purpose'])
      return { id, type, ...(purpose.success ? { purpose: purpose.data } : {}), stream, revision: revision.toString() }
    }),
    state: stateAfter(subject, catalogue, events, recordedAt),
    status: 'recorded',
  }
}

/** Appends an act of staff, or finds it there. Durable on return. `decide` is pure and may be called again; [] is nothing to do. Errors: of `decide`, and of `decideAndAppend`. */
export const recordStaffAct = (
  deps: ReportsDeps,
  look: Look,
  act: StaffAct,
  decide: (subject: Subject, recordedAt: number) => readonly SubjectFact[],
): Promise<StaffRecord> =>
  decideAndAppend({
    store: deps.store,
    clock: deps.clock,
    aggregate: historyAggregate(look.subjectId),
    act: { actId: act.actId, writer: act.writer },
    again: act.again,
    decide: ({ subject }, recordedAt) => decide(subject, recordedAt),
    conclude: ({ state, events, replayed }) => ({
      receipt: receiptOf(deps, look, act, { subject: state.subject, events }),
      events,
      replayed,
    }),
  })

/** 201 the first time, 200 with `Idempotency-Replayed: true` each later one; or the problem of what was refused, with the receipt of the rest. */
export const answerStaff = (
  reply: FastifyReply,
  { receipt, replayed }: StaffRecord,
  { refused = null, dropped = [] }: { refused?: LedgerError | null; dropped?: readonly string[] } = {},
): FastifyReply => {
  if (replayed) reply.header('idempotency-replayed', 'true')
  const body = { receipt, ...(dropped.length > 0 ? { dropped: [...dropped] } : {}) }
  if (refused) return sendProblem(reply, refused, body)
  return reply.code(replayed ? 200 : 201).send(body)
}
