// Errors as they are answered: RFC 9457 problem details that name field and rule, and never a value.
import { faultCodes, LedgerError, type ErrorCode } from '@consent-ledger/domain'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { translateFrameworkError } from './frameworkErrors.ts'
import { retryAfterOf, statusOf, titleOf } from './statuses.ts'

export const problemType = 'application/problem+json; charset=utf-8'

/** RFC 9457 §3.1, with `code` (docs/errors.md) and one entry in `errors` for each broken rule. A problem may say more: the `receipt` of the noes that were recorded all the same. */
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ pointer: z.string(), rule: z.string(), message: z.string() })),
  })
  .meta({
    id: 'Problem',
    description: 'What went wrong (RFC 9457). No value that was sent is repeated.',
    examples: [
      {
        type: 'urn:consent-ledger:error:INVALID_REQUEST',
        title: 'The request is not valid',
        status: 400,
        detail: 'The request breaks a rule of its schema; see errors.',
        code: 'INVALID_REQUEST',
        errors: [{ pointer: '/choises', rule: 'unknown-field', message: 'There is no such field.' }],
      },
    ],
  })
export type Problem = z.infer<typeof Problem>

const faults: ReadonlySet<ErrorCode> = new Set<ErrorCode>(faultCodes)
const unavailable =
  'The ledger cannot take this at the moment. Nothing that was acknowledged is lost; send the same request again, with the same Idempotency-Key.'
const stale = 'What was recorded of late may be missing from an answer now, and so a no: contact nobody, and ask again a little later.'
const broken = 'The ledger met a fault of its own. Send the same request again, with the same Idempotency-Key, once it is repaired.'

/** A fault's own message is for the log: it may name files and servers. */
const detailOf = (error: LedgerError): string => {
  if (!faults.has(error.code)) return error.message
  if (error.code === 'STALE') return stale
  return statusOf(error.code) === 503 ? unavailable : broken
}

/** The error as one of ours: what the framework refused gets our code, everything else unknown is INTERNAL with the original as its cause. */
export const ledgerErrorOf = (error: unknown): LedgerError => {
  if (error instanceof LedgerError) return error
  return translateFrameworkError(error) ?? new LedgerError('INTERNAL', 'An error that nobody foresaw.', { cause: error })
}

/** Status and body for any error: also for one item of a batch. Pure; an error that must stop the process (`stopsTheProcess`) is for the caller to throw on. */
export const problemOf = (error: unknown): { status: number; body: Problem } => {
  const known = ledgerErrorOf(error)
  const status = statusOf(known.code)
  return {
    status,
    body: {
      type: `urn:consent-ledger:error:${known.code}`,
      title: titleOf(known.code),
      status,
      detail: detailOf(known),
      code: known.code,
      errors: known.violations,
    },
  }
}

/** Answers with the problem of `error` and whatever `more` it carries (a `receipt`); counted and logged by its code. For errors that a handler throws the edge does this itself. */
export const sendProblem = (reply: FastifyReply, error: unknown, more: Record<string, unknown> = {}): FastifyReply => {
  const known = ledgerErrorOf(error)
  const { status, body } = problemOf(known)
  const wait = retryAfterOf(known.code)
  if (wait !== undefined) reply.header('retry-after', wait)
  if (known.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer')
  reply.problemCode = known.code
  return reply
    .code(status)
    .type(problemType)
    .serializer(String)
    .send(JSON.stringify({ ...body, ...more }))
}
