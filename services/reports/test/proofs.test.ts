// Proofs: given a stream, when a proof is asked for, then this document and these events.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Vault } from '@consent-ledger/vault'
import { ProofReply } from '../src/schemas/proofs.ts'
import { cookie, email, openWorld, sha256, text, type World } from './world.ts'

const anna = email('anna.martin@example.org')
const codeOf = (json: unknown): unknown => Object(json).code
const prove = (
  world: World,
  subjectId: string,
  as = 'legal',
  body: object = { reason: 'dispute 42' },
  headers: Record<string, string> = {},
) => world.ask('POST', `/v1/subjects/${subjectId}/proofs`, as, body, headers)

describe('proof', () => {
  let world: World
  let subjectId: string
  before(async () => {
    world = await openWorld()
    const yes = await world.act({
      identifiers: [anna, cookie('c-1')],
      said: 'yes',
      evidence: { ip: '203.0.113.77', userAgent: 'UA/1' },
      collector: 'Salon SARL',
    })
    subjectId = yes.target.subjectId
    await world.act({ identifiers: [anna], said: 'no' })
  })
  after(() => world.close())

  test('has the exact text, the whole stream, what was opened, the state and 20 fields', async () => {
    const reply = await prove(world, subjectId)
    assert.equal(reply.status, 201, reply.text)
    const { proof } = ProofReply.parse(reply.json)
    assert.deepEqual(
      proof.notices.map((notice) => [notice.text, notice.sha256, notice.language]),
      [[text, sha256(text), 'fr']],
    )
    assert.deepEqual(
      proof.events.map((event) => `${event.revision} ${event.type}`),
      ['0 ConsentGiven', '1 IdentityLinked', '2 ConsentWithdrawn'],
    )
    assert.deepEqual(proof.events[0]?.opened, { ip: '203.0.113.77', userAgent: 'UA/1', collector: 'Salon SARL' })
    assert.deepEqual(
      proof.identifiers.map((one) => (one.status === 'opened' ? one.value : one.status)),
      ['anna.martin@example.org', 'c-1', 'anna.martin@example.org'],
    )
    assert.equal(proof.states[0]?.state, 'withdrawn')
    assert.equal(proof.evidence.length, 20)
    assert.equal(proof.controller.name, 'campo SAS')
    assert.equal(proof.linkedIdentities, 1)
    assert.equal(proof.reason, 'dispute 42')
  })

  test('each proof is an event that names the person only under seal, and the proof itself is not in it', async () => {
    const { proof } = ProofReply.parse((await prove(world, subjectId)).json)
    const events = await world.events(subjectId)
    const issued = events.at(-1)
    assert.equal(issued?.type, 'ProofIssued')
    assert.equal(issued?.data['proofId'], proof.id)
    assert.equal(issued?.data['lastRevision'], proof.lastRevision)
    assert.equal(BigInt(proof.lastRevision), (issued?.revision ?? 0n) - 1n)
    assert.deepEqual(issued?.data['opened'], ['collector', 'identifiers', 'ip', 'userAgent'])
    for (const secret of ['anna.martin', '203.0.113.77', 'dispute 42']) assert.ok(!JSON.stringify(issued.data).includes(secret))
  })

  test('the same request with the same key makes the same proof again, and no further event', async () => {
    const first = await prove(world, subjectId, 'legal', { reason: 'once' }, { 'idempotency-key': 'k-1' })
    await world.act({ identifiers: [anna], said: 'yes' })
    const count = (await world.events(subjectId)).length
    const again = await prove(world, subjectId, 'legal', { reason: 'once' }, { 'idempotency-key': 'k-1' })
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [200, 'true'])
    assert.deepEqual(again.json, first.json)
    assert.equal((await world.events(subjectId)).length, count)
    const other = await prove(world, subjectId, 'legal', { reason: 'another' }, { 'idempotency-key': 'k-1' })
    assert.deepEqual([other.status, codeOf(other.json)], [409, 'IDEMPOTENCY_CONFLICT'])
  })

  test('what is not named in `open` stays sealed', async () => {
    const { proof } = ProofReply.parse((await prove(world, subjectId, 'dpo', { reason: 'r', open: ['userAgent', 'shoeSize'] })).json)
    assert.deepEqual(proof.events[0]?.opened, { userAgent: 'UA/1' })
    assert.ok(proof.identifiers.every((one) => one.status === 'not-opened'))
    assert.equal(proof.otherSubjects, null)
    assert.ok(proof.limits.some((limit) => limit.code === 'not-opened'))
    assert.deepEqual((await world.events(subjectId)).at(-1)?.data['opened'], ['userAgent'])
  })

  test('a purpose and a period narrow the report, never the stream', async () => {
    const reply = await prove(world, subjectId, 'legal', { reason: 'r', purpose: 'news', to: '2026-11-20T00:00:00+01:00', language: 'en' })
    const { proof } = ProofReply.parse(reply.json)
    assert.equal(proof.about.to, '2026-11-19T23:00:00.000Z')
    assert.equal(BigInt(proof.events.length), BigInt(proof.lastRevision) + 1n)
    assert.deepEqual(proof.notices, [])
  })

  test('needs a reason, a purpose that exists, and a period that has a length', async () => {
    for (const body of [
      {},
      { reason: '' },
      { reason: 'x'.repeat(2001) },
      { reason: 'r', from: '2026-11-20T00:00:00Z', to: '2026-11-20T00:00:00Z' },
      { reason: 'r', why: 1 },
    ])
      assert.equal((await prove(world, subjectId, 'legal', body)).status, 400)
    assert.equal(codeOf((await prove(world, subjectId, 'legal', { reason: 'r', purpose: 'zzz' })).json), 'UNKNOWN_PURPOSE')
  })

  test('a refused proof is no event', async () => {
    const count = (await world.events(subjectId)).length
    const zip = await prove(world, subjectId, 'legal', { reason: 'r' }, { accept: 'application/zip' })
    assert.deepEqual([zip.status, codeOf(zip.json)], [503, 'NOT_PUBLISHED'])
    assert.equal((await prove(world, subjectId, 'legal', { reason: 'r' }, { accept: 'text/html, application/json;q=0' })).status, 406)
    for (const as of ['marketing', 'auditor', 'admin']) assert.equal((await prove(world, subjectId, as)).status, 403)
    assert.equal((await world.events(subjectId)).length, count)
  })

  test('another controller, an unknown id and a malformed one are the same 404', async () => {
    const replies = [await prove(world, subjectId, 'other'), await prove(world, 'f'.repeat(32)), await prove(world, 'none')]
    assert.equal(new Set(replies.map((reply) => reply.text)).size, 1)
    assert.equal(replies[0]?.status, 404)
  })

  test('a device with answers of its own is counted, and only counted', async () => {
    await world.act({ identifiers: [cookie('shared')], said: 'yes' })
    const marc = await world.act({ identifiers: [email('marc.petit@example.org'), cookie('shared')], said: 'yes' })
    const { proof } = ProofReply.parse((await prove(world, marc.target.subjectId)).json)
    assert.deepEqual(proof.otherSubjects, { device: 1, account: 0 })
  })
})

