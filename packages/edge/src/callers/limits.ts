// Who is slowed down: whoever has no valid key, and pages that write too often. Never a no, never a server, never an operator (API.md, Everywhere).
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import { LedgerError } from '@consent-ledger/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EdgeApp } from '../serving/fastify.ts'

/** Requests in each minute, by client address (an IPv6 client is its /64): without a valid key; and, with a publishable key, writes to one site. */
export const perMinute = { withoutKey: 120, publishable: 600 } as const

/** Clients counted at once; the one longest unseen is forgotten, so that memory stays flat under any number of addresses. */
const clients = 10_000

const child = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const decisions = (body: unknown): string[] => list(child(body, 'choices')).map((choice) => String(child(choice, 'decision')))

/** Whether an act that nobody has checked yet says no somewhere: a choice refused or dismissed, a sale with refusals, a withdrawal or an objection. */
export const saysNo = (act: unknown): boolean =>
  ['withdrawal', 'objection'].includes(String(child(act, 'act'))) ||
  decisions(act).some((decision) => decision === 'refused' || decision === 'dismissed') ||
  list(child(child(act, 'sale'), 'refused')).length > 0

/** Whether an act that nobody has checked yet is counted: whatever is not a no and nothing else. */
export const isCounted = (act: unknown): boolean => !saysNo(act) || decisions(act).includes('given')

/** Routes on which everything is a no. */
const noRoute = /\/(?:withdrawals|objections)$/

const isPage = ({ caller }: FastifyRequest): boolean => caller?.kind === 'site' && caller.trust === 'publishable'

/** A batch is counted item by item, by whoever reads its items. */
const isCountedWrite = (request: FastifyRequest): boolean => {
  const { url = '', config } = request.routeOptions
  if (config.limit === 'batch' || request.method === 'GET' || request.method === 'HEAD') return false
  return !noRoute.test(url) && isCounted(request.body)
}

const siteOf = ({ caller }: FastifyRequest): string => (caller?.kind === 'site' ? `${caller.controller}/${caller.site}` : '')

/** The client as it is counted. A client that is gone already has no address. */
const clientOf = (request: FastifyRequest): string => {
  const ip: string | undefined = request.ip
  return ip === undefined ? '' : normalizeIP(ip)
}

type Limiter = ReturnType<EdgeApp['createRateLimit']>

/** Counts once; null, or the refusal with its Retry-After set. */
const counting =
  (limiter: Limiter) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<LedgerError | null> => {
    const answer = await limiter(request)
    if (answer.isAllowed || !answer.isExceeded) return null
    reply.header('retry-after', Math.max(1, answer.ttlInSeconds))
    return new LedgerError('RATE_LIMITED', 'Too many requests from this address; wait as long as Retry-After says.')
  }

const orThrow = async (refusal: Promise<LedgerError | null>): Promise<void> => {
  const error = await refusal
  if (error) throw error
}

/**
 * Limits the writes of publishable keys, and gives back the brake for requests without a valid key, which throws RATE_LIMITED. A write over the limit is
 * refused with RATE_LIMITED before it is read; one that says no beside its yes goes on with the refusal of its yes at `request.slowed`.
 */
export const addLimits = async (app: EdgeApp): Promise<{ slowDown: (request: FastifyRequest, reply: FastifyReply) => Promise<void> }> => {
  await app.register(rateLimit, { global: false, cache: clients })
  const timeWindow = 60_000
  const strangers = counting(app.createRateLimit({ max: perMinute.withoutKey, timeWindow, keyGenerator: clientOf }))
  const writes = counting(
    app.createRateLimit({
      max: perMinute.publishable,
      timeWindow,
      keyGenerator: (request) => `${clientOf(request)} ${siteOf(request)}`,
    }),
  )
  app.decorate('countWrite', async (request, reply) => (isPage(request) ? writes(request, reply) : null))
  app.decorateRequest('slowed', null)
  app.addHook('preValidation', async (request, reply) => {
    if (!isCountedWrite(request)) return
    request.slowed = await app.countWrite(request, reply)
    if (request.slowed && !saysNo(request.body)) throw request.slowed
  })
  return { slowDown: (request, reply) => orThrow(strangers(request, reply)) }
}
