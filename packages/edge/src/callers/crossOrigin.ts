// Which pages may read an answer: those of registered sites on routes for publishable keys, every page where a route says `cors: 'any'`.
import cors from '@fastify/cors'
import type { FastifyRequest } from 'fastify'
import type { EdgeApp } from '../serving/fastify.ts'
import type { Live } from '../live/live.ts'

const isForPages = (request: FastifyRequest): boolean => {
  const { access } = request.routeOptions.config
  return typeof access === 'object' && (access.site?.includes('publishable') ?? false)
}

/** The origin that may read the answer. A preflight names no route that could be asked, so it is answered for every registered origin. */
const allowed = (live: Live, request: FastifyRequest): string | false => {
  if (request.routeOptions.config.cors === 'any') return '*'
  const { origin } = request.headers
  if (origin === undefined || !live.hasOrigin(origin)) return false
  return request.method === 'OPTIONS' || isForPages(request) ? origin : false
}

/** Answers preflights and sets the CORS headers (Fetch §3.2). No credentials: keys travel in Authorization. */
export const addCrossOrigin = async (app: EdgeApp, live: Live): Promise<void> => {
  const fixed = {
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
    exposedHeaders: ['Idempotency-Replayed', 'Retry-After'],
    maxAge: 600,
    strictPreflight: false,
  }
  await app.register(cors, {
    delegator: (request, done) => done(null, { ...fixed, origin: allowed(live, request) }),
  })
}
