// Every route that was registered, and the rules that each must declare before it is let in.
import { LedgerError } from '@consent-ledger/domain'
import type { RouteOptions } from 'fastify'
import { z } from 'zod'
import type { EdgeApp } from '../serving/fastify.ts'
import { Problem } from '../refusals/problems.ts'
import { bodyLimits } from './rules.ts'

export type RouteTable = {
  /** Whether `route` is the pattern of a registered route. */
  has(route: string): boolean
  /** Methods that some route takes at this path. */
  methodsAt(path: string): string[]
}

const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[A-Za-z]+/g, '[^/]+')
      .replace(/\*/g, '.*')}$`,
  )

const problem = { description: 'Problem details (RFC 9457)', content: { 'application/problem+json': { schema: Problem } } }

/** Refuses a route that does not say who may call it or has no name in the OpenAPI document; fills in what every route shares. */
const complete = (route: RouteOptions): void => {
  const { access, limit = 'act' } = route.config ?? {}
  const schema = (route.schema ??= {})
  if (access === undefined)
    throw new LedgerError('INTERNAL', `${String(route.method)} ${route.url} does not say who may call it (config.access).`)
  if (schema.operationId === undefined) throw new LedgerError('INTERNAL', `${String(route.method)} ${route.url} has no operationId.`)
  route.bodyLimit ??= bodyLimits[limit]
  // A misspelt parameter is refused like a misspelt field.
  schema.querystring ??= z.strictObject({})
  schema.response = { '4xx': problem, '5xx': problem, ...(schema.response as object | undefined) }
}

/** Watches registrations from here on; what was registered before (the framework's own) is only known by its pattern through `note`. */
export const watchRoutes = (app: EdgeApp): RouteTable & { demandRules(): void } => {
  const patterns = new Map<string, { path: RegExp; methods: Set<string> }>()
  let demanding = false
  app.addHook('onRoute', (route) => {
    const methods = [route.method].flat().filter((method) => method !== 'OPTIONS')
    if (methods.length === 0) return
    if (demanding) complete(route)
    const known = patterns.get(route.url) ?? { path: matcher(route.url), methods: new Set() }
    for (const method of methods) known.methods.add(method)
    patterns.set(route.url, known)
  })
  return {
    has: (route) => patterns.has(route),
    methodsAt: (path) => [
      ...new Set([...patterns.values()].filter((known) => known.path.test(path)).flatMap((known) => [...known.methods])),
    ],
    demandRules: () => {
      demanding = true
    },
  }
}
