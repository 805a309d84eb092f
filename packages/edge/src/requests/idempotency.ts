// The Idempotency-Key header: read once, checked, required where an act must be found again.
import { refuse } from '@consent-ledger/domain'
import type { FastifyRequest } from 'fastify'
import type { EdgeApp } from '../serving/fastify.ts'

const visibleAscii = /^[\x21-\x7e]{1,255}$/
const pointer = '/header/idempotency-key'

const read = (request: FastifyRequest): string | undefined => {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && visibleAscii.test(key)) return key
  throw refuse('INVALID_REQUEST', pointer, 'pattern', 'The Idempotency-Key must be 1 to 255 visible ASCII characters.')
}

/** Puts `idempotencyKey` on each request; a batch's own header is not looked at. Errors: INVALID_REQUEST, IDEMPOTENCY_KEY_REQUIRED. */
export const addIdempotencyKey = (app: EdgeApp): void => {
  app.decorateRequest('idempotencyKey', undefined)
  app.addHook('onRequest', async (request) => {
    const { act, limit } = request.routeOptions.config
    if (limit === 'batch') return
    request.idempotencyKey = read(request)
    const { caller } = request
    if (act && request.idempotencyKey === undefined && caller?.kind === 'site' && caller.trust === 'secret') {
      throw refuse('IDEMPOTENCY_KEY_REQUIRED', pointer, 'required', 'With a secret key an act needs an Idempotency-Key.')
    }
  })
}
