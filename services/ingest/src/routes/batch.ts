// POST /v1/consents/batch.
import { countTurnedAway, siteOf, type EdgeApp } from '@consent-ledger/edge'
import { recordBatch } from '../act/batch.ts'
import type { IngestDeps } from '../deps.ts'
import { Batch, BatchResults } from '../schemas/batch.ts'
import { DryRunQuery } from '../schemas/dryRun.ts'
import { publicUrlOf } from './acts.ts'
import { seenOf } from './answer.ts'

export const batchRoute = (app: EdgeApp, deps: IngestDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/consents/batch',
    config: { access: { site: ['secret', 'publishable'] }, limit: 'batch' },
    schema: {
      operationId: 'recordBatch',
      summary: 'Record up to 1,000 acts, each taken by itself',
      tags: ['Sites'],
      querystring: DryRunQuery,
      body: Batch,
      response: { 200: BatchResults },
    },
    handler: async (request, reply) => {
      const dryRun = request.query.dryRun === 'true'
      const results = await recordBatch(deps, {
        caller: siteOf(request),
        seen: seenOf(request),
        items: request.body.items,
        dryRun,
        publicUrl: publicUrlOf(app, deps),
        countWrite: () => app.countWrite(request, reply),
        onRefused: (code) => (dryRun ? undefined : countTurnedAway(request, code)),
      })
      return { results }
    },
  })
}
