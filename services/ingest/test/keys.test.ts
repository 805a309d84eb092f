// Keys of sites and operators: shown once, kept as hashes, revoked at once.
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { controllerStream, operatorsStream } from '@consent-ledger/domain'
import { consent, email, openLedger, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const admin = (method: 'GET' | 'POST' | 'DELETE', url: string, sent = {}) => ledger.send(method, url, { key: ledger.keys.admin, ...sent })
const stored = async (stream: string) =>
  JSON.stringify(await ledger.deps.store.readStream(stream, { after: -1n, limit: 1000 }), (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  )

test('a pair of 256 random bits each, only its SHA-256 in the event', async () => {
  const { status, json } = await admin('POST', '/v1/sites/campo-fr/keys', { body: {} })
  assert.equal(status, 201)
  assert.match(json.secret, /^sk_[A-Za-z0-9_-]{43}$/)
  assert.match(json.publishable, /^pk_[A-Za-z0-9_-]{43}$/)
  const events = await stored(controllerStream('campo'))
  assert.equal(events.includes(json.secret.slice(3)), false)
  assert.ok(events.includes(createHash('sha256').update(json.secret).digest('hex')))
  assert.equal((await ledger.post('/v1/consents', consent(email(), [yes]), { key: json.secret })).status, 201)
})

test('a repeated Idempotency-Key: 409 ALREADY_DONE with its id, for a key is shown once', async () => {
  const idem = randomUUID()
  const first = await admin('POST', '/v1/sites/campo-fr/keys', { idem, body: {} })
  const again = await admin('POST', '/v1/sites/campo-fr/keys', { idem, body: {} })
  assert.equal(again.status, 409)
  assert.equal(again.json.code, 'ALREADY_DONE')
  assert.equal(again.json.id, first.json.id)
  const operator = { name: 'Jeanne Moreau', roles: ['legal'] }
  const added = await admin('POST', '/v1/operators', { idem, body: operator })
  const twice = await admin('POST', '/v1/operators', { idem, body: operator })
  assert.equal(added.status, 201)
  assert.equal(twice.json.id, added.json.id)
  for (const other of [
    { ...operator, name: 'Jean Moreau' },
    { ...operator, roles: ['legal', 'dpo'] },
    { ...operator, controller: 'campo' },
  ]) {
    const conflict = await admin('POST', '/v1/operators', { idem, body: other })
    assert.deepEqual([conflict.status, conflict.json.code], [409, 'IDEMPOTENCY_CONFLICT'])
  }
})

test('listed without secrets, with their last use; revoked at once, both of the pair', async () => {
  const { json } = await admin('POST', '/v1/sites/campo-fr/keys')
  await ledger.deps.vault.noteKeyUses(new Map([[json.id, 1_700_000_000_000]]))
  const rows = (await admin('GET', '/v1/sites/campo-fr/keys')).json.keys.filter(({ id }) => id === json.id)
  assert.deepEqual(
    rows.map(({ kind, lastUsedAt, revokedAt }) => [kind, lastUsedAt, revokedAt]),
    [
      ['secret', '2023-11-14T22:13:20.000Z', null],
      ['publishable', '2023-11-14T22:13:20.000Z', null],
    ],
  )
  const revoked = await admin('DELETE', `/v1/sites/campo-fr/keys/${json.id}`)
  assert.equal(revoked.status, 200)
  assert.equal((await ledger.post('/v1/consents', consent(email(), [yes]), { key: json.secret })).status, 401)
  ledger.later(1000)
  assert.deepEqual((await admin('DELETE', `/v1/sites/campo-fr/keys/${json.id}`)).json, revoked.json)
})

test('what is not there: 404', async () => {
  assert.equal((await admin('POST', '/v1/sites/nowhere/keys', { body: {} })).status, 404)
  assert.equal((await admin('DELETE', `/v1/sites/campo-fr/keys/${randomUUID()}`)).status, 404)
  assert.equal((await admin('DELETE', `/v1/operators/${randomUUID()}`)).status, 404)
  assert.equal((await admin('POST', '/v1/operators', { body: { name: 'X', roles: ['legal'], controller: 'nowhere' } })).status, 404)
})

test('operators: the name sealed in the event, opened in the list, gone with the revocation', async () => {
  const { json } = await admin('POST', '/v1/operators', { body: { name: 'Paul Martin', roles: ['dpo', 'legal'], controller: 'campo' } })
  assert.match(json.key, /^ok_/)
  assert.equal((await stored(operatorsStream)).includes('Paul'), false)
  const listed = (await admin('GET', '/v1/operators')).json.operators.find(({ id }) => id === json.id)
  assert.equal(listed?.name, 'Paul Martin')
  assert.equal((await ledger.send('GET', '/v1/operators', { key: json.key })).status, 403)
  assert.equal((await admin('DELETE', `/v1/operators/${json.id}`)).status, 200)
  assert.equal((await ledger.send('GET', '/v1/operators', { key: json.key })).status, 401)
})

test('an administrator of one controller sees and makes only its own', async () => {
  const { json } = await admin('POST', '/v1/operators', { body: { name: 'Campo Admin', roles: ['admin'], controller: 'campo' } })
  const own = (method: 'GET' | 'POST' | 'DELETE', url: string, sent = {}) => ledger.send(method, url, { key: json.key, ...sent })
  assert.ok((await own('GET', '/v1/operators')).json.operators.every(({ id }) => id !== undefined))
  assert.equal(
    (await own('GET', '/v1/operators')).json.operators.some(({ name }) => name === 'Ada Admin'),
    false,
  )
  assert.equal((await own('POST', '/v1/operators', { body: { name: 'All', roles: ['admin'] } })).status, 403)
  assert.equal((await own('POST', '/v1/operators', { body: { name: 'Own', roles: ['legal'], controller: 'campo' } })).status, 201)
  assert.equal((await own('POST', '/v1/sites/campo-fr/keys')).status, 201)
})

test('lists come in pages', async () => {
  const first = (await admin('GET', '/v1/sites/campo-fr/keys?limit=1')).json
  assert.equal(first.keys.length, 1)
  const second = (await admin('GET', `/v1/sites/campo-fr/keys?limit=1&after=${first.next}`)).json
  assert.notDeepEqual(second.keys, first.keys)
  assert.equal((await admin('GET', '/v1/sites/campo-fr/keys?limit=0')).status, 400)
})
