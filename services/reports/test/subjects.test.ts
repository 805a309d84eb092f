// Look-up, state, history, accesses and links: who may read, what they read, and the note of it that is made before.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { iso, LedgerError } from '@consent-ledger/domain'
import { Accesses, Events, Found, State } from '../src/schemas/subjects.ts'
import { StaffRecorded } from '../src/schemas/staffReceipts.ts'
import { cookie, email, openWorld, start, type World } from './world.ts'

const anna = email('anna.martin@example.org')
const eventsOf = async (world: World, subjectId: string, query: string) =>
  Events.parse((await world.ask('GET', `/v1/subjects/${subjectId}/events${query}`, 'auditor')).json)
const unavailable = async () => Promise.reject(new LedgerError('VAULT_UNAVAILABLE', 'The vault is closed'))
const codeOf = (json: unknown): unknown => Object(json).code

describe('one subject', () => {
  let world: World
  let subjectId: string
  let receiptId: string
  before(async () => {
    world = await openWorld()
    const yes = await world.act({ identifiers: [anna, cookie('c-1')], said: 'yes', evidence: { ip: '203.0.113.77' } })
    subjectId = yes.target.subjectId
    receiptId = yes.target.actId
    await world.act({ identifiers: [anna], said: 'no' })
  })
  after(() => world.close())
  const lookup = (as: string, body: object) => world.ask('POST', '/v1/subjects/lookup', as, body)

  test('is found by an identifier however it is typed, and by a receipt', async () => {
    const byMail = await lookup('legal', { identifiers: [{ scheme: 'email', value: ' Anna.Martin@EXAMPLE.org' }] })
    const found = Found.parse(byMail.json)
    assert.equal(found.subjectId, subjectId)
    assert.deepEqual(
      found.subjects.map((one) => [one.controller, one.matched, one.status]),
      [['campo', ['email'], 'active']],
    )
    assert.ok((found.subjects[0]?.first ?? '') < (found.subjects[0]?.last ?? ''))
    assert.equal(Found.parse((await lookup('auditor', { receiptId })).json).subjectId, subjectId)
    assert.ok(!byMail.text.includes('anna'))
  })

  test('is not there for another controller, for an unknown address, for an unreadable one', async () => {
    assert.equal((await lookup('other', { identifiers: [{ scheme: 'email', value: anna.value }] })).status, 404)
    assert.equal((await lookup('other', { receiptId })).status, 404)
    assert.equal((await lookup('legal', { identifiers: [{ scheme: 'email', value: 'nobody@example.org' }] })).status, 404)
    assert.equal((await lookup('legal', { identifiers: [{ scheme: 'email', value: anna.value }], controller: 'other' })).status, 404)
    const unreadable = await lookup('legal', { identifiers: [{ scheme: 'shoe', value: '42' }] })
    assert.deepEqual([unreadable.status, codeOf(unreadable.json)], [422, 'IDENTIFIER_INVALID'])
  })

  test('a key of several controllers must say which one, once both know somebody', async () => {
    const asked = { identifiers: [{ scheme: 'email', value: anna.value }] }
    assert.equal(Found.parse((await lookup('all', asked)).json).subjectId, subjectId)
    await world.act({ controller: 'other', identifiers: [anna], said: 'yes' })
    assert.equal(codeOf((await lookup('all', asked)).json), 'CONTROLLER_NEEDED')
    assert.equal(Found.parse((await lookup('all', { ...asked, controller: 'campo' })).json).subjectId, subjectId)
  })

  test('requests and certificates are not kept in this version, and a misspelt question is refused', async () => {
    for (const body of [{ requestId: 'r' }, { certificateId: 'c' }]) assert.equal((await lookup('legal', body)).status, 404)
    assert.equal((await lookup('legal', { identifier: [] })).status, 400)
  })

  test('the state is that of a day, as it was known on a day', async () => {
    const state = async (query: string) =>
      State.parse((await world.ask('GET', `/v1/subjects/${subjectId}/state${query}`, 'auditor')).json).states[0]?.state
    const given = iso(start + 1500)
    assert.equal(await state(''), 'withdrawn')
    assert.equal(await state(`?at=${given}`), 'given')
    assert.equal(await state(`?knownAt=${given}`), 'given')
    assert.equal(await state(`?knownAt=${iso(start)}`), 'unknown')
    assert.equal((await world.ask('GET', `/v1/subjects/${subjectId}/state?at=yesterday`, 'legal')).status, 400)
  })

  test('the history comes in pages, sealed, and in plain words', async () => {
    const first = await eventsOf(world, subjectId, '?limit=2')
    assert.deepEqual([first.events.map((event) => event.revision), first.next, first.lastRevision], [['0', '1'], '1', '2'])
    const rest = await eventsOf(world, subjectId, `?limit=2&after=${first.next}`)
    assert.deepEqual([rest.events.map((event) => event.type), rest.next], [['ConsentWithdrawn'], null])
    const plain = await eventsOf(world, subjectId, '?view=plain&language=en')
    assert.match(plain.events[2]?.words ?? '', /^The person withdrew consent to “Offers”/)
    assert.match((await eventsOf(world, subjectId, '?view=plain')).events[2]?.words ?? '', /^La personne a retiré/)
    for (const secret of ['anna.martin', '203.0.113.77']) assert.ok(!JSON.stringify(plain).includes(secret))
  })

  test('marketing, sites and strangers read nothing', async () => {
    for (const path of ['state', 'events', 'accesses'])
      assert.equal((await world.ask('GET', `/v1/subjects/${subjectId}/${path}`, 'marketing')).status, 403)
    assert.equal((await world.ask('GET', `/v1/subjects/${subjectId}/accesses`, 'legal')).status, 403)
    assert.equal((await world.ask('GET', `/v1/subjects/${subjectId}/state`, 'nobody')).status, 401)
    for (const path of ['state', 'events']) {
      const replies = [
        await world.ask('GET', `/v1/subjects/${subjectId}/${path}`, 'other'),
        await world.ask('GET', `/v1/subjects/none/${path}`, 'legal'),
      ]
      assert.deepEqual(
        replies.map((reply) => reply.status),
        [404, 404],
      )
      assert.equal(replies[0]?.text, replies[1]?.text)
    }
  })

  test('every look is noted, when, in which role and for what, but not by whom; also the look at the notes', async () => {
    await world.ask('GET', `/v1/subjects/${subjectId}/state`, 'legal')
    const asked = await world.ask('GET', `/v1/subjects/${subjectId}/accesses?limit=2`, 'dpo')
    const { accesses, next } = Accesses.parse(asked.json)
    assert.deepEqual(
      accesses.map(({ role, purpose }) => `${role} ${purpose}`),
      ['dpo accesses', 'legal state'],
    )
    assert.ok(next !== null)
    const rest = Accesses.parse((await world.ask('GET', `/v1/subjects/${subjectId}/accesses?after=${next}`, 'auditor')).json)
    assert.ok(rest.accesses.some(({ purpose }) => purpose === 'lookup'))
    assert.equal(rest.next, null)
    assert.ok(!asked.text.includes('operatorId'))
  })

  test('a link is undone once, by the DPO, and the directory follows', async () => {
    const link = (await world.events(subjectId)).find((event) => event.type === 'IdentityLinked')
    const linkId = z.uuid().parse(link?.data['linkId'])
    const undo = (as: string, id: string) =>
      world.ask('POST', `/v1/subjects/${subjectId}/links/${id}/undo`, as, { reason: 'shared browser' })
    assert.equal((await undo('legal', linkId)).status, 403)
    assert.equal((await undo('dpo', '00000000-0000-4000-8000-000000000000')).status, 404)
    const done = await undo('dpo', linkId)
    assert.equal(done.status, 201, done.text)
    assert.deepEqual(
      StaffRecorded.parse(done.json).receipt.events.map((event) => event.type),
      ['IdentityUnlinked'],
    )
    assert.equal(await world.vault.unlink(subjectId, linkId), false)
    assert.equal(codeOf((await undo('dpo', linkId)).json), 'ALREADY_DONE')
    assert.ok(!JSON.stringify((await world.events(subjectId)).at(-1)?.data).includes('shared browser'))
  })
})

