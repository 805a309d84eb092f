// What spans subjects: current answers, activity, what was turned away, and the rebuild; each says as of when.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import type { Vault } from '@consent-ledger/vault'
import { Activity, Answers } from '../src/schemas/across.ts'
import { State } from '../src/schemas/subjects.ts'
import { project } from './projecting.ts'
import { email, openWorld, type World } from './world.ts'

const listed = async (world: World, query: string, as = 'legal') => Answers.parse((await world.ask('GET', `/v1/answers${query}`, as)).json)

test('answers and activity of the controller, with the time as of which they hold', async () => {
  const world = await openWorld()
  for (const name of ['anna', 'marc', 'lea'])
    await world.act({ identifiers: [email(`${name}@example.org`)], said: name === 'lea' ? 'no' : 'yes' })

  const before = await listed(world, '')
  assert.deepEqual([before.answers, before.asOf, before.lagMs], [[], null, null])

  await project(world)
  const first = await listed(world, '?purpose=news&answer=given&limit=1', 'auditor')
  assert.equal(first.answers[0]?.answer, 'given')
  assert.equal(first.lagMs, 1000)
  const second = await listed(world, `?purpose=news&answer=given&limit=1&after=${encodeURIComponent(first.next ?? '')}`, 'auditor')
  assert.notEqual(second.answers[0]?.subjectId, first.answers[0]?.subjectId)

  const { activity } = Activity.parse((await world.ask('GET', '/v1/activity?from=2026-11-20&to=2026-11-21', 'legal')).json)
  assert.deepEqual(
    activity.find((row) => row.type === 'ConsentGiven'),
    { site: 'campo-fr', day: '2026-11-20', type: 'ConsentGiven', count: 2 },
  )
  await world.close()
})

test('a yes whose notice was replaced by one of another class is listed as invalidated, and no longer as given', async () => {
  const world = await openWorld()
  const { target } = await world.act({ identifiers: [email('anna@example.org')], said: 'yes' })
  await world.replaceNotice('2026-11-20')
  await project(world)
  const { subjectId } = target
  const [row] = (await listed(world, '')).answers
  assert.deepEqual([row?.subjectId, row?.answer, row?.until, row?.since], [subjectId, 'invalidated', null, '2026-11-19T23:00:00.000Z'])
  assert.deepEqual((await listed(world, '?answer=given')).answers, [])
  assert.equal((await listed(world, '?answer=invalidated')).answers.length, 1)
  const state = State.parse((await world.ask('GET', `/v1/subjects/${subjectId}/state`, 'legal')).json).states[0]
  assert.deepEqual([state?.state, state?.since], [row?.answer, row?.since])
  await world.close()
})

test('a yes that ended is found by its answer as soon as it has, whether or not anybody has judged it again', async () => {
  const world = await openWorld()
  const { target } = await world.act({ identifiers: [email('anna@example.org')], said: 'yes' })
  await world.act({ identifiers: [email('lea@example.org')], said: 'no' })
  await project(world)
  assert.deepEqual((await listed(world, '?answer=expired')).answers, [])
  world.tick.now += 366 * 86_400_000
  await world.readModel.noteAsOf(world.tick.now)
  const expired = await listed(world, '?answer=expired')
  assert.deepEqual(
    expired.answers.map(({ subjectId, answer }) => [subjectId, answer]),
    [[target.subjectId, 'expired']],
  )
  // The list as a whole holds as of before what fell due and was not judged again.
  assert.ok(Date.parse(expired.asOf ?? '') < world.tick.now - 86_400_000)
  assert.deepEqual((await listed(world, '?answer=given')).answers, [])
  await project(world)
  assert.equal((await listed(world, '?answer=expired')).answers.length, 1)
  await world.close()
})

test('a page of answers is a look at each person in it, noted before it is answered', async () => {
  let broken = false
  const vaultOver = (vault: Vault): Vault => ({
    ...vault,
    logAccess: (access) => (broken ? Promise.reject(new LedgerError('VAULT_UNAVAILABLE', 'gone')) : vault.logAccess(access)),
  })
  const world = await openWorld({ vaultOver })
  const anna = (await world.act({ identifiers: [email('anna@example.org')], said: 'yes' })).target.subjectId
  const marc = (await world.act({ identifiers: [email('marc@example.org')], said: 'yes' })).target.subjectId
  await project(world)
  const [first, second] = [anna, marc].toSorted()
  assert.ok(first !== undefined && second !== undefined)
  // A cursor that somebody made up, so that the page shows one person alone.
  const cursor = `${first}.news.web`
  assert.deepEqual(
    (await listed(world, `?after=${cursor}&limit=1`, 'auditor')).answers.map((row) => row.subjectId),
    [second],
  )
  const looks = async (subjectId: string) => (await world.vault.accesses(subjectId)).map(({ role, purpose }) => `${role} ${purpose}`)
  assert.deepEqual([await looks(first), await looks(second)], [[], ['auditor answers']])
  await listed(world, '')
  assert.deepEqual([await looks(first), (await looks(second)).length], [['legal answers'], 2])
  broken = true
  assert.equal((await world.ask('GET', '/v1/answers', 'legal')).status, 503)
  await world.close()
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
    '/v1/eligibility',
    '/v1/eligibility/snapshot',
    '/v1/eligibility/changes',
    '/v1/eligibility/replay',
  ]
  for (const path of ours) assert.ok(paths[path], path)
  await world.close()
})
