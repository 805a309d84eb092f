// What was turned away is counted by site, route and code; what lives and what is ready is told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bearer, openAll } from './world.ts'

test('each refusal under /v1 is counted once, until it is drained; lines given back are there again', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('secret')
  const bad = { method: 'POST', url: '/v1/acts', headers: { ...bearer(key), 'idempotency-key': 'k' }, payload: { word: 'maybe' } } as const
  await app.inject(bad)
  await app.inject(bad)
  await app.inject({ url: '/v1/people/1' })
  await app.inject({ url: '/elsewhere' })
  await app.inject({ url: '/v1/texts' })
  const lines = app.turnedAway.drain()
  assert.deepEqual(lines, [
    { controller: 'campo', site: 'campo-fr', route: '/v1/acts', code: 'INVALID_REQUEST', count: 2 },
    { route: '/v1/people/:id', code: 'UNAUTHENTICATED', count: 1 },
  ])
  assert.deepEqual(app.turnedAway.drain(), [])
  app.turnedAway.giveBack(lines)
  await app.inject(bad)
  assert.equal(app.turnedAway.drain()[0]?.count, 3)
  assert.match(await app.metrics.metrics(), /ledger_turned_away_total\{site="campo-fr",route="\/v1\/acts",code="INVALID_REQUEST"\} 3/)
})

test('readiness names what is missing', async (t) => {
  const missing = [{ what: 'store', why: 'not open yet' }]
  const { app } = await openAll(t, { readiness: async () => missing })
  assert.equal((await app.inject({ url: '/livez' })).statusCode, 200)
  const answer = await app.inject({ url: '/readyz' })
  assert.equal(answer.statusCode, 503)
  assert.equal(answer.json().code, 'NOT_READY')
  assert.deepEqual(answer.json().notReady, missing)
  missing.length = 0
  assert.equal((await app.inject({ url: '/readyz' })).statusCode, 200)
})
