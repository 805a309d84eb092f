// POST /v1/contacts: what the person did. What they refused beside a sale is a no like any other.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { SealedField } from '@consent-ledger/domain'
import { keyIdOf, openField } from '@consent-ledger/vault'
import { origin } from './catalogue.ts'
import { both, consent, cookie, email, flagsOf, openLedger, start, stateOf, types, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const soldTo = (subject: unknown, over: object = {}, more: object = {}) => ({
  subject,
  kind: 'sale',
  sale: { seller: 'campo-sas', category: 'stay', addressCollectedThen: true, refusalOffered: ['prospects'], ...over },
  ...more,
})
const contact = (body: object, sent: object = {}) => ledger.post('/v1/contacts', body, sent)
const loyalty = () => ({ identifiers: [{ scheme: 'loyalty-card', value: randomUUID() }] })
const page = () => ({ key: ledger.keys.publishable, headers: { origin }, idem: null })
const pointers = ({ json }: Awaited<ReturnType<typeof contact>>) => json.errors.map(({ pointer }) => pointer)
const everything = { refused: ['news', 'prospects'], reference: 'R-2026-1042' }

test('a sale: the contact, and its refusals in the same append; its reference is sealed', async () => {
  const reply = await contact(soldTo(both(email(), cookie()), everything))
  assert.equal(reply.status, 201, reply.text)
  const events = await ledger.events(reply.json.receipt.subjectId)
  assert.deepEqual(types(events), ['ContactRecorded', 'ConsentRefused', 'ObjectionRecorded', 'IdentityLinked'])
  assert.equal(new Set(events.map(({ metadata }) => metadata.actId)).size, 1)
  const [sold] = events
  assert.ok(sold)
  const { reference, ...sale } = sold.data['sale'] as { reference: SealedField }
  assert.deepEqual(sale, { seller: 'campo-sas', category: 'stay', addressCollectedThen: true, refusalOffered: ['prospects'], refused: ['news', 'prospects'] }) // prettier-ignore
  assert.equal(JSON.stringify(events.map(({ data }) => data)).includes('R-2026-1042'), false)
  const key = await ledger.deps.vault.keyById(keyIdOf(reference.sealed))
  assert.ok(key)
  const { id: actId, subjectId } = reply.json.receipt
  assert.equal(openField(key, { actId, subjectId, field: 'sale/reference' }, reference).value, 'R-2026-1042')
  assert.ok(sold.data['identifiers'])
  assert.equal(stateOf(reply.json.receipt, 'news', 'email'), 'refused')
})

test('a click, a reply, a log-in, a visit, a call need nothing more, and touch no state', async () => {
  const person = email()
  for (const kind of ['click', 'reply', 'login', 'visit', 'call']) {
    const { status, json } = await contact({ subject: person, kind })
    assert.deepEqual([status, types(json.receipt.events), json.receipt.state], [201, ['ContactRecorded'], []])
  }
})

test('an opened mail is no contact, by whatever word', async () => {
  const size = await ledger.size()
  for (const kind of ['open', 'opened', 'mail-open', 'Open', 'x']) {
    const reply = await contact({ subject: email(), kind })
    assert.deepEqual([reply.status, reply.json.code, pointers(reply)], [422, 'NOT_A_CONTACT', ['/kind']])
  }
  assert.equal(await ledger.size(), size)
})

test('a sale says who sold what, and nothing else does', async () => {
  const without = await contact({ subject: email(), kind: 'sale' })
  assert.deepEqual([without.status, pointers(without)], [400, ['/sale']])
  const beside = await contact(soldTo(email(), {}, { kind: 'click' }))
  assert.deepEqual([beside.status, pointers(beside)], [400, ['/sale']])
  assert.equal((await contact(soldTo(email(), { addressCollectedThen: 'yes' }))).status, 400)
  assert.equal((await contact(soldTo(email(), {}, { method: { kind: 'import' } }))).status, 400)
})

test('a purpose that never existed: 422; the noes to those that do exist stand, and a retry is told the same', async () => {
  assert.deepEqual(pointers(await contact(soldTo(email(), { refusalOffered: ['zzz'] }))), ['/sale/refusalOffered/0'])
  const idem = randomUUID()
  const body = soldTo(email(), { refusalOffered: ['zzz'], refused: ['yyy', 'prospects'] })
  const reply = await contact(body, { idem })
  assert.deepEqual([reply.status, reply.json.code], [422, 'UNKNOWN_PURPOSE'])
  assert.deepEqual(pointers(reply), ['/sale/refusalOffered/0', '/sale/refused/0'])
  assert.deepEqual(types(await ledger.events(reply.json.receipt.subjectId)), ['ObjectionRecorded'])
  const again = await contact(body, { idem })
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [reply.text, 'true'])
})

test('whatever refuses the contact, its noes stand and the problem has their receipt', async () => {
  const cases: [object, number, string][] = [
    [soldTo(email(), everything, { kind: 'open' }), 422, 'NOT_A_CONTACT'],
    [soldTo(email(), everything, { kind: 'click' }), 400, 'INVALID_REQUEST'],
    [soldTo(email(), everything, { occurredAt: new Date(start + 86_400_000).toISOString() }), 400, 'OCCURRED_AT_AHEAD'],
    [soldTo(email(), { ...everything, reference: '4111 1111 1111 1111' }), 422, 'PAYMENT_DATA_REFUSED'],
    [soldTo(both(email(), { identifiers: [{ scheme: 'phone', value: 'none' }] }), everything), 422, 'IDENTIFIER_INVALID'],
  ]
  for (const [body, status, code] of cases) {
    const reply = await contact(body)
    assert.deepEqual([reply.status, reply.json.code], [status, code])
    assert.deepEqual(types(await ledger.events(reply.json.receipt.subjectId)), ['ConsentRefused', 'ObjectionRecorded'], code)
  }
})

