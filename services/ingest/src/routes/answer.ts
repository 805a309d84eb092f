// How an outcome of an act is answered: 201 or 200 with its receipt, or the problem of its yeses with the receipt of its noes.
import { sendProblem } from '@consent-ledger/edge'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Outcome } from '../act/act.ts'
import type { Rehearsed } from '../act/dryRun.ts'
import { recordedBody, rehearsedBody } from '../act/reply.ts'
import type { Seen } from '../act/siteAct.ts'
import type { EventProof } from '../schemas/receipts.ts'

/** 201 the first time, 200 with `Idempotency-Replayed: true` each later one, or the problem of what was refused beside the receipt. */
export const answerRecorded = (reply: FastifyReply, outcome: Outcome, proofs: EventProof[] = []): FastifyReply => {
  if (outcome.replayed) reply.header('idempotency-replayed', 'true')
  if (outcome.refused) return sendProblem(reply, outcome.refused, recordedBody(outcome, proofs))
  return reply.code(outcome.replayed ? 200 : 201).send(recordedBody(outcome, proofs))
}

export const answerRehearsed = (reply: FastifyReply, rehearsed: Rehearsed): FastifyReply => {
  if (rehearsed.refused) return sendProblem(reply, rehearsed.refused, rehearsedBody(rehearsed))
  return reply.code(200).send(rehearsedBody(rehearsed))
}

/** What the ledger itself sees of a request. */
export const seenOf = (request: FastifyRequest): Seen => ({ ip: request.ip, userAgent: request.headers['user-agent'] })
