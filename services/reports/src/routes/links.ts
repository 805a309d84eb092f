// POST …/links/{linkId}/undo: an identifier that was linked to a person by mistake is theirs no longer.
import { decideUnlink, LedgerError, type Role } from '@consent-ledger/domain'
import type { EdgeApp } from '@consent-ledger/edge'
import { lookAt } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { readHistory } from '../history.ts'
import { sealerOf } from '../rights/words.ts'
import { OfLink } from '../schemas/asked.ts'
import { UndoPost } from '../schemas/proofs.ts'
import { staffAnswers } from '../schemas/staffReceipts.ts'
import { claimStaffAct } from '../staffAct.ts'
import { answerStaff, recordStaffAct } from '../staffReceipt.ts'

const undoers: readonly Role[] = ['dpo']

/** Registers the undoing of a link. The event is durable first; the directory follows, and a retry after a crash between the two makes it follow. */
export const linkRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = { operationId: 'undoLink', summary: 'Undo a link', params: OfLink, body: UndoPost, response: staffAnswers }
  app.post('/v1/subjects/:subjectId/links/:linkId/undo', { config: { access: { roles: undoers } }, schema }, async (request, reply) => {
    const { linkId } = request.params
    const look = await lookAt(deps, request, request.params.subjectId, { admitted: undoers, purpose: 'unlink' })
    const { subjectId, catalogue } = look
    const { subject } = await readHistory(deps.store, subjectId)
    if (!subject.links.has(linkId) && !subject.unlinked.has(linkId)) throw new LedgerError('NOT_FOUND', 'No such link is in force.')
    const act = await claimStaffAct(deps, look, { route: 'links', post: { linkId, ...request.body } }, request.idempotencyKey)
    const reason = (await sealerOf(deps, look, act))('reason', request.body.reason)
    const record = await recordStaffAct(deps, look, act, (now) =>
      now.links.has(linkId) ? decideUnlink(now, catalogue.controllerId, linkId, reason) : [],
    )
    await deps.vault.unlink(subjectId, linkId)
    if (record.events.length === 0) throw new LedgerError('ALREADY_DONE', 'This link was undone before.')
    return answerStaff(reply, record)
  })
}
