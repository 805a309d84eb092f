// ?dryRun=true: rehearsed, nothing written.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { origin } from './catalogue.ts'
import { both, consent, cookie, email, no, noAds, notice, openLedger, stateOf, types, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const rehearse = (path: string, body: unknown, sent = {}) => ledger.post(`${path}?dryRun=true`, body, sent)

test('a new person: what would be recorded, and nobody is made', async () => {
  const size = await ledger.size()
  const subject = email()
  const { status, json, text } = await rehearse('/v1/consents', consent(subject, [yes, noAds]))
  assert.equal(status, 200, text)
  assert.equal(json.receipt.subjectId, null)
  assert.equal(json.receipt.status, 'dry-run')
  assert.deepEqual(types(json.receipt.events), ['ConsentGiven', 'ConsentRefused'])
  assert.equal(stateOf(json.receipt, 'news', 'email'), 'given')
  assert.equal(await ledger.size(), size)
  assert.equal((await ledger.post('/v1/preferences/lookup', { subject })).json.subjectId, null)
})

test('a known person: the state as it would be', async () => {
  const subject = email()
  await ledger.post('/v1/consents', consent(subject, [yes]))
  const { json } = await rehearse('/v1/withdrawals', { subject, purposes: ['news'] })
  assert.equal(stateOf(json.receipt, 'news', 'sms'), 'withdrawn')
  assert.equal((await rehearse('/v1/notice-views', { subject, notice })).status, 200)
})

test('what would be refused is refused, with what would be recorded of the noes', async () => {
  const { status, json } = await rehearse('/v1/consents', consent(email(), [{ purpose: 'orders', decision: 'given' }, noAds]))
  assert.equal(status, 422)
  assert.deepEqual(types(json.receipt.events), ['ConsentRefused'])
})

test('an identity conflict is told, and a used Idempotency-Key with other content too', async () => {
  const [a, b] = [email(), { identifiers: [{ scheme: 'customer', value: randomUUID() }] }]
  await ledger.post('/v1/consents', consent(a, [yes]))
  const idem = randomUUID()
  await ledger.post('/v1/consents', consent(b, [yes]), { idem })
  assert.equal((await rehearse('/v1/consents', consent(both(a, b), [yes]))).json.code, 'IDENTITY_CONFLICT')
  assert.equal((await rehearse('/v1/consents', consent(both(a, b), [no]))).json.receipts.length, 2)
  assert.equal((await rehearse('/v1/consents', consent(b, [no]), { idem })).json.code, 'IDEMPOTENCY_CONFLICT')
})

test('a publishable key learns nothing about anybody by rehearsing', async () => {
  const person = email()
  await ledger.post('/v1/consents', consent(person, [yes]))
  const { json } = await rehearse(
    '/v1/withdrawals',
    { subject: both(person, cookie()), purposes: 'all' },
    { key: ledger.keys.publishable, headers: { origin } },
  )
  assert.deepEqual(json, { receipt: { status: 'dry-run' } })
})

test('a batch is rehearsed item by item', async () => {
  const size = await ledger.size()
  const items = [
    { idempotencyKey: 'a', ...consent(email(), [yes]) },
    { idempotencyKey: 'b', ...consent(email(), [{ purpose: 'zzz', decision: 'given' }]) },
  ]
  const { json } = await rehearse('/v1/consents/batch', { items })
  assert.deepEqual(
    json.results.map(({ status }) => status),
    [200, 422],
  )
  assert.equal(await ledger.size(), size)
})
