// An operator's act of administration, as it is written.
import { sendProblem } from '@consent-ledger/edge'
import { operatorOf } from '@consent-ledger/edge'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Administration } from '../admin/administer.ts'
import { AlreadyIssued } from '../admin/keys.ts'

export const byOperator = (request: FastifyRequest): Administration => ({
  writer: { kind: 'operator', id: operatorOf(request).operatorId, trust: 'operator' },
  idempotencyKey: request.idempotencyKey,
})

/** 201 with the key, shown this once; 409 ALREADY_DONE with its `id` when the Idempotency-Key comes again. */
export const answerIssued = async (reply: FastifyReply, issue: () => Promise<object>): Promise<FastifyReply> => {
  try {
    return reply.code(201).send(await issue())
  } catch (error) {
    if (error instanceof AlreadyIssued) return sendProblem(reply, error, { id: error.id })
    throw error
  }
}
