// POST …/proofs: a proof of consent, and the event that says it was handed out.
import type { Role } from '@consent-ledger/domain'
import type { EdgeApp } from '@consent-ledger/edge'
import { demandJson } from '../accept.ts'
import { lookAt } from '../access.ts'
import type { ReportsDeps } from '../deps.ts'
import { issueProof } from '../proof/issue.ts'
import { OfSubject } from '../schemas/asked.ts'
import { ProofPost, ProofReply } from '../schemas/proofs.ts'

/** What these roles may open: identifiers and evidence, all of it. Nobody else may open anything. */
const provers: readonly Role[] = ['dpo', 'legal']

/** Registers the proof. 201 the first time, 200 with `Idempotency-Replayed` when the same request is sent again. */
export const proofRoute = (app: EdgeApp, deps: ReportsDeps): void => {
  const schema = {
    operationId: 'issueProof',
    summary: 'Proof of consent, from the whole stream',
    params: OfSubject,
    body: ProofPost,
    response: { 200: ProofReply, 201: ProofReply },
  }
  app.post('/v1/subjects/:subjectId/proofs', { config: { access: { roles: provers } }, schema }, async (request, reply) => {
    demandJson(request.headers.accept)
    const look = await lookAt(deps, request, request.params.subjectId, { admitted: provers, purpose: 'proof' })
    const { proof, replayed } = await issueProof(deps, { look, post: request.body, idempotencyKey: request.idempotencyKey })
    if (replayed) reply.header('idempotency-replayed', 'true')
    return reply.code(replayed ? 200 : 201).send({ proof })
  })
}
