// Keys, roles, origins and the Idempotency-Key: who passes, and how the rest is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { openLive } from '../src/index.ts'
import { bearer, openAll, openApp, openWorld, origin } from './world.ts'

const post = (url: string, headers: Record<string, string> = {}, payload: object = {}) =>
  ({ method: 'POST', url, headers, payload }) as const

test('no key, a wrong key and a revoked key are 401 and say Bearer', async (t) => {
  const { world, app } = await openAll(t)
  const { key, keyId } = await world.issue('secret')
  const idem = { 'idempotency-key': 'k1' }
  assert.equal((await app.inject(post('/v1/acts', { ...bearer(key), ...idem }))).statusCode, 201)
  await world.revoke(keyId)
  const live = await app.inject(post('/v1/acts', idem))
  assert.equal(live.statusCode, 401)
  assert.equal(live.headers['www-authenticate'], 'Bearer')
  for (const headers of [bearer(`sk_${'a'.repeat(40)}`), { authorization: 'Basic abc' }]) {
    const answer = await app.inject(post('/v1/acts', { ...headers, ...idem }))
    assert.equal(answer.json().code, 'UNAUTHENTICATED')
  }
  // The wrong key above made the folds read again, so the revocation holds by now.
  assert.equal((await app.inject(post('/v1/acts', { ...bearer(key), ...idem }))).statusCode, 401)
})

test('a key that another process issued a moment ago is known at once', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('secret')
  assert.deepEqual((await app.inject(post('/v1/acts', { ...bearer(key), 'idempotency-key': 'k' }))).json(), { kind: 'secret' })
})

test('while the event store is away a key is believed for a second, and then nobody is let in until a revocation can be seen', async (t) => {
  const world = await openWorld()
  const { key, keyId } = await world.issue('secret')
  let now = Date.parse('2026-11-23T10:00:00.000Z')
  let away = false
  const store = {
    readStream: world.store.readStream.bind(world.store),
    head: () => (away ? Promise.reject(new LedgerError('STORE_UNAVAILABLE', 'away')) : world.store.head()),
  }
  const live = await openLive({ store, clock: () => now, intervalMs: 3_600_000 })
  const app = await openApp(live, { clock: () => now })
  t.after(async () => {
    await app.close()
    await live.close()
  })
  const status = async () => (await app.inject(post('/v1/acts', { ...bearer(key), 'idempotency-key': 'k' }))).statusCode
  away = true
  await world.revoke(keyId)
  now += 1000
  assert.equal(await status(), 201)
  now += 1
  assert.equal(await status(), 503)
  away = false
  assert.equal(await status(), 401)
})

test('each route admits the keys and roles it names, and nobody else', async (t) => {
  const { world, app } = await openAll(t)
  const { key: site } = await world.issue('secret')
  const { key: page } = await world.issue('publishable')
  const { key: legal } = await world.hire('legal', 'marketing')
  const { key: marketing } = await world.hire('marketing')
  const status = async (url: string, key: string) => (await app.inject({ url, headers: bearer(key) })).statusCode
  assert.equal(await status('/v1/people/1', legal), 200)
  for (const key of [marketing, site, page]) assert.equal(await status('/v1/people/1', key), 403)
  assert.equal((await app.inject(post('/v1/acts', bearer(legal)))).json().code, 'FORBIDDEN')
  assert.equal((await app.inject(post('/v1/batches', { ...bearer(page), origin }))).statusCode, 403)
})

test('a publishable key works only from the origins of its own site', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('publishable')
  const from = async (headers: Record<string, string>) => (await app.inject(post('/v1/acts', { ...bearer(key), ...headers }))).statusCode
  assert.equal(await from({ origin }), 201)
  assert.equal(await from({}), 403)
  for (const wrong of ['https://evil.example.org', 'https://en.example.org', 'null', `${origin}.evil.example.org`, origin.toUpperCase()])
    assert.equal(await from({ origin: wrong }), 403)
})

test('a public route recognises a key and refuses a wrong one', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('publishable')
  assert.deepEqual((await app.inject({ url: '/v1/texts' })).json(), { kind: 'nobody' })
  assert.deepEqual((await app.inject({ url: '/v1/texts', headers: bearer(key) })).json(), { kind: 'site' })
  assert.equal((await app.inject({ url: '/v1/texts', headers: bearer(`pk_${'b'.repeat(40)}`) })).statusCode, 401)
})

test('with a secret key an act needs an Idempotency-Key of visible ASCII; a batch has none of its own', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('secret')
  const code = async (url: string, headers: Record<string, string>) =>
    (await app.inject(post(url, { ...bearer(key), ...headers }))).json().code
  assert.equal(await code('/v1/acts', {}), 'IDEMPOTENCY_KEY_REQUIRED')
  for (const wrong of ['', 'two words', 'é', 'x'.repeat(256)])
    assert.equal(await code('/v1/acts', { 'idempotency-key': wrong }), 'INVALID_REQUEST')
  assert.equal(await code('/v1/acts', { 'idempotency-key': 'x'.repeat(255) }), undefined)
  assert.equal(await code('/v1/batches', { 'idempotency-key': 'two words' }), undefined)
})

test('pages of registered sites are answered, others are not', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('publishable')
  const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
  const preflight = await app.inject({ method: 'OPTIONS', url: '/v1/acts', headers: { origin, ...asked } })
  assert.equal(preflight.statusCode, 204)
  assert.match(String(preflight.headers['access-control-allow-methods']), /POST/)
  assert.match(String(preflight.headers['access-control-allow-headers']), /Idempotency-Key/)
  const stranger = await app.inject({ method: 'OPTIONS', url: '/v1/acts', headers: { origin: 'https://evil.example.org', ...asked } })
  assert.equal(stranger.headers['access-control-allow-origin'], undefined)
  const answer = await app.inject(post('/v1/acts', { ...bearer(key), origin }))
  assert.equal(answer.headers['access-control-allow-origin'], origin)
  assert.equal(answer.headers['access-control-expose-headers'], 'Idempotency-Replayed, Retry-After')
  const refused = await app.inject(post('/v1/acts', { origin }))
  assert.equal(refused.headers['access-control-allow-origin'], origin)
  assert.equal((await app.inject({ url: '/v1/people/1', headers: { origin } })).headers['access-control-allow-origin'], undefined)
  assert.equal(
    (await app.inject({ url: '/v1/texts', headers: { origin: 'https://any.example.org' } })).headers['access-control-allow-origin'],
    '*',
  )
})

test('when each key was last used reaches the vault at the close', async (t) => {
  const noted = new Map<string, number>()
  const { world, app } = await openAll(t, {
    clock: () => 42,
    vault: {
      noteKeyUses: async (uses) => {
        for (const [keyId, at] of uses) noted.set(keyId, at)
      },
    },
  })
  const site = await world.issue('secret')
  const legal = await world.hire('legal')
  await app.inject(post('/v1/batches', bearer(site.key)))
  await app.inject({ url: '/v1/people/1', headers: bearer(legal.key) })
  await app.close()
  assert.deepEqual(
    [...noted],
    [
      [site.keyId, 42],
      [legal.operatorId, 42],
    ],
  )
})
