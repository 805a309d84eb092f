// "A no is never turned away" (API.md, Everywhere): each of its clauses by its words.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { origin } from './catalogue.ts'
import {
  both,
  consent,
  cookie,
  email,
  flagsOf,
  no,
  noAds,
  notice,
  openLedger,
  stateOf,
  types,
  yes,
  start,
  type TestLedger,
} from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const withdraw = (subject: unknown, over: object = {}) => ({ subject, purposes: ['news'], ...over })
const loyalty = () => ({ identifiers: [{ scheme: 'loyalty-card', value: randomUUID() }] })

test('a refused is recorded despite an unknown notice', async () => {
  const { status, json } = await ledger.post('/v1/consents', consent(email(), [no], { notice: { ...notice, version: 9 } }))
  assert.equal(status, 201)
  const [event] = await ledger.events(json.receipt.subjectId)
  assert.equal(event?.type, 'ConsentRefused')
  assert.deepEqual(flagsOf(event), ['unknown-notice'])
})

test('a refused is recorded without any notice, and by a notice that does not show its purpose', async () => {
  const none = await ledger.post('/v1/consents', { subject: email(), choices: [no] })
  assert.equal(none.status, 201)
  const other = await ledger.post('/v1/consents', consent(email(), [{ purpose: 'prospects', decision: 'refused' }]))
  const [event] = await ledger.events(other.json.receipt.subjectId)
  assert.equal(event?.type, 'ObjectionRecorded')
  assert.deepEqual(flagsOf(event), ['purpose-not-in-notice'])
})

test('a refused and a withdrawal are recorded despite a retired purpose', async () => {
  const refused = await ledger.post('/v1/consents', consent(email(), [{ purpose: 'old', decision: 'refused' }]))
  assert.deepEqual(flagsOf((await ledger.events(refused.json.receipt.subjectId))[0]), ['purpose-retired'])
  const withdrawn = await ledger.post('/v1/withdrawals', withdraw(email(), { purposes: ['old'] }))
  assert.equal(withdrawn.status, 201)
  assert.deepEqual(flagsOf((await ledger.events(withdrawn.json.receipt.subjectId))[0]), ['purpose-retired'])
})

test('a refused is recorded despite an identity conflict, then for every subject reached', async () => {
  const [a, b] = [email(), loyalty()]
  const first = await ledger.post('/v1/consents', consent(a, [yes]))
  const second = await ledger.post('/v1/consents', consent(b, [yes]))
  const idem = randomUUID()
  const body = consent(both(a, b), [no])
  const reply = await ledger.post('/v1/consents', body, { idem })
  assert.equal(reply.status, 201, reply.text)
  const reached = [first, second].map(({ json }) => json.receipt.subjectId).sort()
  assert.deepEqual(reply.json.receipts.map(({ subjectId }) => subjectId ?? '').sort(), reached)
  for (const subjectId of reached) {
    const refusal = (await ledger.events(subjectId)).at(-1)
    assert.equal(refusal?.type, 'ConsentRefused')
    assert.deepEqual(flagsOf(refusal), ['identity-conflict'])
  }
  const again = await ledger.post('/v1/consents', body, { idem })
  assert.equal(again.status, 200)
  assert.equal(again.text, reply.text)
})

test('a withdrawal reaches every subject that its identifiers reach, and none of them is merged', async () => {
  const device = cookie()
  const person = email()
  const account = await ledger.post('/v1/consents', consent(person, [yes]))
  const own = await ledger.post('/v1/consents', consent(device, [yes]))
  const reply = await ledger.post('/v1/withdrawals', withdraw(both(person, device)))
  assert.equal(reply.status, 201)
  assert.deepEqual(
    reply.json.receipts.map(({ subjectId }) => subjectId),
    [account.json.receipt.subjectId, own.json.receipt.subjectId],
  )
  assert.ok(reply.json.receipts.every((receipt) => stateOf(receipt, 'news', 'email') === 'withdrawn'))
})

