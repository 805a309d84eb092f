// What spans subjects: current answers, activity, what was turned away, and the rebuild; each says as of when.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { beginning } from '@consent-ledger/eventstore'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { Activity, Answers } from '../src/schemas/across.ts'
import { email, openWorld } from './world.ts'

test('answers and activity of the controller, with the time as of which they hold', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'reports-'))
  const readModel = await openSqliteReadModel({
    file: join(directory, 'readmodel.sqlite'),
    ledgerId: 'e5b8f6ae-0f4f-4b65-8f6a-3c1f6a6f0a01',
  })
  const world = await openWorld({ readModel })
  for (const name of ['anna', 'marc', 'lea'])
    await world.act({ identifiers: [email(`${name}@example.org`)], said: name === 'lea' ? 'no' : 'yes' })

  const before = Answers.parse((await world.ask('GET', '/v1/answers', 'legal')).json)
  assert.deepEqual([before.answers, before.asOf, before.lagMs], [[], null, null])

  const events = await world.store.readAll({ after: beginning, limit: 1000 })
  await readModel.apply(events, events.at(-1)?.position ?? beginning)
  await readModel.noteAsOf(world.tick.now)
  const first = Answers.parse((await world.ask('GET', '/v1/answers?purpose=news&answer=given&limit=1', 'auditor')).json)
  assert.equal(first.answers[0]?.answer, 'given')
  assert.equal(first.lagMs, 1000)
  const second = Answers.parse(
    (await world.ask('GET', `/v1/answers?purpose=news&answer=given&limit=1&after=${encodeURIComponent(first.next ?? '')}`, 'auditor')).json,
  )
  assert.notEqual(second.answers[0]?.subjectId, first.answers[0]?.subjectId)

  const { activity } = Activity.parse((await world.ask('GET', '/v1/activity?from=2026-11-20&to=2026-11-21', 'legal')).json)
  assert.deepEqual(
    activity.find((row) => row.type === 'ConsentGiven'),
    { site: 'campo-fr', day: '2026-11-20', type: 'ConsentGiven', count: 2 },
  )
  await world.close()
  await readModel.close()
  await rm(directory, { recursive: true })
})

test('a key of several controllers must name one, a bound key sees its own only, and marketing neither', async () => {
  const world = await openWorld()
  for (const path of ['/v1/answers', '/v1/activity']) {
    assert.equal((await world.ask('GET', path, 'all')).status, 400)
    assert.equal((await world.ask('GET', `${path}?controller=campo`, 'all')).status, 200)
    assert.equal((await world.ask('GET', `${path}?controller=other`, 'legal')).status, 404)
    assert.equal((await world.ask('GET', path, 'marketing')).status, 403)
  }
  await world.close()
})

test('only an administrator of the whole ledger rebuilds the read model', async () => {
  const world = await openWorld()
  for (const as of ['legal', 'campoadmin']) assert.equal((await world.ask('POST', '/v1/projections/rebuild', as)).status, 403)
  assert.equal(world.rebuilt(), 0)
  assert.equal((await world.ask('POST', '/v1/projections/rebuild', 'admin')).status, 202)
  assert.equal(world.rebuilt(), 1)
  await world.close()
})

test('the document of the API has every route of this service', async () => {
  const world = await openWorld()
  const reply = await world.app.inject({ method: 'GET', url: '/openapi.json' })
  const { paths } = JSON.parse(reply.body) as { paths: Record<string, object> }
  const ours = [
    '/v1/subjects/lookup',
    '/v1/subjects/{subjectId}/proofs',
    '/v1/subjects/{subjectId}/links/{linkId}/undo',
    '/v1/answers',
    '/v1/activity',
  ]
  for (const path of ours) assert.ok(paths[path], path)
  await world.close()
})
