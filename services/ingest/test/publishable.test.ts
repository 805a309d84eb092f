// A publishable key vouches for a browser, not for a person.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { origin } from './catalogue.ts'
import { both, consent, cookie, email, flagsOf, noAds, openLedger, types, yes, start, type Sent, type TestLedger } from './ledger.ts'

let ledger: TestLedger
let page: Sent
before(async () => {
  ledger = await openLedger()
  page = { key: ledger.keys.publishable, headers: { origin }, idem: null }
})
after(() => ledger.close())

test('its yes may name devices only: anybody could type another person’s address', async () => {
  const mine = await ledger.post('/v1/consents', consent(cookie(), [yes]), page)
  assert.equal(mine.status, 201, mine.text)
  assert.equal(mine.headers['access-control-allow-origin'], origin)
  const size = await ledger.size()
  const other = await ledger.post('/v1/consents', consent(both(cookie(), email()), [yes]), page)
  assert.equal(other.status, 422)
  assert.equal(other.json.code, 'IDENTIFIER_NEEDS_SECRET_KEY')
  assert.equal(await ledger.size(), size)
})

test('in its mixed post with an address the no stands, and the receipt beside the problem tells nothing', async () => {
  const { status, json } = await ledger.post('/v1/consents', consent(email(), [yes, noAds]), page)
  assert.equal(status, 422)
  assert.deepEqual(Object.keys(json.receipt), ['id', 'recordedAt', 'status'])
})

test('it links nothing', async () => {
  const { json } = await ledger.post('/v1/consents', consent(both(cookie(), cookie()), [yes]), page)
  assert.deepEqual(types(await ledger.events(json.receipt.subjectId)), ['ConsentGiven'])
})

test('it imports nothing: a yes is refused, a no is recorded without that claim', async () => {
  const method = { kind: 'import', source: { system: 'x', exportedAt: '2026-01-01T00:00:00Z', fileSha256: 'a'.repeat(64), line: 1 } }
  assert.equal((await ledger.post('/v1/consents', { subject: cookie(), choices: [yes], method }, page)).status, 403)
  const { status, json } = await ledger.post('/v1/consents', { subject: cookie(), choices: [noAds], method }, page)
  assert.equal(status, 201)
  assert.deepEqual(json.dropped, ['/method'])
})

test('a clock that runs ahead is not believed: the server’s counts, flagged', async () => {
  const occurredAt = new Date(start + 86_400_000).toISOString()
  const { json } = await ledger.post('/v1/consents', consent(cookie(), [yes], { occurredAt }), page)
  const [event] = await ledger.events(json.receipt.subjectId)
  assert.deepEqual(flagsOf(event), ['clock-ahead'])
  assert.equal(event?.data['occurredAtFrom'], 'ledger')
})

test('it may not look anybody up', async () => {
  assert.equal((await ledger.post('/v1/preferences/lookup', { subject: cookie() }, page)).status, 403)
})

test('its double opt-in waits, and it gets no token to confirm with', async () => {
  const { json } = await ledger.post('/v1/consents', consent(cookie(), [{ purpose: 'club', decision: 'given' }]), page)
  assert.equal(json.receipt.state[0]?.state, 'requested')
  assert.equal('confirmation' in json, false)
})

test('it may not leave in the clear what the catalogue does not know: a notice of its own, numbers in ids', async () => {
  const method = { kind: 'web-form', control: 'b-61-23-45', workflow: 'call-0612345678', presentation: 'form-12345', actor: { kind: 'self', how: 'x1234567' }, source: { system: 'anna', exportedAt: '2026-01-01T00:00:00Z', fileSha256: 'a'.repeat(64), line: 1 } } // prettier-ignore
  const asked = { notice: { id: 'call-me-on-0612345678', version: 1, language: 'fr' }, method }
  const { status, json } = await ledger.post('/v1/consents', consent(cookie('unclear'), [noAds], asked), page)
  assert.equal(status, 201)
  assert.deepEqual(json.dropped, ['/method/control', '/method/workflow', '/method/actor/how', '/method/source'])
  const { subjectId } = (await ledger.post('/v1/preferences/lookup', { subject: cookie('unclear') }, { idem: null })).json
  const [event] = await ledger.events(subjectId ?? '')
  assert.equal(event?.data['notice'], undefined)
  assert.deepEqual(event?.data['method'], { kind: 'web-form', presentation: 'form-12345', actor: { kind: 'self' } })
  assert.deepEqual(flagsOf(event), ['method-dropped', 'unknown-notice'])
  const given = await ledger.post('/v1/consents', consent(cookie(), [yes], { method: { kind: 'banner', workflow: 'w-123456' } }), page)
  assert.deepEqual([given.status, given.json.dropped], [201, ['/method/workflow']])
})

test('a server’s ids are its own; only payment data in them is refused to a yes and taken from a no', async () => {
  const method = { kind: 'web-form', control: 'b-0612345678', workflow: 'card-4111-1111-1111-1111' }
  const given = await ledger.post('/v1/consents', consent(email(), [yes], { method }))
  assert.deepEqual([given.json.code, given.json.errors.map(({ pointer }) => pointer)], ['PAYMENT_DATA_REFUSED', ['/method/workflow']])
  const refused = await ledger.post(
    '/v1/consents',
    consent(email(), [noAds], { method, notice: { id: 'another', version: 1, language: 'fr' } }),
  )
  assert.deepEqual(refused.json.dropped, ['/method/workflow'])
  const [event] = await ledger.events(refused.json.receipt.subjectId)
  assert.deepEqual(event?.data['method'], { kind: 'web-form', control: 'b-0612345678' })
  assert.deepEqual(event?.data['notice'], { id: 'another', version: 1, language: 'fr' })
})
