// Who is slowed down, and who never is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCounted, perMinute, saysNo } from '../src/callers/limits.ts'
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
  // Its yes is told so by whoever records the no.
  assert.equal(await send('/v1/acts', { choices: [{ decision: 'given' }, { decision: 'refused' }] }), 202)
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

test('two sites of one id at two controllers are two sites', async (t) => {
  const { world, app } = await openAll(t)
  const other = await world.another('lodge')
  const { key } = await world.issue('publishable')
  const send = async (bearing: string) =>
    (await app.inject({ method: 'POST', url: '/v1/acts', headers: { ...bearer(bearing), origin }, payload: {} })).statusCode
  for (let n = 0; n < perMinute.publishable; n++) await send(key)
  assert.equal(await send(key), 429)
  assert.equal(await send(other.key), 201)
})

test('a page’s key from elsewhere is no better than none', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('publishable')
  const send = async (headers: object) =>
    (await app.inject({ method: 'POST', url: '/v1/withdrawals', headers: { ...bearer(key), ...headers }, payload: {} })).statusCode
  // The first time the key was not known here yet, which counts too.
  assert.equal(await send({ origin }), 201)
  for (let n = 1; n < perMinute.withoutKey; n++) assert.equal(await send(n % 2 === 0 ? {} : { origin: 'https://evil.example.org' }), 403)
  assert.equal(await send({}), 429)
  assert.equal(await send({ origin }), 201)
})

test('a no is found wherever it may stand in an act, and beside a yes the act is counted', () => {
  const noes = [{ choices: [{}, { decision: 'refused' }] }, { choices: [{ decision: 'dismissed' }] }, { sale: { refused: ['x'] } }, { act: 'withdrawal' }, { act: 'objection' }] // prettier-ignore
  for (const act of noes) assert.ok(saysNo(act) && !isCounted(act), JSON.stringify(act))
  const others = [undefined, null, 1, 'refused', [], { choices: 'refused' }, { choices: [null, 1, { decision: 'given' }] }, { sale: { refused: [] } }] // prettier-ignore
  for (const act of others) assert.ok(!saysNo(act) && isCounted(act), JSON.stringify(act))
  const mixed = { choices: [{ decision: 'refused' }, { decision: 'given' }] }
  assert.ok(saysNo(mixed) && isCounted(mixed))
})
