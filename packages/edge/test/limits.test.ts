// Who is slowed down, and who never is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { perMinute, saysNo } from '../src/limits.ts'
import { bearer, openAll, origin } from './world.ts'

test('requests without a valid key are slowed down by address, those with one are not', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('secret')
  const wrong = { method: 'POST', url: '/v1/batches', headers: bearer(`sk_${'a'.repeat(40)}`), payload: {} } as const
  for (let n = 0; n < perMinute.withoutKey; n++)
    assert.equal((await app.inject(n % 2 === 0 ? wrong : { url: '/v1/people/1' })).statusCode, 401)
  const slowed = await app.inject(wrong)
  assert.equal(slowed.statusCode, 429)
  assert.equal(slowed.json().code, 'RATE_LIMITED')
  assert.match(String(slowed.headers['retry-after']), /^[1-9]\d*$/)
  assert.equal((await app.inject({ ...wrong, remoteAddress: '198.51.100.7' })).statusCode, 401)
  assert.equal((await app.inject({ ...wrong, headers: bearer(key) })).statusCode, 201)
  assert.equal((await app.inject({ url: '/v1/texts' })).statusCode, 200)
})

test('a page that writes too often is slowed down, its noes never are', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('publishable')
  const send = async (url: string, payload: object, more: object = {}) =>
    (await app.inject({ method: 'POST', url, headers: { ...bearer(key), origin }, payload, ...more })).statusCode
  const yes = { choices: [{ decision: 'given' }] }
  for (let n = 0; n < perMinute.publishable; n++) assert.equal(await send('/v1/acts', yes), 201)
  assert.equal(await send('/v1/acts', yes), 429)
  assert.equal(await send('/v1/acts', { choices: [{ decision: 'given' }, { decision: 'refused' }] }), 201)
  assert.equal(await send('/v1/acts', { choices: [{ decision: 'dismissed' }] }), 201)
  assert.equal(await send('/v1/withdrawals', {}), 201)
  assert.equal(await send('/v1/acts', yes, { remoteAddress: '198.51.100.7' }), 201)
})

test('a server is never slowed down', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('secret')
  for (let n = 0; n < perMinute.publishable + 50; n++)
    assert.equal((await app.inject({ method: 'POST', url: '/v1/batches', headers: bearer(key), payload: {} })).statusCode, 201)
})

test('a no is found wherever it may stand, in whatever was sent', () => {
  const noes = [
    { choices: [{}, { decision: 'refused' }] },
    { sale: { refused: ['x'] } },
    { items: [{ act: 'withdrawal' }] },
    { items: [{}, { act: 'objection' }] },
    { items: [{ choices: [{ decision: 'dismissed' }] }] },
  ]
  for (const body of noes) assert.ok(saysNo(body), JSON.stringify(body))
  const others = [
    undefined,
    null,
    1,
    'refused',
    [],
    { choices: 'refused' },
    { choices: [null, 1, { decision: 'given' }] },
    { sale: { refused: [] } },
    { items: [null, { items: [{ act: 'withdrawal' }] }] },
  ]
  for (const body of others) assert.ok(!saysNo(body), JSON.stringify(body))
})
