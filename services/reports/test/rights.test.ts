// Rights that came by post or phone: a withdrawal, an objection and its lift, as staff write them down.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { iso, LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import { State } from '../src/schemas/subjects.ts'
import { StaffRecorded } from '../src/schemas/staffReceipts.ts'
import { publishPurpose } from './purposes.ts'
import { cookie, email, keyOf, openWorld, type World } from './world.ts'

const anna = email('anna.martin@example.org')
const card = 'paid with 4111 1111 1111 1111'
const problem = (json: unknown): { code: unknown; errors: { pointer: string }[]; receipt?: { events: { purpose: string }[] } } =>
  Object(json)

let world: World
let subjectId: string
before(async () => {
  world = await openWorld()
  await publishPurpose(world, { id: 'prospects' })
  await publishPurpose(world, { id: 'orders', legalBasis: 'contract', marketing: false, channels: ['email'] })
})
after(() => world.close())

const given = async (address = anna): Promise<void> => {
  subjectId = (await world.act({ identifiers: [address], said: 'yes' })).target.subjectId
}
const write = (path: string, as: string, body: object, headers: Record<string, string> = {}) =>
  world.ask('POST', `/v1/subjects/${subjectId}/${path}`, as, body, headers)
const recorded = (reply: { status: number; json: unknown; text: string }, status = 201) => {
  assert.equal(reply.status, status, reply.text)
  return StaffRecorded.parse(reply.json)
}
const state = async () => State.parse((await world.ask('GET', `/v1/subjects/${subjectId}/state`, 'dpo')).json)
const stored = async () => (await world.events(subjectId)).at(-1)

