// Restriction of processing by the DPO: from now on, on which ground, until the person was told and it is lifted; and what the state says.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { iso } from '@consent-ledger/domain'
import { State } from '../src/schemas/subjects.ts'
import { StaffRecorded } from '../src/schemas/staffReceipts.ts'
import { email, openWorld, type World } from './world.ts'

const card = 'paid with 4111 1111 1111 1111'
const problem = (json: unknown): { code: unknown; errors: { pointer: string }[]; receipt?: { events: { type: string }[] } } => Object(json)

describe('a restriction', () => {
  let world: World
  let subjectId: string
  let all: string
  before(async () => {
    world = await openWorld()
    subjectId = (await world.act({ identifiers: [email('anna.martin@example.org')], said: 'yes' })).target.subjectId
  })
  after(() => world.close())
  const restrict = (body: object, as = 'dpo', headers = {}) =>
    world.ask('POST', `/v1/subjects/${subjectId}/restrictions`, as, body, headers)
  const lift = (id: string, over: object = {}, headers = {}) =>
    world.ask(
      'POST',
      `/v1/subjects/${subjectId}/restrictions/${id}/lift`,
      'dpo',
      { notifiedAt: iso(world.tick.now), notification: 'Letter 2026/120', reason: 'Corrected', ...over },
      headers,
    )
  const inForce = async (query = '') =>
    State.parse((await world.ask('GET', `/v1/subjects/${subjectId}/state${query}`, 'auditor')).json).restrictions
  const stored = async () => (await world.events(subjectId)).at(-1)

  test('holds at once, by its ground, with the reason under seal', async () => {
    const reply = await restrict({ purposes: 'all', ground: 'accuracy', reason: 'Contests the date of birth' })
    assert.equal(reply.status, 201, reply.text)
    const { receipt } = StaffRecorded.parse(reply.json)
    all = receipt.events[0]?.id ?? ''
    assert.deepEqual(
      receipt.events.map(({ type }) => type),
      ['ProcessingRestricted'],
    )
    assert.ok(!JSON.stringify((await stored())?.data).includes('birth'))
    assert.deepEqual(await inForce(), [{ eventId: all, purposes: 'all', ground: 'accuracy', since: receipt.recordedAt }])
    assert.deepEqual(await inForce(`?at=${iso(Date.parse(receipt.recordedAt) - 1)}`), [])
    assert.deepEqual(await inForce(`?knownAt=${iso(Date.parse(receipt.recordedAt) - 1)}`), [])
  })

  test('is the DPO’s alone; it names purposes that exist, a ground of the law, and no card', async () => {
    for (const as of ['legal', 'auditor', 'marketing'])
      assert.equal((await restrict({ purposes: 'all', ground: 'claims' }, as)).status, 403)
    const length = (await world.events(subjectId)).length
    for (const body of [
      { purposes: ['nothing'], ground: 'claims' },
      { purposes: 'all', ground: 'claims', reason: card },
    ]) {
      const refused = await restrict(body)
      assert.equal(refused.status, 422)
      assert.ok(['UNKNOWN_PURPOSE', 'PAYMENT_DATA_REFUSED'].includes(String(problem(refused.json).code)))
    }
    for (const body of [
      { purposes: 'all', ground: 'whim' },
      { purposes: [], ground: 'claims' },
      { purposes: 'marketing', ground: 'claims' },
    ])
      assert.equal((await restrict(body)).status, 400)
    assert.equal((await world.events(subjectId)).length, length)
  })

  test('stands for the purposes that exist, though another was named', async () => {
    const mixed = await restrict({ purposes: ['news', 'nothing'], ground: 'objection' })
    assert.deepEqual([mixed.status, problem(mixed.json).errors[0]?.pointer], [422, '/purposes/1'])
    assert.equal(problem(mixed.json).receipt?.events[0]?.type, 'ProcessingRestricted')
    assert.deepEqual((await stored())?.data['purposes'], ['news'])
    assert.equal((await inForce()).length, 2)
  })

  test('is lifted only once the person was told, by its event, once', async () => {
    const ahead = await lift(all, { notifiedAt: iso(world.tick.now + 5000) })
    assert.deepEqual(
      [ahead.status, problem(ahead.json).code, problem(ahead.json).errors[0]?.pointer],
      [400, 'INVALID_REQUEST', '/notifiedAt'],
    )
    for (const missing of ['notifiedAt', 'notification', 'reason']) assert.equal((await lift(all, { [missing]: undefined })).status, 400)
    const paid = await lift(all, { notification: card })
    assert.deepEqual([paid.status, problem(paid.json).errors[0]?.pointer], [422, '/notification'])
    assert.equal((await lift(randomUUID())).status, 404)

    const key = { 'idempotency-key': randomUUID() }
    const body = { notifiedAt: iso(world.tick.now - 1000) }
    const done = await lift(all, body, key)
    assert.equal(done.status, 201, done.text)
    const { receipt } = StaffRecorded.parse(done.json)
    const data = (await stored())?.data
    assert.deepEqual([receipt.events[0]?.type, data?.['restriction'], data?.['notifiedAt']], ['RestrictionLifted', all, body.notifiedAt])
    assert.ok(!JSON.stringify(data).match(/Letter|Corrected/))
    const again = await lift(all, body, key)
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [200, 'true'])
    const twice = await lift(all)
    assert.deepEqual([twice.status, problem(twice.json).code], [409, 'ALREADY_DONE'])
    assert.deepEqual(
      (await inForce()).map(({ purposes }) => purposes),
      [['news']],
    )
    assert.equal((await inForce(`?at=${iso(Date.parse(receipt.recordedAt) - 1)}`)).length, 2)
  })
})
