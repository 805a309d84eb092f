// What stands at no address: 404, or 405 with the methods that do.
import { LedgerError } from '@consent-ledger/domain'
import type { EdgeApp } from '../serving/fastify.ts'
import type { RouteTable } from '../requests/routeTable.ts'
import { sendProblem } from './problems.ts'

/** Answers whatever no route takes: NOT_FOUND, or METHOD_NOT_ALLOWED with `Allow` (RFC 9110 §15.5.6). */
export const addNotFound = (app: EdgeApp, routes: RouteTable): void => {
  app.setNotFoundHandler((request, reply) => {
    const methods = routes.methodsAt(request.url.split('?', 1)[0] ?? '')
    if (methods.length === 0) return sendProblem(reply, new LedgerError('NOT_FOUND', 'There is nothing at this address.'))
    reply.header('allow', methods.join(', '))
    return sendProblem(reply, new LedgerError('METHOD_NOT_ALLOWED', 'This address takes other methods; see Allow.'))
  })
}