test('in a mixed post that earns a 422 for its yeses, the noes are appended all the same and the problem carries their receipt', async () => {
  const idem = randomUUID()
  const body = consent(email(), [{ purpose: 'orders', decision: 'given' }, noAds])
  const reply = await ledger.post('/v1/consents', body, { idem })
  assert.equal(reply.status, 422)
  assert.equal(reply.json.code, 'NOT_A_CONSENT_PURPOSE')
  assert.match(String(reply.headers['content-type']), /problem\+json/)
  assert.deepEqual(types(await ledger.events(reply.json.receipt.subjectId)), ['ConsentRefused'])
  const again = await ledger.post('/v1/consents', body, { idem })
  assert.equal(again.text, reply.text)
  assert.equal(again.headers['idempotency-replayed'], 'true')
})

test('in a mixed post that earns a 409 for its yeses, the noes are appended for everybody reached, and a retry is told the same', async () => {
  const [a, b] = [email(), loyalty()]
  await ledger.post('/v1/consents', consent(a, [yes]))
  await ledger.post('/v1/consents', consent(b, [yes]))
  const idem = randomUUID()
  const body = consent(both(a, b), [yes, noAds])
  const reply = await ledger.post('/v1/consents', body, { idem })
  assert.equal(reply.status, 409)
  assert.equal(reply.json.code, 'IDENTITY_CONFLICT')
  assert.equal(reply.json.receipts.length, 2)
  for (const { subjectId = '' } of reply.json.receipts) assert.equal((await ledger.events(subjectId)).at(-1)?.data['purpose'], 'ads')
  const again = await ledger.post('/v1/consents', body, { idem })
  assert.equal(again.status, 409)
  assert.equal(again.text, reply.text)
})

test('a no is recorded however far its clock runs ahead', async () => {
  const occurredAt = new Date(start + 86_400_000).toISOString()
  for (const reply of [
    await ledger.post('/v1/withdrawals', withdraw(email(), { occurredAt })),
    await ledger.post('/v1/consents', consent(email(), [no], { occurredAt })),
  ]) {
    assert.equal(reply.status, 201)
    assert.deepEqual(flagsOf((await ledger.events(reply.json.receipt.subjectId))[0]), ['clock-ahead'])
  }
})

test('a no on a channel that its purpose never had is recorded, flagged', async () => {
  const reply = await ledger.post('/v1/withdrawals', withdraw(email(), { channels: ['post'] }))
  assert.equal(reply.status, 201)
  assert.deepEqual(flagsOf((await ledger.events(reply.json.receipt.subjectId))[0]), ['channel-not-in-purpose'])
})

test('a card number or an IBAN in free text costs a no only that field, and the answer says so, also the second time', async () => {
  const evidence = {
    note: 'IBAN FR76 3000 6000 0112 3456 7890 189',
    pageUrl: 'https://campo.example.org/bye',
    signals: { gpc: true, field: '4111 1111 1111 1111' },
  }
  const idem = randomUUID()
  const body = withdraw(email(), { evidence })
  const reply = await ledger.post('/v1/withdrawals', body, { idem })
  assert.equal(reply.status, 201, reply.text)
  assert.deepEqual(reply.json.dropped, ['/evidence/note', '/evidence/signals/field'])
  const [event] = await ledger.events(reply.json.receipt.subjectId)
  assert.deepEqual(flagsOf(event), ['evidence-dropped'])
  assert.deepEqual(Object.keys(event?.data['evidence'] as object), ['pageUrl', 'signals'])
  assert.equal((await ledger.post('/v1/withdrawals', body, { idem })).text, reply.text)
})

test('in a mixed post with payment data the yes is told of it, the no loses only the field', async () => {
  const reply = await ledger.post('/v1/consents', consent(email(), [yes, noAds], { evidence: { note: '4111111111111111' } }))
  assert.equal(reply.status, 422)
  assert.equal(reply.json.code, 'PAYMENT_DATA_REFUSED')
  assert.deepEqual(reply.json.dropped, ['/evidence/note'])
  const [event] = await ledger.events(reply.json.receipt.subjectId)
  assert.equal(event?.type, 'ConsentRefused')
  assert.equal(event?.data['evidence'], undefined)
})