describe('a withdrawal by staff', () => {
  before(() => given())

  test('is recorded with how it came and when, by legal or the DPO; the receipt says what stands', async () => {
    const occurredAt = iso(world.tick.now)
    const body = { purposes: ['news'], occurredAt, method: { kind: 'paper' }, reason: 'Letter 2026/114', evidence: { note: 'scan 12' } }
    const { receipt, dropped } = recorded(await write('withdrawals', 'legal', body))
    assert.deepEqual(
      receipt.events.map(({ type, purpose }) => [type, purpose]),
      [['ConsentWithdrawn', 'news']],
    )
    assert.deepEqual(
      receipt.state?.map(({ purpose, channel, state: word, objected }) => [purpose, channel, word, objected]),
      [['news', 'email', 'withdrawn', undefined]],
    )
    assert.deepEqual([receipt.subjectId, receipt.controller, dropped], [subjectId, 'campo', undefined])
    const event = await stored()
    assert.deepEqual([event?.data['occurredAt'], event?.data['method'], event?.data['site']], [occurredAt, { kind: 'paper' }, undefined])
    assert.deepEqual([event?.metadata.writer.trust, event?.metadata.actId], ['operator', receipt.id])
    assert.ok(!JSON.stringify(event?.data).match(/Letter|scan/))
    assert.ok(event?.data['reason'] && Object(event.data['evidence']).note)
    const accesses = await world.vault.accesses(subjectId)
    assert.deepEqual([accesses[0]?.role, accesses[0]?.purpose], ['legal', 'withdrawal'])
  })

  test('to marketing on another basis is an objection, and `all` is both', async () => {
    assert.deepEqual(
      recorded(await write('withdrawals', 'dpo', { purposes: 'all' })).receipt.events.map(({ type, purpose }) => [type, purpose]),
      [
        ['ConsentWithdrawn', 'news'],
        ['ObjectionRecorded', 'prospects'],
      ],
    )
  })

  test('sent again with its key is the same one; with other content a conflict', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const first = recorded(await write('withdrawals', 'dpo', { purposes: ['news'] }, key))
    const before = (await world.events(subjectId)).length
    const again = await write('withdrawals', 'dpo', { purposes: ['news'] }, key)
    assert.deepEqual(recorded(again, 200), first)
    assert.equal(again.headers['idempotency-replayed'], 'true')
    assert.equal(problem((await write('withdrawals', 'dpo', { purposes: ['prospects'] }, key)).json).code, 'IDEMPOTENCY_CONFLICT')
    assert.equal(problem((await write('objections', 'dpo', { purposes: ['news'] }, key)).json).code, 'IDEMPOTENCY_CONFLICT')
    assert.equal((await world.events(subjectId)).length, before)
  })

  test('is not turned away for a purpose that never was, a channel that it never had, a clock ahead', async () => {
    const mixed = await write('withdrawals', 'dpo', { purposes: ['nothing', 'news'], channels: ['sms'] })
    assert.deepEqual(
      [mixed.status, problem(mixed.json).code, problem(mixed.json).errors[0]?.pointer],
      [422, 'UNKNOWN_PURPOSE', '/purposes/0'],
    )
    assert.deepEqual(
      problem(mixed.json).receipt?.events.map(({ purpose }) => purpose),
      ['news'],
    )
    assert.deepEqual((await stored())?.data['flags'], ['channel-not-in-purpose'])
    const nothing = await write('withdrawals', 'dpo', { purposes: ['nothing'] })
    assert.deepEqual([nothing.status, problem(nothing.json).receipt], [422, undefined])
    recorded(await write('withdrawals', 'dpo', { purposes: ['news'], occurredAt: iso(world.tick.now + 9e6) }))
    assert.deepEqual((await stored())?.data['flags'], ['clock-ahead'])
  })

  test('that names a purpose from before it was published is told so again, also once there is one', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const body = { purposes: ['later', 'news'] }
    assert.equal((await write('withdrawals', 'dpo', body, key)).status, 422)
    await publishPurpose(world, { id: 'later' })
    const again = await write('withdrawals', 'dpo', body, key)
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [422, 'true'])
  })

  test('loses what stands beside it in a wrong form, or with payment data, and the answer says so', async () => {
    const body = {
      purposes: ['news'],
      reason: card,
      method: { kind: 'import' },
      evidence: { note: card, pageUrl: 'https://www.example.org' },
    }
    const { dropped } = recorded(await write('withdrawals', 'dpo', body))
    assert.deepEqual(dropped?.toSorted(), ['/evidence/note', '/method', '/reason'])
    const event = await stored()
    assert.deepEqual([event?.data['reason'], event?.data['method']], [undefined, undefined])
    assert.deepEqual(event?.data['flags'], ['evidence-dropped', 'method-dropped', 'reason-dropped'])
    const misspelt = await write('withdrawals', 'dpo', { purposes: ['news'], raison: 'x' })
    assert.deepEqual([misspelt.status, problem(misspelt.json).code], [400, 'INVALID_REQUEST'])
  })

  test('is for legal and the DPO, of this controller; whoever is not there is not found', async () => {
    for (const as of ['marketing', 'auditor', 'campoadmin'])
      assert.equal((await write('withdrawals', as, { purposes: ['news'] })).status, 403)
    assert.equal((await write('withdrawals', 'other', { purposes: ['news'] })).status, 404)
    const nobody = await world.ask('POST', `/v1/subjects/${'0'.repeat(32)}/withdrawals`, 'dpo', { purposes: ['news'] })
    assert.equal(nobody.status, 404)
    assert.equal((await world.app.inject({ method: 'POST', url: `/v1/subjects/${subjectId}/withdrawals`, payload: {} })).statusCode, 401)
  })

  test('is in the proof of the person, with what shows it', async () => {
    recorded(await write('withdrawals', 'dpo', { purposes: ['news'], reason: 'Letter 2026/115', evidence: { note: 'binder 12' } }))
    const proof = await write('proofs', 'legal', { reason: 'Dispute 42' })
    assert.equal(proof.status, 201, proof.text)
    assert.ok(proof.text.includes('binder 12') && !proof.text.includes('Letter 2026/115'))
  })

  test('reaches the subject of its address alone, no linked device', async () => {
    const device = await world.act({ identifiers: [cookie('c-7')], said: 'yes' })
    await world.act({ identifiers: [anna, cookie('c-7')], said: 'yes' })
    const length = (await world.events(device.target.subjectId)).length
    recorded(await write('withdrawals', 'dpo', { purposes: 'all' }))
    assert.equal((await world.events(device.target.subjectId)).length, length)
  })
})

