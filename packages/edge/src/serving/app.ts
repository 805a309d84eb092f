// The HTTP edge that ingest and reports share: an app on which they register their routes, with everything in place that is not theirs.
import { randomBytes } from 'node:crypto'
import type { Vault } from '@consent-ledger/vault'
import fastify, { LogController } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { DestinationStream } from 'pino'
import type { z } from 'zod'
import { addAnswers, refuseUnrouted } from './answers.ts'
import { addAuthentication } from '../callers/auth.ts'
import { readBody } from '../requests/body.ts'
import { addOrderlyClose } from './closing.ts'
import { addCrossOrigin } from '../callers/crossOrigin.ts'
import { addDocsPage } from './docsPage.ts'
import type { EdgeApp } from './fastify.ts'
import { addHealth, type NotReady } from './health.ts'
import { addIdempotencyKey } from '../requests/idempotency.ts'
import { createIntakeCounter } from '../refusals/intake.ts'
import { keyUsesInto } from '../callers/keyUses.ts'
import { addLimits } from '../callers/limits.ts'
import type { Clock, Live } from '../live/live.ts'
import { createLogger } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { addNotFound } from '../refusals/notFound.ts'
import { addOpenApi } from './openapi.ts'
import { serialising } from './replies.ts'
import { watchRoutes } from '../requests/routeTable.ts'
import { bodyLimits } from '../requests/rules.ts'
import { addSecurityHeaders } from './securityHeaders.ts'
import type { Settings } from '../start/settings.ts'
import { addBodyTimes } from '../requests/bodyTime.ts'
import { demandHost, endAfterUpgrades, noteAnswers, passOverExpectations, refuseSocket } from '../requests/sockets.ts'
import { accept } from '../refusals/violations.ts'
import { noSpans, type Spans } from '../tracing/spans.ts'

export type EdgeDeps = {
  settings: Pick<Settings, 'logLevel' | 'trustProxy' | 'publicUrl'>
  live: Live
  vault: Pick<Vault, 'noteKeyUses'>
  clock: Clock
  /** Of this software; stands in the OpenAPI document. */
  version: string
  /** What is not ready, asked at each `/readyz`; [] when all is. */
  readiness: () => Promise<NotReady[]>
  /** Where log lines go; default standard output. */
  logTo?: DestinationStream
  /** Traces of requests; default none. Closed by whoever opened them. */
  spans?: Spans
  /** Hears of an error after which the process must stop (INTEGRITY and its like). Default: it is thrown where nobody catches it. */
  onFatal?: (error: unknown) => void
  /** For tests: a reply that differs from its schema becomes a 500. */
  checkReplies?: boolean
}

const stop = (error: unknown): void =>
  void setImmediate(() => {
    throw error
  })

/** Where a part of a request stands in the pointers of problems: the body is the root. */
const placeOf = (part: string | undefined): string[] =>
  part === 'querystring' ? ['query'] : part === 'params' ? ['path'] : part === 'headers' ? ['header'] : []

const requestIds = (): (() => string) => {
  const start = randomBytes(4).toString('hex')
  let n = 0
  return () => `${start}-${(++n).toString(36)}`
}

const bareApp = (deps: EdgeDeps, isRoute: (route: string) => boolean): EdgeApp => {
  const { settings, checkReplies = false } = deps
  const app = fastify({
    loggerInstance: createLogger({ level: settings.logLevel, isRoute, ...(deps.logTo === undefined ? {} : { logTo: deps.logTo }) }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(),
    trustProxy: settings.trustProxy.length === 0 ? false : settings.trustProxy,
    bodyLimit: bodyLimits.act,
    // Node's limit for a whole request would cut a body that is streamed: `addBodyTimes` has it, for each route its own. The head keeps Node's.
    requestTimeout: 0,
    http: { requireHostHeader: false, headersTimeout: 60_000 },
    routerOptions: { maxParamLength: 512 },
    clientErrorHandler: refuseSocket,
    frameworkErrors: refuseUnrouted,
  }).withTypeProvider<ZodTypeProvider>()
  passOverExpectations(app.server)
  endAfterUpgrades(app.server)
  noteAnswers(app.server)
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const at = placeOf(httpPart)
    return (input) => {
      try {
        return { value: accept(schema as z.ZodType, input, at) }
      } catch (error) {
        return { error: error as Error }
      }
    }
  })
  app.setSerializerCompiler(serialising(checkReplies))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) => readBody(bytes))
  return app
}

/**
 * An app without routes of its own but `/livez`, `/readyz`, `/metrics`, `/openapi.json` and `/docs`. Every route registered on it must declare
 * `config.access` and `schema.operationId`. Closing the app writes the last uses of keys; `live` and `vault` are closed by whoever opened them.
 */
export const createEdge = async (deps: EdgeDeps): Promise<EdgeApp> => {
  const { live, vault, clock, onFatal = stop, spans = noSpans } = deps
  const metrics = createMetrics()
  const turnedAway = createIntakeCounter((refused) => metrics.turnedAway(refused))
  const app = bareApp(deps, (route) => route === '*' || route === '/v1/*' || routes.has(route))
  const routes = watchRoutes(app)
  app.decorate('metrics', metrics.registry)
  app.decorate('turnedAway', turnedAway)
  spans.watch(app)
  addAnswers(app, metrics, onFatal)
  addOrderlyClose(app)
  addBodyTimes(app)
  app.addHook('onRequest', demandHost)
  await addSecurityHeaders(app, deps.settings.publicUrl)
  await addCrossOrigin(app, live)
  const { slowDown } = await addLimits(app)
  const uses = keyUsesInto(vault, (error) => app.log.warn(error, 'key uses not noted'))
  addAuthentication(app, { live, clock, uses, slowDown })
  addIdempotencyKey(app)
  app.addHook('onClose', () => uses.close())
  addNotFound(app, routes)
  await addDocsPage(app)
  routes.demandRules()
  await addOpenApi(app, deps.version)
  addHealth(app, deps.readiness)
  return app
}
