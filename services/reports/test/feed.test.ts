// The eligibility feed page after page: complete from zero, in parts, and never with something left out unsaid.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Replaying } from '../src/schemas/eligibility.ts'
import { no, openMarket, say, someone, yes } from './market.ts'
import { apply, project } from './projecting.ts'
import { changes, codeOf, keyOf, named, snapshot } from './reading.ts'
import { email } from './world.ts'

test('complete from zero, oldest first, each key once, and resumable at any place', async () => {
  const world = await openMarket()
  const anna = await someone(world, [email('anna.martin@example.org')])
  const marc = await someone(world, [email('marc@example.org')])
  await say(world, anna, yes(world))
  await project(world)
  await say(world, marc, yes(world))
  await project(world)
  const withdrawal = await say(world, anna, no(world))
  await project(world)

  const all = await changes(world, '?purpose=news')
  assert.deepEqual(
    all.changes.map(({ subjectId, reason }) => [subjectId, reason]),
    [
      [marc, 'CONSENT_GIVEN'],
      [anna, 'CONSENT_WITHDRAWN'],
    ],
  )
  const [, last] = all.changes
  assert.deepEqual([last?.eventId, last?.revision, last?.effectiveAt], [withdrawal.id, '1', withdrawal.metadata.recordedAt])
  assert.equal(last?.asOf, all.asOf)
  const first = await changes(world, '?purpose=news&limit=1')
  assert.equal(first.changes.length, 1)
  // Who is still behind is not told that what they have is of now.
  assert.deepEqual([first.asOf, first.lagMs, typeof all.asOf, all.lagMs], [null, null, 'string', 1000])
  const second = await changes(world, `?purpose=news&limit=1&after=${first.changes[0]?.cursor}`)
  assert.deepEqual(
    [...first.changes, ...second.changes].map(({ cursor }) => cursor),
    all.changes.map(({ cursor }) => cursor),
  )
  const level = await changes(world, `?after=${all.next}`)
  assert.deepEqual([level.changes, level.next], [[], all.next])
  await world.close()
})

test('while everybody is judged again, the feed goes on and says that it holds as of before the change', async () => {
  const world = await openMarket()
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world))
  await project(world)
  world.tick.now += 600_000
  const changedAt = world.tick.now
  await world.replaceNotice('2026-11-01')
  await apply(world)
  await world.readModel.noteAsOf(world.tick.now)
  const before = await changes(world, '?purpose=news')
  assert.deepEqual([before.asOf, before.changes[0]?.allowed], [new Date(changedAt - 1).toISOString(), true])
  assert.equal((await changes(world, '?controller=other', 'all')).asOf, new Date(world.tick.now - 2000).toISOString())
  await project(world)
  const after = await changes(world, `?purpose=news&after=${before.next}`)
  assert.deepEqual([after.changes[0]?.reason, Date.parse(after.asOf ?? '') > changedAt], ['CONSENT_INVALIDATED', true])
  await world.close()
})

test('a key of one controller sees its own, one of all sees all or the one it names, and a part can be asked for', async () => {
  const world = await openMarket()
  const ours = await someone(world, [email('anna.martin@example.org')])
  const theirs = await someone(world, [email('anna.martin@example.org')], 'other')
  await say(world, ours, yes(world), yes(world, { purpose: 'texts', channels: ['email', 'sms'] }))
  await say(world, theirs, yes(world, { controller: 'other' }))
  await project(world)
  const seen = async (query: string, as: string) => {
    const lines = (await snapshot(world, query, as)).changes
    assert.deepEqual((await changes(world, query, as)).changes.map(keyOf), lines.map(keyOf))
    return [...new Set(lines.map(({ subjectId }) => subjectId))].toSorted()
  }
  assert.deepEqual(await seen('', 'marketing'), [ours])
  assert.deepEqual(await seen('', 'other'), [theirs])
  assert.deepEqual(await seen('', 'all'), [ours, theirs].toSorted())
  assert.deepEqual(await seen('?controller=other', 'all'), [theirs])
  assert.deepEqual(await seen('?purpose=texts', 'all'), [ours])
  assert.deepEqual(
    (await changes(world, '?channel=sms')).changes.map(({ purpose, channel }) => `${purpose} ${channel}`),
    ['texts sms'],
  )
  for (const path of ['snapshot', 'changes']) {
    const theirs = await world.ask('GET', `/v1/eligibility/${path}?controller=other`, 'marketing')
    assert.deepEqual([...codeOf(theirs), ...named(theirs)], [404, 'NOT_FOUND', '/query/controller', 'known'])
    const unknown = await world.ask('GET', `/v1/eligibility/${path}?purpose=nothing`, 'marketing')
    assert.deepEqual([...codeOf(unknown), ...named(unknown)], [422, 'UNKNOWN_PURPOSE', '/query/purpose', 'published'])
    assert.equal((await world.ask('GET', `/v1/eligibility/${path}`, 'campoadmin')).status, 403)
  }
  await world.close()
})