test('a value that is not what its event committed to stops the proof', async () => {
  const world = await openWorld()
  const { target, events } = await world.act({ identifiers: [anna], said: 'yes', evidence: { ip: '203.0.113.77' } })
  const [given] = events
  assert.ok(given)
  const forged = { ...given.data, evidence: { ip: { ...Object(given.data['evidence']).ip, commitment: 'f'.repeat(64) } } }
  const metadata = { ...given.metadata, recordedAt: '2026-11-20T10:00:00.000Z' }
  await world.store.append(given.stream, 0n, [{ ...given, id: '00000000-0000-5000-8000-000000000001', data: forged, metadata }])
  const reply = await prove(world, target.subjectId)
  assert.deepEqual([reply.status, codeOf(reply.json)], [500, 'INTEGRITY'])
  await world.close()
})

test('data whose key was destroyed are shown as destroyed, and the proof says so', async () => {
  const gone = new Set<string>()
  const vaultOver = (vault: Vault): Vault => ({ ...vault, keyById: async (keyId) => (gone.has(keyId) ? null : vault.keyById(keyId)) })
  const world = await openWorld({ vaultOver })
  const { target } = await world.act({ identifiers: [anna], said: 'yes', evidence: { ip: '203.0.113.77' } })
  gone.add(target.keys.contact.keyId)
  const { proof } = ProofReply.parse((await prove(world, target.subjectId)).json)
  assert.deepEqual(
    proof.identifiers.map((one) => one.status),
    ['destroyed'],
  )
  assert.deepEqual(proof.events[0]?.opened, { ip: '203.0.113.77' })
  assert.ok(proof.limits.some((limit) => limit.code === 'destroyed'))
  await world.close()
})

test('a crash between the claim and the event: the retry makes the event once', async () => {
  const world = await openWorld()
  const { target } = await world.act({ identifiers: [anna], said: 'yes' })
  const append = world.store.append.bind(world.store)
  world.store.append = async () => Promise.reject(new Error('power cut'))
  assert.equal((await prove(world, target.subjectId, 'legal', { reason: 'r' }, { 'idempotency-key': 'k' })).status, 500)
  world.store.append = append
  assert.equal((await prove(world, target.subjectId, 'legal', { reason: 'r' }, { 'idempotency-key': 'k' })).status, 201)
  assert.equal((await world.events(target.subjectId)).filter((event) => event.type === 'ProofIssued').length, 1)
  await world.close()
})
