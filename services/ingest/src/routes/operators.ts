// Operators: add, list, revoke.
import { LedgerError, refuse } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp, type OperatorCaller } from '@consent-ledger/edge'
import { addOperator, listOperators, revokeOperator } from '../admin/operators.ts'
import type { IngestDeps } from '../deps.ts'
import { NewOperator, OfOperator, OperatorIssued, OperatorList, Revoked } from '../schemas/keys.ts'
import { ListQuery, pageOf } from '../schemas/lists.ts'
import { answerIssued, byOperator } from './operatorAct.ts'

const config = { access: { roles: ['admin'] } } as const
const common = { tags: ['Catalogue'] }

/** An administrator of one controller adds and revokes only there. */
const mayTouch = (operator: OperatorCaller, controller: string | undefined): void => {
  if (operator.controller !== undefined && operator.controller !== controller)
    throw new LedgerError('FORBIDDEN', 'This key may not do that, or there is nothing of that name for it')
}

const knownController = async (deps: IngestDeps, controller: string | undefined): Promise<void> => {
  if (controller === undefined || deps.live.controller(controller)) return
  await deps.live.refresh()
  if (!deps.live.controller(controller)) throw refuse('NOT_FOUND', '/controller', 'known', 'No such controller')
}

export const operatorRoutes = (app: EdgeApp, deps: IngestDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/operators',
    config,
    schema: { ...common, operationId: 'addOperator', summary: 'Add an operator', body: NewOperator, response: { 201: OperatorIssued } },
    handler: async (request, reply) => {
      mayTouch(operatorOf(request), request.body.controller)
      await knownController(deps, request.body.controller)
      return answerIssued(reply, () => addOperator(deps, request.body, byOperator(request)))
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/operators',
    config,
    schema: {
      ...common,
      operationId: 'listOperators',
      summary: 'Operators, without their keys',
      querystring: ListQuery,
      response: { 200: OperatorList },
    },
    handler: async (request) => {
      const { page, next } = pageOf(await listOperators(deps, operatorOf(request).controller), request.query, ({ id }) => id)
      return { operators: page, next }
    },
  })
  app.route({
    method: 'DELETE',
    url: '/v1/operators/:id',
    config,
    schema: {
      ...common,
      operationId: 'revokeOperator',
      summary: 'Revoke an operator at once',
      params: OfOperator,
      response: { 200: Revoked },
    },
    handler: async (request) => {
      const { id } = request.params
      mayTouch(operatorOf(request), deps.live.operators().find(({ operatorId }) => operatorId === id)?.controller)
      return revokeOperator(deps, id, byOperator(request))
    },
  })
}
