// Who is slowed down: whoever has no valid key, and pages that write too often. Never a no, never a server, never an operator (API.md, Everywhere).
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import { LedgerError } from '@consent-ledger/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EdgeApp } from './fastify.ts'

/** Requests in each minute, by client address (an IPv6 client is its /64): without a valid key; and, with a publishable key, writes to one site. */
export const perMinute = { withoutKey: 120, publishable: 600 } as const

/** Clients counted at once; the one longest unseen is forgotten, so that memory stays flat under any number of addresses. */
const clients = 10_000

const child = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/**
 * Whether a body that nobody has checked yet says no somewhere: a choice refused or dismissed, a sale with refusals, or in a batch such an
 * item, a withdrawal or an objection.
 */
export const saysNo = (body: unknown): boolean =>
  ['withdrawal', 'objection'].includes(String(child(body, 'act'))) ||
  list(child(body, 'choices')).some((choice) => ['refused', 'dismissed'].includes(String(child(choice, 'decision')))) ||
  list(child(child(body, 'sale'), 'refused')).length > 0 ||
  list(child(body, 'items')).some((item) => child(item, 'items') === undefined && saysNo(item))

/** Routes on which everything is a no. */
const noRoute = /\/(?:withdrawals|objections)$/

const isLimitedWrite = (request: FastifyRequest): boolean => {
  const { caller } = request
  if (caller?.kind !== 'site' || caller.trust !== 'publishable' || request.method === 'GET' || request.method === 'HEAD') return false
  return !noRoute.test(request.routeOptions.url ?? '') && !saysNo(request.body)
}

const siteOf = (request: FastifyRequest): string => (request.caller?.kind === 'site' ? request.caller.site : '')

/** The client as it is counted. A client that is gone already has no address. */
const clientOf = (request: FastifyRequest): string => {
  const ip: string | undefined = request.ip
  return ip === undefined ? '' : normalizeIP(ip)
}

type Limiter = ReturnType<EdgeApp['createRateLimit']>

const applying =
  (limiter: Limiter) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const answer = await limiter(request)
    if (answer.isAllowed || !answer.isExceeded) return
    reply.header('retry-after', Math.max(1, answer.ttlInSeconds))
    throw new LedgerError('RATE_LIMITED', 'Too many requests from this address; wait as long as Retry-After says.')
  }

/** Limits the writes of publishable keys, and gives back the brake for requests without a valid key. Both throw RATE_LIMITED and set Retry-After. */
export const addLimits = async (app: EdgeApp): Promise<{ slowDown: (request: FastifyRequest, reply: FastifyReply) => Promise<void> }> => {
  await app.register(rateLimit, { global: false, cache: clients })
  const timeWindow = 60_000
  const slowDown = applying(app.createRateLimit({ max: perMinute.withoutKey, timeWindow, keyGenerator: clientOf }))
  const slowWrites = applying(
    app.createRateLimit({
      max: perMinute.publishable,
      timeWindow,
      keyGenerator: (request) => `${clientOf(request)} ${siteOf(request)}`,
    }),
  )
  app.addHook('preValidation', async (request, reply) => {
    if (isLimitedWrite(request)) await slowWrites(request, reply)
  })
  return { slowDown }
}
