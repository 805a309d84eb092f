// Eligibility and time: what was lawful then, as it was known then; what came due since; and how old an answer may be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iso } from '@consent-ledger/domain'
import { EligibilityAnswer } from '../src/schemas/eligibility.ts'
import { Answers } from '../src/schemas/across.ts'
import { erased, no, openMarket, say, someone, yes } from './market.ts'
import { apply, instead, project } from './projecting.ts'
import { email, type World } from './world.ts'

const day = 86_400_000
const post = (world: World, subjectId: string, over: object = {}) =>
  world.ask('POST', '/v1/eligibility', 'marketing', { subjectId, purpose: 'news', channel: 'email', ...over })
const told = async (world: World, subjectId: string, over: object = {}) => {
  const reply = await post(world, subjectId, over)
  assert.equal(reply.status, 200, reply.text)
  return EligibilityAnswer.parse(reply.json)
}
const codeOf = (reply: { json: unknown }): unknown => Reflect.get(Object(reply.json), 'code')

test('was our mail of that day lawful? By what was known when it was sent, and by what is known now', async () => {
  const world = await openMarket()
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world))
  const sent = iso((world.tick.now += day))
  // A withdrawal of before the mail that reached the ledger after it: from an offline queue.
  const late = no(world)
  const occurred = iso(world.tick.now - day / 2)
  world.tick.now += day
  const withdrawal = await say(world, anna, { ...late, data: { ...late.data, occurredAt: occurred, orderAt: occurred } } as typeof late)
  const asKnownThen = await told(world, anna, { at: sent, knownAt: sent })
  assert.deepEqual([asKnownThen.allowed, asKnownThen.reason], [true, 'CONSENT_GIVEN'])
  const asKnownNow = await told(world, anna, { at: sent })
  assert.deepEqual([asKnownNow.allowed, asKnownNow.eventId], [false, withdrawal.id])
  const before = await told(world, anna, { at: iso(world.tick.now), knownAt: '2026-01-01T00:00:00+01:00' })
  assert.deepEqual([before.reason, before.subjectId], ['UNKNOWN_SUBJECT', anna])
  const asked = world.tick.now + 1000
  assert.deepEqual([(await told(world, anna, { knownAt: sent })).asOf, (await told(world, anna, { knownAt: sent })).lagMs], [iso(asked), 0])
  await world.close()
})

test('a yes recorded after a message was sent never justifies it', async () => {
  const world = await openMarket()
  const anna = await someone(world, [email('anna.martin@example.org')])
  const sent = iso(world.tick.now)
  world.tick.now += day
  const given = yes(world)
  await say(world, anna, { ...given, data: { ...given.data, occurredAt: sent, orderAt: sent } } as typeof given)
  assert.equal((await told(world, anna, { at: sent, knownAt: sent })).allowed, false)
  await world.close()
})

test('by an identifier an erased person is unknown at any time, by subject only since the erasure', async () => {
  const world = await openMarket()
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world))
  const then = iso(world.tick.now)
  world.tick.now += day
  await say(world, anna, erased(world))
  assert.equal((await told(world, anna, { at: then })).reason, 'CONSENT_GIVEN')
  const address = { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }], purpose: 'news', channel: 'email', at: then }
  const reply = EligibilityAnswer.parse((await world.ask('POST', '/v1/eligibility', 'marketing', address)).json)
  assert.deepEqual([reply.subjectId, reply.reason], [null, 'UNKNOWN_SUBJECT'])
  await world.close()
})

test('what came due since it was judged is judged anew, in a look-up and in the list of answers', async () => {
  const world = await openMarket()
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world, { until: world.tick.now + day }))
  await project(world)
  assert.equal((await told(world, anna)).allowed, true)
  world.tick.now += day
  // Nobody has judged what came due, and yet everything recorded is applied.
  await world.readModel.noteAsOf(world.tick.now)
  assert.equal((await told(world, anna)).reason, 'CONSENT_EXPIRED')
  const listed = async (query: string) =>
    Answers.parse((await world.ask('GET', `/v1/answers${query}`, 'legal')).json).answers.map(({ answer }) => answer)
  assert.deepEqual([await listed(''), await listed('?answer=given')], [['expired'], []])
  await world.close()
})

test('while everybody is judged again after a change of the catalogue, nobody is answered by what was before', async () => {
  const world = await openMarket()
  const subjects: string[] = []
  for (const name of ['anna', 'marc', 'lea']) {
    const subjectId = await someone(world, [email(`${name}@example.org`)])
    await say(world, subjectId, yes(world))
    subjects.push(subjectId)
  }
  await project(world)
  await world.replaceNotice('2026-11-01')
  await apply(world)
  await world.readModel.noteAsOf(world.tick.now)
  assert.equal((await world.readModel.fanOuts()).length, 1)
  for (const subjectId of subjects) assert.equal((await told(world, subjectId)).reason, 'CONSENT_INVALIDATED')
  await world.close()
})

test('an answer older than the limit is refused, and so is one whose age nobody knows; the past is still told', async () => {
  const world = await openMarket({ staleAfter: 60_000 })
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world))
  const never = await post(world, anna)
  assert.deepEqual([never.status, codeOf(never), never.headers['retry-after']], [503, 'STALE', '2'])
  await project(world)
  world.tick.now += 58_000
  assert.equal((await told(world, anna)).lagMs, 59_000)
  world.tick.now += 1000
  assert.equal(codeOf(await post(world, anna)), 'STALE')
  assert.equal((await told(world, anna, { at: iso(world.tick.now) })).allowed, true)
  for (const path of ['snapshot', 'changes', 'changes?wait=60'])
    assert.equal(codeOf(await world.ask('GET', `/v1/eligibility/${path}`, 'marketing')), 'STALE', path)
  const stream = await world.ask('GET', '/v1/eligibility/changes', 'marketing', undefined, { accept: 'text/event-stream' })
  assert.deepEqual([stream.status, codeOf(stream)], [503, 'STALE'])
  await project(world)
  assert.equal((await told(world, anna)).allowed, true)
  await world.close()
})

test('a rebuild that begins in the middle of an answer refuses it: on its way it goes through yeses that were withdrawn', async () => {
  const during = { act: async (): Promise<void> => {} }
  const world = await openMarket({
    readModelOver: (readModel) =>
      instead(readModel, {
        verdicts: async (asked) => {
          await during.act()
          return readModel.verdicts(asked)
        },
      }),
  })
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world))
  await project(world)
  assert.equal((await told(world, anna)).allowed, true)
  await say(world, anna, no(world))
  const events = await world.store.readAll({ after: -1n, limit: 10_000 })
  during.act = async () => {
    await world.readModel.reset()
    assert.ok(events.length > 0)
  }
  assert.equal(codeOf(await post(world, anna)), 'STALE')
  await world.close()
})
