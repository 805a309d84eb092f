// PUT /v1/catalogue: controllers, sites, purposes and notices as one reviewed file.
import { CatalogueFile, LedgerError } from '@consent-ledger/domain'
import { operatorOf, type EdgeApp, type OperatorCaller } from '@consent-ledger/edge'
import { applyCatalogue, checkCatalogue } from '../admin/catalogue.ts'
import type { IngestDeps } from '../deps.ts'
import { CatalogueApplied } from '../schemas/catalogue.ts'
import { DryRunQuery } from '../schemas/dryRun.ts'
import { byOperator } from './operatorAct.ts'

const mayApply = (operator: OperatorCaller, controller: string): void => {
  if (operator.controller !== undefined && operator.controller !== controller)
    throw new LedgerError('FORBIDDEN', 'This key may not do that, or there is nothing of that name for it')
}

export const catalogueRoute = (app: EdgeApp, deps: IngestDeps): void => {
  app.route({
    method: 'PUT',
    url: '/v1/catalogue',
    config: { access: { roles: ['admin'] }, limit: 'catalogue' },
    schema: {
      operationId: 'applyCatalogue',
      summary: 'Apply a catalogue: only what differs becomes events',
      tags: ['Catalogue'],
      querystring: DryRunQuery,
      body: CatalogueFile,
      response: { 200: CatalogueApplied },
    },
    handler: async (request, reply) => {
      const operator = operatorOf(request)
      mayApply(operator, request.body.controller.id)
      if (request.query.dryRun === 'true') return checkCatalogue(deps, request.body)
      const { answer, replayed } = await applyCatalogue(deps, request.body, byOperator(request))
      if (replayed) reply.header('idempotency-replayed', 'true')
      return answer
    },
  })
}