test('payment data is refused, in the reference and in the ids', async () => {
  const size = await ledger.size()
  for (const [field, text] of [
    ['reference', 'card 4111111111111111'],
    ['seller', 'card-4111-1111-1111-1111'],
    ['category', 'card-4111-1111-1111-1111'],
  ] as const) {
    const reply = await contact(soldTo(email(), { [field]: text }))
    assert.deepEqual([reply.json.code, pointers(reply)], ['PAYMENT_DATA_REFUSED', [`/sale/${field}`]])
    assert.equal(reply.text.includes('4111'), false)
  }
  assert.equal(await ledger.size(), size)
})

test('it is about one person: two of them are a 409, and their noes are everybody’s', async () => {
  const [person, card] = [email(), loyalty()]
  for (const one of [person, card]) await ledger.post('/v1/consents', consent(one, [yes]))
  assert.equal((await contact({ subject: both(person, card), kind: 'visit' })).json.code, 'IDENTITY_CONFLICT')
  const reply = await contact(soldTo(both(person, card), everything))
  assert.equal(reply.status, 409)
  assert.equal(reply.json.receipts.length, 2)
  for (const { subjectId } of reply.json.receipts) {
    const own = (await ledger.events(subjectId)).slice(1)
    assert.deepEqual(types(own), ['ConsentRefused', 'ObjectionRecorded'])
    assert.ok(own.every((event) => (flagsOf(event) as string[]).includes('identity-conflict')))
  }
  const first = await contact({ subject: { ...both(person, card), onConflict: 'first' }, kind: 'visit' })
  assert.deepEqual([first.status, types(first.json.receipt.events)], [201, ['ContactRecorded']])
})

test('a device that the buyer used has their objection, not their sale', async () => {
  const [person, device] = [email(), cookie()]
  const own = await ledger.post('/v1/consents', consent(device, [yes]))
  const { json } = await contact(soldTo(both(person, device), everything))
  assert.equal(json.receipts.length, 2)
  assert.deepEqual(types(await ledger.events(own.json.receipt.subjectId)), ['ConsentGiven', 'ObjectionRecorded'])
})

test('a page vouches for a browser: devices only, no sale, nothing linked', async () => {
  const mine = await contact({ subject: cookie(), kind: 'visit' }, page())
  assert.equal(mine.status, 201, mine.text)
  assert.deepEqual(types(mine.json.receipt.events), ['ContactRecorded'])
  const size = await ledger.size()
  const named = await contact({ subject: both(cookie(), email()), kind: 'click' }, page())
  assert.deepEqual([named.status, named.json.code], [422, 'IDENTIFIER_NEEDS_SECRET_KEY'])
  const sold = await contact(soldTo(cookie()), page())
  assert.deepEqual([sold.status, sold.json.code, pointers(sold)], [403, 'FORBIDDEN', ['/kind']])
  assert.equal(await ledger.size(), size)
  const refused = await contact(soldTo(email(), everything), page())
  assert.equal(refused.status, 403)
  assert.deepEqual(Object.keys(refused.json.receipt), ['id', 'recordedAt', 'status'])
  assert.equal(await ledger.size(), size + 2)
})

test('a page that writes too often waits with its contacts; a server never', async () => {
  const sent = { ...page(), ip: '198.51.100.78' }
  const items = Array.from({ length: 601 }, () => ({ act: 'contact', subject: cookie(), kind: 'visit' }))
  const { json } = await ledger.post('/v1/consents/batch', { items }, sent)
  assert.deepEqual([json.results[599]?.status, json.results[600]?.problem.code], [201, 'RATE_LIMITED'])
  assert.equal((await contact({ subject: cookie(), kind: 'visit' }, sent)).status, 429)
})

test('the same again is one contact; another one later is another', async () => {
  const idem = randomUUID()
  const body = soldTo(email(), everything)
  const first = await contact(body, { idem })
  const again = await contact(body, { idem })
  assert.deepEqual([first.status, again.status, again.text], [201, 200, first.text])
  assert.equal((await contact(soldTo(email(), everything), { idem })).status, 409)
  assert.equal((await contact(body, { idem: null })).json.code, 'IDEMPOTENCY_KEY_REQUIRED')
  await contact(body)
  const events = await ledger.events(first.json.receipt.subjectId)
  assert.equal(types(events).filter((type) => type === 'ContactRecorded').length, 2)
})

test('rehearsed it is answered the same, and nothing is written', async () => {
  const size = await ledger.size()
  const { status, json } = await ledger.post('/v1/contacts?dryRun=true', soldTo(email(), everything))
  assert.deepEqual([status, types(json.receipt.events)], [200, ['ContactRecorded', 'ConsentRefused', 'ObjectionRecorded']])
  const refused = await ledger.post('/v1/contacts?dryRun=true', soldTo(email(), everything, { kind: 'open' }))
  assert.deepEqual([refused.status, types(refused.json.receipt.events)], [422, ['ConsentRefused', 'ObjectionRecorded']])
  assert.equal(await ledger.size(), size)
})

test('from an offline queue it counts from when it was', async () => {
  const occurredAt = '2026-11-20T09:00:00.000Z'
  const { json } = await contact({ subject: email(), kind: 'visit', occurredAt })
  const [event] = await ledger.events(json.receipt.subjectId)
  assert.deepEqual([event?.data['orderAt'], flagsOf(event)], [occurredAt, ['late']])
})
