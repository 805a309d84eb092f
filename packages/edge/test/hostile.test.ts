// Whatever is sent, the edge answers, never with a fault of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openAll, origin } from './world.ts'

const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE')
const path = fc.oneof(
  fc.constantFrom(
    '/v1/acts',
    '/v1/batches',
    '/v1/withdrawals',
    '/v1/texts',
    '/v1/people/1',
    '/livez',
    '/readyz',
    '/docs',
    '/docs/',
    '/openapi.json',
    '*',
    '//',
    '/v1/acts/',
  ),
  fc.webPath().map((text) => `/v1${text}`),
  fc
    .string({ unit: fc.constantFrom('/', '%', '.', '?', '#', '&', '=', ';', '\\', 'a', '2', 'F', '[', '\u00e9') })
    .map((text) => `/${text}`),
)
const query = fc.oneof(
  fc.constant(''),
  fc.webQueryParameters().map((text) => `?${text}`),
  fc.constantFrom('?__proto__=1', '?a[]=1&a[b]=2', '?dryRun=true&dryRun=false', '?%'),
)
const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 60 })
const type = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-16',
  'application/json;',
  'text/plain',
  'multipart/form-data',
  '',
  'a/b/c',
  'application/problem+json',
)
const body = fc.oneof(
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify({ choices: value, word: value })),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('', '{', '[[[', '{"__proto__":1}', '[{"a":'.repeat(50_000), '"\\ud800"', 'null', '{"choices":[{"decision":"refused"}]}'),
)
const headers = (keys: string[]) =>
  fc.record(
    {
      authorization: fc.oneof(
        printable,
        fc.constantFrom(...keys.map((key) => `Bearer ${key}`)),
        fc.constantFrom('Bearer', 'Bearer  ', `Bearer sk_${'x'.repeat(40)}`),
      ),
      origin: fc.oneof(printable, fc.constantFrom(origin, 'null')),
      host: printable,
      'idempotency-key': printable,
      'content-type': type,
      'content-length': fc.constantFrom('0', '1', '5', '-1', '99999999999', 'x'),
      'x-forwarded-for': printable,
      'access-control-request-method': printable,
      accept: printable,
      expect: fc.constantFrom('100-continue', 'x'),
    },
    { requiredKeys: [] },
  )

test('2,000 hostile requests: an answer each, never a 5xx', async (t) => {
  const { world, app } = await openAll(t, { settings: { logLevel: 'info', trustProxy: ['127.0.0.1'] } })
  const keys = [(await world.issue('secret')).key, (await world.issue('publishable')).key, (await world.hire('legal')).key]
  const remoteAddress = fc.oneof(fc.constant('127.0.0.1'), fc.ipV4(), fc.ipV6())
  const requests = fc.record({ method, remoteAddress, path, query, headers: headers(keys), payload: fc.option(body, { nil: undefined }) })
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, remoteAddress, path, query, headers, payload }) => {
      const answer = await app.inject({
        method: method as 'GET',
        remoteAddress,
        url: { pathname: path, query: query.slice(1) },
        headers,
        ...(payload === undefined ? {} : { payload }),
      })
      assert.ok(answer.statusCode < 500, `${answer.statusCode} ${answer.body}`)
      if (answer.statusCode >= 400 && answer.body !== '')
        assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    }),
    { numRuns: 2000 },
  )
})
