// The contract as a document: OpenAPI 3.1, generated from the schemas of the routes.
import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { EdgeApp } from './fastify.ts'
import type { Access } from '../requests/rules.ts'

const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description }) as const
const securitySchemes = {
  secretKey: bearer('Site key `sk_…`, for servers.'),
  publishableKey: bearer('Site key `pk_…`, for pages of the site; bound to its origins, may only write.'),
  operatorKey: bearer('Operator key `ok_…`, with roles.'),
}

const securityOf = (access: Access | undefined): Record<string, string[]>[] => {
  if (access === undefined || access === 'public') return []
  const keys = [...(access.site ?? []).map((trust) => `${trust}Key`), ...((access.roles ?? []).length > 0 ? ['operatorKey'] : [])]
  return keys.map((key) => ({ [key]: [] }))
}

/** Serves `/openapi.json`. Must be called before the routes that the document describes are registered; the text is made once, when it is first asked for. */
export const addOpenApi = async (app: EdgeApp, version: string): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Consent Ledger',
        version,
        description: 'Sites post what a person chose and get a receipt; the legal team retrieves proof.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document)
      const security = securityOf(document.route.config?.access)
      return { url, schema: security.length === 0 ? schema : { ...schema, security } }
    },
    transformObject: jsonSchemaTransformObject,
  })
  let text: string | undefined
  app.get(
    '/openapi.json',
    { config: { access: 'public', cors: 'any' }, schema: { hide: true, operationId: 'openapi' } },
    async (_request, reply) => reply.type('application/json; charset=utf-8').send((text ??= JSON.stringify(app.swagger()))),
  )
}
