// What is written down about each answer: one log line, one observation, and one count if somebody was turned away.
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { stopsTheProcess } from '@consent-ledger/domain'
import type { EdgeApp } from './fastify.ts'
import type { EdgeMetrics } from './metrics.ts'
import { ledgerErrorOf, sendProblem } from '../refusals/problems.ts'
import { statusOf } from '../refusals/statuses.ts'

/** Pattern of the route, `/v1/*` or `*` for an address that no route takes. */
const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? (request.url.startsWith('/v1/') ? '/v1/*' : '*')

const writerOf = (request: FastifyRequest): { controller?: string; site?: string; operator?: string } => {
  const { caller } = request
  if (caller?.kind === 'site') return { controller: caller.controller, site: caller.site }
  return caller?.kind === 'operator' ? { operator: caller.operatorId } : {}
}

const isRehearsal = (request: FastifyRequest): boolean => ['true', true].includes(Object(request.query).dryRun)

/** Counts a refusal that is not an answer of its own: an item of a batch. The edge counts its answers itself. */
export const countTurnedAway = (request: FastifyRequest, code: string): void => {
  const { controller, site } = writerOf(request)
  request.server.turnedAway.count({
    ...(controller === undefined ? {} : { controller }),
    ...(site === undefined ? {} : { site }),
    route: routeOf(request),
    code,
  })
}

const writeDown = (request: FastifyRequest, reply: FastifyReply, metrics: EdgeMetrics): void => {
  const { site, operator } = writerOf(request)
  const answer = { method: request.method, route: routeOf(request), status: reply.statusCode }
  metrics.answered(answer, reply.elapsedTime / 1000)
  if (reply.statusCode >= 400 && answer.route.startsWith('/v1/') && !isRehearsal(request))
    countTurnedAway(request, reply.problemCode ?? 'UNNAMED')
  request.log.info({ ...answer, ms: Math.round(reply.elapsedTime * 10) / 10, code: reply.problemCode, site, operator }, 'answered')
}

/** Answers what never reached a route (a path that cannot be decoded), and writes that down. */
export const refuseUnrouted = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  sendProblem(reply, error)
  const route = routeOf(request)
  const code = reply.problemCode ?? 'UNNAMED'
  if (route.startsWith('/v1/')) request.server.turnedAway.count({ route, code })
  request.log.info({ method: request.method, route, status: reply.statusCode, code }, 'answered')
}

/** What breaks a stream behind the head of its answer has no problem to become: the connection is cut. Where it must stop the process it is a fault all the same. */
const watchStream = (payload: unknown, request: FastifyRequest, reply: FastifyReply, onFatal: (error: unknown) => void): void => {
  if (!(payload instanceof Readable)) return
  payload.once('error', (error) => {
    if (!reply.raw.headersSent || !stopsTheProcess(error)) return
    request.log.error(error, 'fault')
    onFatal(error)
  })
}

/** Every error becomes a problem; a fault is logged; one that must stop the process is handed to `onFatal`, in the middle of a stream too. Every answer is written down. */
export const addAnswers = (app: EdgeApp, metrics: EdgeMetrics, onFatal: (error: unknown) => void): void => {
  app.decorateReply('problemCode', undefined)
  app.decorate('onFatal', onFatal)
  app.setErrorHandler((error, request, reply) => {
    const known = ledgerErrorOf(error)
    if (statusOf(known.code) >= 500) request.log.error(known, 'fault')
    if (stopsTheProcess(known)) onFatal(known)
    return sendProblem(reply, known)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    watchStream(payload, request, reply, onFatal)
    return payload
  })
  app.addHook('onResponse', async (request, reply) => writeDown(request, reply, metrics))
}
