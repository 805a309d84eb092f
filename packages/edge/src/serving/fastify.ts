// What the edge adds to Fastify's own types: the rules of a route, the caller of a request, the counters of an app.
import type { LedgerError } from '@consent-ledger/domain'
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Registry } from 'prom-client'
import type { Caller } from '../callers/caller.ts'
import type { IntakeCounter } from '../refusals/intake.ts'
import type { RouteRules } from '../requests/rules.ts'

declare module 'fastify' {
  // Optional in the type because Fastify's own routes have none; the edge refuses to register a route without `access`.
  interface FastifyContextConfig extends Partial<RouteRules> {}
  interface FastifyRequest {
    /** Null only on public routes that were called without a key. */
    caller: Caller | null
    /** 1–255 visible ASCII characters, checked. */
    idempotencyKey: string | undefined
    /** What the yeses of this act are told, if a page has written too often; its noes stand. */
    slowed: LedgerError | null
  }
  interface FastifyReply {
    /** Code of the problem that this answer is. */
    problemCode: string | undefined
  }
  interface FastifyInstance {
    /** Where services register metrics of their own. No label ever holds a person's identifier. */
    metrics: Registry
    turnedAway: IntakeCounter
    /** For work that goes on without its request: hears of an error after which the process must stop. */
    onFatal: (error: unknown) => void
    /** Counts one item of a batch that `isCounted`: null, or what its yeses are told. Nothing is counted for a secret key. */
    countWrite(request: FastifyRequest, reply: FastifyReply): Promise<LedgerError | null>
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
