// Who may pass: the key, the role, the origin. Before anything of the body is read.
import { LedgerError } from '@consent-ledger/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller, SiteCaller } from './caller.ts'
import type { EdgeApp } from '../serving/fastify.ts'
import type { KeyUses } from './keyUses.ts'
import { hashKey, keyIn } from './keys.ts'
import type { Clock, Live } from '../live/live.ts'
import type { Access } from '../requests/rules.ts'

type Gate = {
  live: Live
  clock: Clock
  uses: KeyUses
  /** Throws RATE_LIMITED when this address came without a valid key, or with a page's key from elsewhere, too often. */
  slowDown: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
}

const unauthenticated = (): LedgerError => new LedgerError('UNAUTHENTICATED', 'Send a valid key: Authorization: Bearer <key>.')
const forbidden = (): LedgerError => new LedgerError('FORBIDDEN', 'This key may not do that, or there is nothing of that name for it.')

const callerOf = (live: Live, sha256: string): Caller | null => {
  const found = live.siteKey(sha256)
  if (found !== null) {
    const { catalogue, key } = found
    return { kind: 'site', controller: catalogue.controllerId, site: key.site, keyId: key.keyId, trust: key.kind, catalogue }
  }
  const operator = live.operator(sha256)
  if (operator === null) return null
  const { operatorId, roles, controller } = operator
  return { kind: 'operator', operatorId, roles, ...(controller === undefined ? {} : { controller }) }
}

const admits = (access: Access, caller: Caller): boolean => {
  if (access === 'public') return true
  if (caller.kind === 'site') return access.site?.includes(caller.trust) ?? false
  return caller.roles.some((role) => access.roles?.includes(role))
}

/** A publishable key is bound to the origins of its site; a browser sends Origin with every POST (Fetch §3.1). */
const checkOrigin = async (gate: Gate, caller: SiteCaller, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  const { origin } = request.headers
  const origins = caller.catalogue.sites.get(caller.site)?.origins ?? []
  if (origin === undefined || !origins.includes(origin)) {
    // The key is public: without its origin it is no better than none.
    await gate.slowDown(request, reply)
    throw new LedgerError('ORIGIN_NOT_ALLOWED', 'A publishable key works only from the origins of its site.')
  }
  caller.origin = origin
}

/** A revocation made elsewhere holds here within this time, ms (DESIGN §4), also while the event store does not answer. */
const longestUnseen = 1000

const recognise = async (gate: Gate, key: string, request: FastifyRequest, reply: FastifyReply): Promise<Caller> => {
  const sha256 = hashKey(key)
  if (callerOf(gate.live, sha256) !== null && gate.clock() - gate.live.freshAt() > longestUnseen) await gate.live.refresh()
  const known = callerOf(gate.live, sha256)
  if (known !== null) return known
  await gate.slowDown(request, reply)
  // Perhaps it was issued by another process a moment ago.
  await gate.live.refresh()
  const late = callerOf(gate.live, sha256)
  if (late === null) throw unauthenticated()
  return late
}

/** Puts `caller` on each request, or refuses it: UNAUTHENTICATED, FORBIDDEN, ORIGIN_NOT_ALLOWED, RATE_LIMITED; STORE_UNAVAILABLE where nobody can tell whether a key still holds. */
export const addAuthentication = (app: EdgeApp, gate: Gate): void => {
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config
    if (access === undefined) return
    if (access !== 'public') reply.header('cache-control', 'no-store')
    const key = keyIn(request.headers.authorization)
    if (key === null) {
      if (access === 'public') return
      await gate.slowDown(request, reply)
      throw unauthenticated()
    }
    const caller = await recognise(gate, key, request, reply)
    request.caller = caller
    if (!admits(access, caller)) throw forbidden()
    if (access !== 'public' && caller.kind === 'site' && caller.trust === 'publishable') await checkOrigin(gate, caller, request, reply)
    gate.uses.note(caller.kind === 'site' ? caller.keyId : caller.operatorId, gate.clock())
  })
}
