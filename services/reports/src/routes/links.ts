// POST …/links/{linkId}/undo: an identifier that was linked to a person by mistake is theirs no longer.
import { decideUnlink, iso, LedgerError, logKeyIdAt, ms, type Role, type SealedField } from '@consent-ledger/domain'
import type { EdgeApp } from '@consent-ledger/edge'
import { decideAndAppend } from '@consent-ledger/eventstore'
import { seal } from '@consent-ledger/vault'
import { lookAt, type Look } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { historyAggregate, readHistory } from '../history.ts'
import { OfLink } from '../schemas/asked.ts'
import { Undone, UndoPost } from '../schemas/proofs.ts'
import { claimStaffAct, type StaffAct } from '../staffAct.ts'

const undoers: readonly Role[] = ['dpo']

const record = (deps: ReportsDeps, { subjectId, catalogue }: Look, linkId: string, act: StaffAct, reason: SealedField) =>
  decideAndAppend({
    store: deps.store,
    clock: deps.clock,
    aggregate: historyAggregate(subjectId),
    act: { actId: act.actId, writer: act.writer },
    again: act.again,
    decide: ({ subject }) => (subject.links.has(linkId) ? decideUnlink(subject, catalogue.controllerId, linkId, reason) : []),
    conclude: ({ events, replayed }) => ({ events, replayed }),
  })

/** Registers the undoing of a link. The event is durable first; the directory follows, and a retry after a crash between the two makes it follow. */
export const linkRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = { operationId: 'undoLink', summary: 'Undo a link', params: OfLink, body: UndoPost, response: { 200: Undone, 201: Undone } }
  app.post('/v1/subjects/:subjectId/links/:linkId/undo', { config: { access: { roles: undoers } }, schema }, async (request, reply) => {
    const { linkId } = request.params
    const look = await lookAt(deps, request, request.params.subjectId, { admitted: undoers, purpose: 'unlink' })
    const { subjectId, catalogue } = look
    const { subject } = await readHistory(deps.store, subjectId)
    if (!subject.links.has(linkId) && !subject.unlinked.has(linkId)) throw new LedgerError('NOT_FOUND', 'No such link is in force.')
    const act = await claimStaffAct(deps, look, { route: 'links', post: { linkId, ...request.body } }, request.idempotencyKey)
    const key = await deps.vault.registerKey(catalogue.controllerId, deps.clock())
    const reason = seal(key, { actId: act.actId, field: 'reason', subjectId }, request.body.reason)
    const decided = await record(deps, look, linkId, act, reason)
    await deps.vault.unlink(subjectId, linkId)
    const [event] = decided.events
    if (!event) throw new LedgerError('ALREADY_DONE', 'This link was undone before.')
    if (decided.replayed) reply.header('idempotency-replayed', 'true')
    const logKeyId = logKeyIdAt(deps.live.ledger(), ms(event.metadata.recordedAt))
    const receipt = {
      id: act.actId,
      subjectId,
      controller: catalogue.controllerId,
      recordedAt: iso(ms(event.metadata.recordedAt)),
      ...(logKeyId === undefined ? {} : { logKeyId }),
      events: decided.events.map(({ id, type, stream, revision }) => ({ id, type, stream, revision: revision.toString() })),
      status: 'recorded' as const,
    }
    return reply.code(decided.replayed ? 200 : 201).send({ receipt })
  })
}
