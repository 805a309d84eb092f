// POST …/proofs: a proof of consent as one document or as a dossier, and the event that says it was handed out.
import type { Role } from '@consent-ledger/domain'
import type { EdgeApp } from '@consent-ledger/edge'
import type { FastifyReply } from 'fastify'
import { chooseForm } from '../accept.ts'
import { lookAt } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { dossierOf } from '../dossier/dossier.ts'
import { awaitPublished, publishedSize } from '../dossier/published.ts'
import { demandProvable, issueProof, proofDocument } from '../proof/issue.ts'
import { OfSubject } from '../schemas/asked.ts'
import { ProofAnswer, ProofPost } from '../schemas/proofs.ts'

/** What these roles may open: identifiers and evidence, all of it. Nobody else may open anything. */
const provers: readonly Role[] = ['dpo', 'legal']
const forms = ['application/json', 'application/zip'] as const
const otherwise = 'A proof is application/json, or application/zip for the dossier.'

const sendZip = (reply: FastifyReply, proofId: string, zip: Uint8Array): FastifyReply =>
  reply
    .type('application/zip')
    .headers({ 'content-disposition': `attachment; filename="proof-${proofId}.zip"`, 'cache-control': 'no-store' })
    .send(Buffer.from(zip))

/** Registers the proof. 201 the first time, 200 with `Idempotency-Replayed` when the same request is sent again, in whichever form. */
export const proofRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'issueProof',
    summary: 'Proof of consent, from the whole stream',
    params: OfSubject,
    body: ProofPost,
    response: { 200: ProofAnswer, 201: ProofAnswer },
  }
  app.post('/v1/subjects/:subjectId/proofs', { config: { access: { roles: provers } }, schema }, async (request, reply) => {
    const form = chooseForm(request.headers.accept, forms, otherwise)
    const look = await lookAt(deps, request, request.params.subjectId, { admitted: provers, purpose: 'proof' })
    const events = await demandProvable(deps, look, request.body)
    const treeSize = form === 'application/zip' ? await awaitPublished(deps, events) : await publishedSize(deps)
    const issued = await issueProof(deps, { look, post: request.body, idempotencyKey: request.idempotencyKey, treeSize })
    if (issued.replayed) reply.header('idempotency-replayed', 'true')
    reply.code(issued.replayed ? 200 : 201).header('vary', 'Accept')
    if (form === 'application/json') return reply.send({ proof: proofDocument(look, issued) })
    return sendZip(reply, issued.issued.id, await dossierOf(deps, look.catalogue.controllerId, issued))
  })
}
