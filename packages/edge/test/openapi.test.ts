// The contract as a document and its page; what every route must declare.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createEdge } from '../src/index.ts'
import { collectLines, openAll, openWorld } from './world.ts'

test('the document is OpenAPI 3.1 with security, operation ids and problems', async (t) => {
  const { app } = await openAll(t)
  const document = (await app.inject({ url: '/openapi.json' })).json()
  assert.equal(document.openapi, '3.1.0')
  const act = document.paths['/v1/acts'].post
  assert.equal(act.operationId, 'act')
  assert.deepEqual(act.security, [{ secretKey: [] }, { publishableKey: [] }])
  assert.deepEqual(act.responses['4XX'].content['application/problem+json'].schema, { $ref: '#/components/schemas/Problem' })
  assert.deepEqual(document.paths['/v1/people/{id}'].get.security, [{ operatorKey: [] }])
  assert.equal(document.paths['/v1/texts'].get.security, undefined)
  assert.ok(document.components.schemas.Problem)
  assert.deepEqual(Object.keys(document.components.securitySchemes), ['secretKey', 'publishableKey', 'operatorKey'])
})

test('the page runs under its own Content-Security-Policy and asks no other server', async (t) => {
  const { app } = await openAll(t)
  assert.equal((await app.inject({ url: '/docs' })).statusCode, 301)
  const page = await app.inject({ url: '/docs/' })
  const policy = String(page.headers['content-security-policy'])
  const scripts = [...page.body.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)]
  assert.ok(scripts.length >= 2)
  for (const [, attributes = '', text = ''] of scripts) {
    const source = /src="([^"]+)"/.exec(attributes)?.[1]
    if (source === undefined) assert.ok(policy.includes(createHash('sha256').update(text).digest('base64')))
    else assert.equal((await app.inject({ url: `/docs/${source}` })).statusCode, 200)
  }
  assert.doesNotMatch(policy, /unsafe-inline(?=[^;]*;\s*style)|https:/)
  assert.doesNotMatch(page.body, /https?:\/\//)
})

test('a route that does not say who may call it, or has no name, is not let in', async (t) => {
  const world = await openWorld()
  const live = await world.live()
  t.after(() => live.close())
  const edge = () =>
    createEdge({
      settings: { logLevel: 'silent', trustProxy: [] },
      live,
      vault: { noteKeyUses: async () => undefined },
      clock: Date.now,
      version: '1',
      readiness: async () => [],
      logTo: collectLines(),
    })
  const app = await edge()
  t.after(() => app.close())
  assert.throws(() => app.get('/v1/open', { schema: { operationId: 'open' } }, async () => ({})), /config\.access/)
  assert.throws(() => app.get('/v1/unnamed', { config: { access: 'public' } }, async () => ({})), /operationId/)
})