describe('an objection by staff', () => {
  let eventId: string
  before(async () => {
    await given(email('leo.petit@example.org'))
    const body = { purposes: 'marketing', method: { kind: 'phone' }, reason: 'Call of 23 November' }
    const { receipt } = recorded(await write('objections', 'dpo', body))
    assert.ok(receipt.events.every(({ type }) => type === 'ObjectionRecorded'))
    assert.ok(receipt.state?.every(({ objected }) => objected))
    eventId = receipt.events.find(({ purpose }) => purpose === 'prospects')?.id ?? ''
  })
  const lift = (id: string, body: object = { method: { kind: 'phone' }, reason: 'asks for the catalogue again' }, headers = {}) =>
    write(`objections/${id}/lift`, 'dpo', body, headers)
  const objected = async () => (await state()).objections.map(({ purpose }) => purpose)

  test('is for the DPO alone, and says in the state where it stands', async () => {
    assert.equal((await write('objections', 'legal', { purposes: ['news'] })).status, 403)
    assert.ok((await objected()).includes('prospects') && (await objected()).includes('news'))
  })

  test('is lifted once, by its event, with the reason under seal; the others stand', async () => {
    assert.equal((await write(`objections/${eventId}/lift`, 'legal', { method: { kind: 'phone' }, reason: 'r' })).status, 403)
    const key = { 'idempotency-key': randomUUID() }
    const { receipt } = recorded(await lift(eventId, undefined, key))
    assert.deepEqual(
      receipt.events.map(({ type, purpose }) => [type, purpose]),
      [['ObjectionLifted', 'prospects']],
    )
    const event = await stored()
    assert.deepEqual([event?.data['by'], event?.data['channels'], event?.data['method']], ['dpo', ['post'], { kind: 'phone' }])
    const ended = event?.data['objections']
    assert.ok(Array.isArray(ended) && ended.includes(eventId), 'with it those that were made in the same breath')
    assert.ok(!JSON.stringify(event?.data).includes('catalogue'))
    assert.ok(!(await objected()).includes('prospects') && (await objected()).includes('news'))
    recorded(await lift(eventId, undefined, key), 200)
    const twice = await lift(eventId)
    assert.deepEqual([twice.status, problem(twice.json).code], [409, 'ALREADY_DONE'])
  })

  test('that is not there, or another person’s, is not found', async () => {
    const [news] = (await state()).objections
    assert.ok(news)
    assert.equal((await lift(randomUUID())).status, 404)
    assert.equal((await lift('no-event')).status, 404)
    const leo = subjectId
    await given(email('zoe.blanc@example.org'))
    assert.equal((await lift(news.eventId)).status, 404)
    subjectId = leo
  })

  test('a lift needs how and why, and never payment data', async () => {
    assert.equal((await lift(eventId, { reason: 'r' })).status, 400)
    assert.equal((await lift(eventId, { method: { kind: 'phone' } })).status, 400)
    const refused = await lift(eventId, { method: { kind: 'phone' }, reason: card })
    assert.deepEqual(
      [refused.status, problem(refused.json).code, problem(refused.json).errors[0]?.pointer],
      [422, 'PAYMENT_DATA_REFUSED', '/reason'],
    )
    assert.ok(!refused.text.includes('4111'))
  })
})

test('a write whose look cannot be noted writes nothing', async () => {
  const gone = async () => Promise.reject(new LedgerError('VAULT_UNAVAILABLE', 'The vault is closed'))
  const closed = await openWorld({ vaultOver: (vault) => ({ ...vault, logAccess: gone }) })
  const { target } = await closed.act({ identifiers: [anna], said: 'yes' })
  assert.equal((await closed.ask('POST', `/v1/subjects/${target.subjectId}/withdrawals`, 'dpo', { purposes: 'all' })).status, 503)
  assert.equal((await closed.events(target.subjectId)).length, 1)
  await closed.close()
})

test('a store that fails in between: the same request again writes it once, also where the first try was written', async () => {
  for (const written of [false, true]) {
    let failing = true
    const storeOver = (store: EventStore): EventStore => ({
      append: async (...append) => {
        if (!failing) return store.append(...append)
        failing = false
        if (written) await store.append(...append)
        throw new LedgerError('STORE_UNAVAILABLE', 'gone')
      },
      readStream: (stream, page) => store.readStream(stream, page),
      readAll: (page) => store.readAll(page),
      subscribeAll: (from, signal) => store.subscribeAll(from, signal),
      head: () => store.head(),
      close: () => store.close(),
    })
    const shaky = await openWorld({ storeOver })
    const { target } = await shaky.act({ identifiers: [anna], said: 'yes' })
    const post = () =>
      shaky.ask('POST', `/v1/subjects/${target.subjectId}/withdrawals`, 'dpo', { purposes: ['news'] }, { 'idempotency-key': 'one' })
    const statuses = [(await post()).status, (await post()).status]
    assert.deepEqual(statuses, written ? [201, 200] : [503, 201])
    assert.deepEqual(
      (await shaky.events(target.subjectId)).map(({ type }) => type),
      ['ConsentGiven', 'ConsentWithdrawn'],
    )
    await shaky.close()
  }
})

test('the document of the API has the rights', async () => {
  const reply = await world.app.inject({ method: 'GET', url: '/openapi.json', headers: { authorization: `Bearer ${keyOf('dpo')}` } })
  const { paths } = JSON.parse(reply.body) as { paths: Record<string, object> }
  for (const path of ['withdrawals', 'objections', 'objections/{eventId}/lift', 'restrictions', 'restrictions/{eventId}/lift'])
    assert.ok(paths[`/v1/subjects/{subjectId}/${path}`], path)
  for (const path of ['/v1/objections', '/v1/restrictions']) assert.ok(paths[path], path)
})
