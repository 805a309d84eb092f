// Asking a ledger over HTTP: one request with the operator key of a role, its answer read by a schema, its problem thrown.
import { LedgerError, type Role } from '@consent-ledger/domain'
import { z } from 'zod'
import { operatorKey } from './keyFile.ts'
import { ProblemBody, Refused } from './problem.ts'

/** A ledger that can be asked. `keys`: path of the key file. */
export type Ledger = { url: string; keys: string }

/** `roles`: whose key, the first that the key file has. Personal data goes into the body only, never into `path`. */
export type Question = { method: 'GET' | 'POST' | 'PUT'; path: string; roles: readonly Role[]; body?: unknown; idempotencyKey?: string }

const unreachable = (url: string, cause: unknown): LedgerError =>
  new LedgerError('NOT_READY', `The ledger at ${url} stopped answering.`, { cause })

/** What a refusal says, from the body of the answer. */
export const problemIn = (status: number, content: unknown): Error => {
  const problem = ProblemBody.safeParse(content)
  if (problem.success) return new Refused(problem.data)
  return new LedgerError('INTERNAL', `The answer has status ${status} and is not a problem of the ledger.`)
}

const send = async (ledger: Ledger, question: Question, accept: string): Promise<Response> => {
  const { method, path, roles, body, idempotencyKey } = question
  const authorization = `Bearer ${await operatorKey(ledger.keys, roles)}`
  return fetch(ledger.url + path, {
    method,
    headers: {
      authorization,
      accept,
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw unreachable(ledger.url, error)
  })
}

/** Errors: Refused with the problem answered; NOT_READY if the ledger is gone; INTERNAL if the answer is not what this program knows; SETTING_INVALID for the key file. */
export const ask = async <T extends z.ZodType>(ledger: Ledger, question: Question, answer: T): Promise<z.output<T>> => {
  const response = await send(ledger, question, 'application/json')
  const content: unknown = await response.json().catch(() => null)
  if (!response.ok) throw problemIn(response.status, content)
  const read = answer.safeParse(content)
  if (!read.success) throw new LedgerError('INTERNAL', 'The answer is not of the form that this program knows.', { cause: read.error })
  return read.data
}

/** Asks for a file of a media type; its bytes. Errors: as of `ask`. */
export const download = async (ledger: Ledger, question: Question, type: string): Promise<Uint8Array> => {
  const response = await send(ledger, question, type)
  if (!response.ok) throw problemIn(response.status, await response.json().catch(() => null))
  if (response.headers.get('content-type') !== type) throw new LedgerError('INTERNAL', `The answer is not ${type}.`)
  return response.bytes().catch((error: unknown) => {
    throw unreachable(ledger.url, error)
  })
}

/** What answers at an address: a ledger, something else, or nothing. */
export const whatAnswers = async (url: string): Promise<'ledger' | 'other' | 'nothing'> => {
  const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(5000) }).catch(() => null)
  if (response === null) return 'nothing'
  const content: unknown = await response.json().catch(() => null)
  return z.object({ status: z.literal('ok') }).safeParse(content).success ? 'ledger' : 'other'
}

/** Whether a ledger can work, by its own word (`/readyz`). Errors: NOT_READY if it is gone. */
export const isReady = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/readyz`).catch((error: unknown) => {
    throw unreachable(url, error)
  })
  await response.arrayBuffer()
  return response.ok
}
