// The keys of a site: issue a pair, list, revoke.
import { operatorOf, type EdgeApp } from '@consent-ledger/edge'
import { controllerOfSite, issueSiteKeys, listSiteKeys, revokeSiteKeys } from '../admin/siteKeys.ts'
import type { IngestDeps } from '../deps.ts'
import { Nothing, OfController, OfSite, OfSiteKey, Revoked, SiteKeyList, SiteKeysIssued } from '../schemas/keys.ts'
import { ListQuery, pageOf } from '../schemas/lists.ts'
import { answerIssued, byOperator } from './operatorAct.ts'

const config = { access: { roles: ['admin'] } } as const
const common = { tags: ['Catalogue'] }

export const siteKeyRoutes = (app: EdgeApp, deps: IngestDeps): void => {
  app.route({
    method: 'POST',
    url: '/v1/sites/:id/keys',
    config,
    schema: {
      ...common,
      operationId: 'issueSiteKeys',
      summary: 'Issue a secret and a publishable key',
      params: OfSite,
      querystring: OfController,
      body: Nothing,
      response: { 201: SiteKeysIssued },
    },
    handler: async (request, reply) => {
      const { controllerId } = await controllerOfSite(deps, operatorOf(request), request.params.id, request.query.controller)
      return answerIssued(reply, () => issueSiteKeys(deps, { controller: controllerId, site: request.params.id }, byOperator(request)))
    },
  })
  app.route({
    method: 'GET',
    url: '/v1/sites/:id/keys',
    config,
    schema: {
      ...common,
      operationId: 'listSiteKeys',
      summary: 'Keys of a site, without their secrets',
      params: OfSite,
      querystring: ListQuery.extend(OfController.shape),
      response: { 200: SiteKeyList },
    },
    handler: async (request) => {
      const catalogue = await controllerOfSite(deps, operatorOf(request), request.params.id, request.query.controller)
      const { page, next } = pageOf(
        await listSiteKeys(deps, catalogue, request.params.id),
        request.query,
        ({ id, kind }) => `${id}.${kind}`,
      )
      return { keys: page, next }
    },
  })
  app.route({
    method: 'DELETE',
    url: '/v1/sites/:id/keys/:keyId',
    config,
    schema: {
      ...common,
      operationId: 'revokeSiteKeys',
      summary: 'Revoke a pair of keys at once',
      params: OfSiteKey,
      querystring: OfController,
      response: { 200: Revoked },
    },
    handler: async (request) => {
      const { id: site, keyId } = request.params
      const { controllerId } = await controllerOfSite(deps, operatorOf(request), site, request.query.controller)
      return revokeSiteKeys(deps, { controller: controllerId, site, keyId }, byOperator(request))
    },
  })
}