test('a cursor of another epoch is reset after a rebuild and after a replay, and what follows is whole again', async () => {
  const world = await openMarket()
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world))
  await project(world)
  const { next } = await changes(world)
  for (const as of ['legal', 'marketing', 'campoadmin']) assert.equal((await world.ask('POST', '/v1/eligibility/replay', as)).status, 403)
  assert.equal((await changes(world, `?after=${next}`)).next, next)

  const replayed = await world.ask('POST', '/v1/eligibility/replay', 'admin')
  assert.equal(replayed.status, 202)
  const { epoch } = Replaying.parse(replayed.json)
  const reset = await world.ask('GET', `/v1/eligibility/changes?after=${next}`, 'marketing')
  assert.deepEqual([...codeOf(reset), ...named(reset)], [410, 'CURSOR_RESET', '/query/after', 'epoch'])
  const anew = await changes(world)
  assert.ok(anew.next.startsWith(`${epoch}.`) && anew.changes.length > 0)

  await world.readModel.reset()
  assert.deepEqual(codeOf(await world.ask('GET', `/v1/eligibility/changes?after=${anew.next}`, 'marketing')), [503, 'STALE'])
  await project(world)
  assert.deepEqual(codeOf(await world.ask('GET', `/v1/eligibility/changes?after=${anew.next}`, 'marketing')), [410, 'CURSOR_RESET'])
  assert.deepEqual((await changes(world)).changes.map(keyOf), anew.changes.map(keyOf))
  await world.close()
})

test('what cannot be read is refused, and repeated nowhere', async () => {
  const world = await openMarket()
  await project(world)
  const { next } = await changes(world)
  const [epoch = '', n = ''] = next.split('.')
  const hostile = [
    `after=${epoch}.${BigInt(n) + 1n}`,
    'after=canary',
    'after=1',
    'after=.5',
    'after=-1.5',
    `after=${'9'.repeat(17)}.1`,
    `after=1.${'9'.repeat(19)}`,
    'after=1.5&after=1.6',
    'wait=61',
    'wait=-1',
    'wait=1.5',
    'wait=0x10',
    'wait=',
    'limit=0',
    'limit=1001',
    'purpose=Canary',
    'channel=canary',
    'controller=../canary',
    'canary=1',
  ]
  for (const query of hostile) {
    const reply = await world.ask('GET', `/v1/eligibility/changes?${query}`, 'marketing')
    assert.equal(reply.status, 400, query)
    assert.doesNotMatch(reply.text, /anary(?!")/)
  }
  const id = await world.ask('GET', '/v1/eligibility/changes', 'marketing', undefined, {
    accept: 'text/event-stream',
    'last-event-id': 'canary',
  })
  assert.deepEqual([id.status, id.text.includes('canary')], [400, false])
  assert.equal((await world.ask('GET', '/v1/eligibility/changes', 'marketing', undefined, { accept: 'text/csv' })).status, 406)
  assert.equal((await world.ask('GET', '/v1/eligibility/snapshot?after=1.1', 'marketing')).status, 400)
  await world.close()
})