test('an identifier that cannot be read costs a no only that identifier; if none can be read it is turned away', async () => {
  const broken = { identifiers: [{ scheme: 'phone', value: 'none' }] }
  const person = email()
  const reply = await ledger.post('/v1/withdrawals', withdraw(both(broken, person)))
  assert.equal(reply.status, 201)
  assert.deepEqual(reply.json.dropped, ['/subject/identifiers/0'])
  assert.deepEqual(flagsOf((await ledger.events(reply.json.receipt.subjectId))[0]), ['identifier-dropped'])
  assert.equal((await ledger.post('/v1/withdrawals', withdraw(broken))).json.code, 'IDENTIFIER_INVALID')
  assert.equal((await ledger.post('/v1/consents', consent(both(broken, person), [yes]))).json.code, 'IDENTIFIER_INVALID')
})

test('a withdrawal needs no notice and no history; "all" withdraws every consent and objects to every other marketing', async () => {
  const { status, json } = await ledger.post('/v1/withdrawals', { subject: email(), purposes: 'all' })
  assert.equal(status, 201)
  const events = await ledger.events(json.receipt.subjectId)
  assert.deepEqual(
    events.map(({ type, data }) => [type, data['purpose']]),
    [
      ['ConsentWithdrawn', 'news'],
      ['ConsentWithdrawn', 'ads'],
      ['ConsentWithdrawn', 'club'],
      ['ConsentWithdrawn', 'old'],
      ['ObjectionRecorded', 'prospects'],
    ],
  )
})

test('a withdrawal of a marketing purpose on another basis is recorded as an objection to it', async () => {
  const { json } = await ledger.post('/v1/withdrawals', withdraw(email(), { purposes: ['prospects'] }))
  assert.deepEqual(types(await ledger.events(json.receipt.subjectId)), ['ObjectionRecorded'])
})

test('a banner closed without an answer counts as a refusal', async () => {
  const { json } = await ledger.post('/v1/consents', consent(cookie(), [{ purpose: 'ads', decision: 'dismissed' }]))
  const [event] = await ledger.events(json.receipt.subjectId)
  assert.equal(event?.type, 'ConsentRefused')
  assert.deepEqual(flagsOf(event), ['dismissed'])
})

test('a no by a publishable key may name anybody, and its receipt tells nothing about them', async () => {
  const person = email()
  await ledger.post('/v1/consents', consent(person, [yes]))
  const sent = { key: ledger.keys.publishable, headers: { origin }, idem: null }
  for (const reply of [
    await ledger.post('/v1/withdrawals', withdraw(person), sent),
    await ledger.post('/v1/consents', consent(person, [no]), sent),
    await ledger.post('/v1/withdrawals', withdraw(both(person, cookie())), sent),
  ]) {
    assert.equal(reply.status, 201, reply.text)
    assert.deepEqual(Object.keys(reply.json), ['receipt'])
    assert.deepEqual(Object.keys(reply.json.receipt), ['id', 'recordedAt', 'status'])
  }
})

test('what remains: a purpose id that never existed is turned away, and the other noes of that post stand', async () => {
  const alone = await ledger.post('/v1/withdrawals', withdraw(email(), { purposes: ['never'] }))
  assert.equal(alone.status, 422)
  assert.equal(alone.json.code, 'UNKNOWN_PURPOSE')
  const mixed = await ledger.post('/v1/withdrawals', withdraw(email(), { purposes: ['news', 'never'] }))
  assert.equal(mixed.status, 422)
  assert.deepEqual(types(await ledger.events(mixed.json.receipt.subjectId)), ['ConsentWithdrawn'])
})

test('what remains: unreadable input, a wrong key or origin, IDEMPOTENCY_CONFLICT, 413', async () => {
  const body = withdraw(email())
  const idem = randomUUID()
  assert.equal((await ledger.post('/v1/withdrawals', { ...body, porpoises: [] })).status, 400)
  assert.equal((await ledger.post('/v1/withdrawals', body, { key: `sk_${'a'.repeat(43)}` })).status, 401)
  assert.equal(
    (await ledger.post('/v1/withdrawals', body, { key: ledger.keys.publishable, headers: { origin: 'https://evil.example' } })).status,
    403,
  )
  assert.equal((await ledger.post('/v1/withdrawals', body, { key: ledger.keys.publishable })).status, 403)
  assert.equal((await ledger.post('/v1/withdrawals', body, { idem })).status, 201)
  assert.equal((await ledger.post('/v1/withdrawals', withdraw(email()), { idem })).status, 409)
  assert.equal((await ledger.post('/v1/withdrawals', { ...body, evidence: { note: 'x'.repeat(40_000) } })).status, 413)
})
