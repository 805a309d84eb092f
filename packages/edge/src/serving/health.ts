// Whether the process lives, whether it can work, what it counts: for the machines that watch it.
import { LedgerError } from '@consent-ledger/domain'
import { z } from 'zod'
import type { EdgeApp } from './fastify.ts'
import { sendProblem } from '../refusals/problems.ts'

/** Something that must be there before this process can work. `what` is a name of ours, `why` a sentence without values. */
export type NotReady = { what: string; why: string }

const Well = z.object({ status: z.literal('ok') })

const describe = (operationId: string, summary: string) => ({ operationId, summary, tags: ['Process'] })

/** Registers `/livez`, `/readyz` and `/metrics`. */
export const addHealth = (app: EdgeApp, readiness: () => Promise<NotReady[]>): void => {
  app.get(
    '/livez',
    { config: { access: 'public' }, schema: { ...describe('live', 'The process is alive'), response: { 200: Well } } },
    async () => ({ status: 'ok' as const }),
  )
  app.get(
    '/readyz',
    { config: { access: 'public' }, schema: { ...describe('ready', 'The process can work, or what it lacks'), response: { 200: Well } } },
    async (_request, reply) => {
      const missing = await readiness()
      if (missing.length === 0) return { status: 'ok' as const }
      return sendProblem(reply, new LedgerError('NOT_READY', 'Not ready.'), { notReady: missing })
    },
  )
  app.get(
    '/metrics',
    { config: { access: 'public' }, schema: { ...describe('metrics', 'Figures for Prometheus'), produces: ['text/plain'] } },
    async (_request, reply) => reply.type(app.metrics.contentType).send(await app.metrics.metrics()),
  )
}