test('a look that cannot be noted is not answered', async () => {
  const world = await openWorld({ vaultOver: (vault) => ({ ...vault, logAccess: unavailable }) })
  const { target } = await world.act({ identifiers: [anna], said: 'yes' })
  for (const path of ['state', 'events'])
    assert.equal((await world.ask('GET', `/v1/subjects/${target.subjectId}/${path}`, 'legal')).status, 503)
  assert.equal((await world.ask('POST', '/v1/subjects/lookup', 'legal', { receiptId: target.actId })).status, 503)
  assert.equal((await world.ask('POST', `/v1/subjects/${target.subjectId}/proofs`, 'legal', { reason: 'r' })).status, 503)
  await world.close()
})

test('a crash between the event of an undone link and the directory: the retry makes the directory follow', async () => {
  let broken = true
  const world = await openWorld({
    vaultOver: (vault) => ({
      ...vault,
      unlink: (subjectId, linkId) =>
        broken ? Promise.reject(new LedgerError('VAULT_UNAVAILABLE', 'gone')) : vault.unlink(subjectId, linkId),
    }),
  })
  const { target } = await world.act({ identifiers: [anna, cookie('c-2')], said: 'yes' })
  const linkId = target.links[0]?.linkId ?? ''
  const undo = () => world.ask('POST', `/v1/subjects/${target.subjectId}/links/${linkId}/undo`, 'dpo', { reason: 'r' })
  assert.equal((await undo()).status, 503)
  broken = false
  assert.equal((await undo()).status, 409)
  assert.equal(await world.vault.unlink(target.subjectId, linkId), false)
  assert.equal((await world.events(target.subjectId)).filter((event) => event.type === 'IdentityUnlinked').length, 1)
  await world.close()
})
