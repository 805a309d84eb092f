// What the edge adds to Fastify's own types: the rules of a route, the caller of a request, the counters of an app.
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Registry } from 'prom-client'
import type { Caller } from './caller.ts'
import type { IntakeCounter } from './intake.ts'
import type { RouteRules } from './rules.ts'

declare module 'fastify' {
  // Optional in the type because Fastify's own routes have none; the edge refuses to register a route without `access`.
  interface FastifyContextConfig extends Partial<RouteRules> {}
  interface FastifyRequest {
    /** Null only on public routes that were called without a key. */
    caller: Caller | null
    /** 1–255 visible ASCII characters, checked. */
    idempotencyKey: string | undefined
  }
  interface FastifyReply {
    /** Code of the problem that this answer is. */
    problemCode: string | undefined
  }
  interface FastifyInstance {
    /** Where services register metrics of their own. No label ever holds a person's identifier. */
    metrics: Registry
    turnedAway: IntakeCounter
  }
}

/** The app on which services register their routes, as plain functions `xyzRoutes(app, deps)`. */
export type EdgeApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>
