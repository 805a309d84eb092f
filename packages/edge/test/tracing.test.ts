// Traces, as a collector receives them: one for each request with its steps, and nothing in them that names a person.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { noSpans, openSpans, tracedStore } from '../src/index.ts'
import { bearer, openAll, openWorld } from './world.ts'

type Attribute = { key: string; value: { stringValue?: string; intValue?: number } }
type Span = { name: string; spanId: string; parentSpanId?: string; traceId: string; attributes: Attribute[] }
type Sent = { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[] }

/** A collector: keeps what it is sent. */
const openCollector = async (t: { after(fn: () => Promise<void>): void }) => {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    void (async () => {
      bodies.push(await text(request))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    said: () => bodies.join('\n'),
    spans: () =>
      bodies.flatMap((body) =>
        (JSON.parse(body) as Sent).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    resources: () => bodies.flatMap((body) => (JSON.parse(body) as Sent).resourceSpans.map(({ resource }) => resource.attributes)),
  }
}

const saidOf = ({ attributes }: Span): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))

test('each request is a trace with its steps; identifiers, keys and addresses are in none', async (t) => {
  const collector = await openCollector(t)
  const spans = await openSpans({ otlpEndpoint: collector.endpoint }, 'test', '0.0.0')
  const { world, app } = await openAll(t, { spans }, async () => {
    await store.readStream('subject-canary', { after: beginning, limit: 1 })
    return new LedgerError('STORE_UNAVAILABLE', 'canary.person@example.org')
  })
  const store = tracedStore(world.store, spans)
  const { key } = await world.issue('secret')
  const headers = { ...bearer(key), traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
  await app.inject({ url: '/v1/throws', headers })
  await app.inject({ url: '/v1/people/canary.person@example.org', headers })
  await app.inject({ url: '/v1/no-such/canary', headers })
  const act = await app.inject({
    method: 'POST',
    url: '/v1/acts',
    headers: { ...headers, 'idempotency-key': 'canary' },
    payload: { note: 'canary' },
  })
  assert.equal(act.statusCode, 201)
  await store.head()
  await spans.close()
  const [step, failed, ...others] = collector.spans()
  assert.ok(step && failed)
  assert.deepEqual([step.name, step.parentSpanId, step.traceId], ['store.readStream', failed.spanId, failed.traceId])
  assert.equal(failed.name, 'GET /v1/throws')
  assert.deepEqual(saidOf(failed), { 'http.request.method': 'GET', 'http.route': '/v1/throws', 'http.response.status_code': 503, 'error.type': 'STORE_UNAVAILABLE' }) // prettier-ignore
  assert.deepEqual(others.map(({ name }) => name), ['GET /v1/people/:id', 'GET *', 'POST /v1/acts'], 'a call outside of a request is no step') // prettier-ignore
  assert.doesNotMatch(collector.said(), /canary|example\.org|sk_|0af7651916cd43dd8448eb211c80319c/)
  const [resource = []] = collector.resources()
  assert.deepEqual(resource.map(({ key: name }) => name).toSorted(), ['service.name', 'service.version']) // prettier-ignore
})

test('a collector that is away costs a request nothing, and a close does not fail for it', async (t) => {
  const spans = await openSpans({ otlpEndpoint: 'http://127.0.0.1:1' }, 'test', '0.0.0')
  const { app } = await openAll(t, { spans })
  assert.equal((await app.inject('/livez')).statusCode, 200)
  await spans.close()
})

test('without a collector nothing is traced, and a port is itself', async () => {
  const world = await openWorld()
  const spans = await openSpans({}, 'test', '0.0.0')
  assert.equal(spans, noSpans)
  assert.equal(tracedStore(world.store, spans), world.store)
})
