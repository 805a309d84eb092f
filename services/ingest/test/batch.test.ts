// POST /v1/consents/batch: each item taken by itself, in order for one person, malformed ones alone.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { chainsOf } from '../src/act/batch.ts'
import { both, consent, cookie, email, no, noAds, notice, openLedger, types, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const batch = (items: unknown[]) => ledger.post('/v1/consents/batch', { items }, { idem: null })
const item = (body: object) => ({ idempotencyKey: randomUUID(), ...body })

test('results in the order of the items, those of one person applied in that order', async () => {
  const person = email()
  const { status, json } = await batch([
    item(consent(person, [yes])),
    item(consent(email(), [{ purpose: 'zzz', decision: 'given' }])),
    item({ act: 'withdrawal', subject: person, purposes: ['news'] }),
    item({ act: 'notice-view', subject: person, notice }),
    item(consent(person, [yes])),
  ])
  assert.equal(status, 200)
  assert.deepEqual(
    json.results.map((result) => result.status),
    [201, 422, 201, 201, 201],
  )
  assert.equal(json.results[1]?.problem.code, 'UNKNOWN_PURPOSE')
  const events = await ledger.events(json.results[0]?.receipt.subjectId ?? '')
  assert.deepEqual(types(events), ['ConsentGiven', 'ConsentWithdrawn', 'NoticeShown', 'ConsentGiven'])
})

test('every act may be an item: what a person objects to, buys and refuses stands in their order', async () => {
  const person = email()
  const sale = { seller: 'campo-sas', category: 'stay', addressCollectedThen: true, refusalOffered: ['ads'], refused: ['ads'] }
  const items = [
    item({ act: 'contact', subject: person, kind: 'sale', sale }),
    item({ act: 'objection', subject: person, purposes: 'marketing' }),
    item({ act: 'contact', subject: person, kind: 'open', sale }),
    item(consent(person, [yes])),
    item({ act: 'contact', subject: person, kind: 'open' }),
  ]
  const { json } = await batch(items)
  assert.deepEqual(
    json.results.map(({ status, problem }) => [status, problem?.code]),
    [
      [201, undefined],
      [201, undefined],
      [422, 'NOT_A_CONTACT'],
      [201, undefined],
      [422, 'NOT_A_CONTACT'],
    ],
  )
  assert.deepEqual(types(json.results[2]?.problem.receipt.events ?? []), ['ConsentRefused'])
  const events = await ledger.events(json.results[0]?.receipt.subjectId ?? '')
  assert.deepEqual(
    [...new Set(types(events.slice(2)))].map((type) => [type, types(events).lastIndexOf(type)]),
    [
      ['ObjectionRecorded', 6],
      ['ConsentRefused', 7],
      ['ConsentGiven', 8],
      ['ObjectionLifted', 9],
    ],
  )
  assert.deepEqual(types(events.slice(0, 2)), ['ContactRecorded', 'ConsentRefused'])
  const alone = await ledger.post('/v1/objections', { subject: person, purposes: 'marketing' }, { idem: items[1]?.idempotencyKey ?? '' })
  assert.deepEqual([alone.status, alone.json.receipt], [200, json.results[1]?.receipt])
})

test('two names of one person in different items are applied in order too', async () => {
  const [person, customer] = [email(), { identifiers: [{ scheme: 'customer', value: randomUUID() }] }]
  await ledger.post('/v1/consents', consent(both(person, customer), [noAds]))
  const items = Array.from({ length: 20 }, (_, n) => item(consent(n % 2 === 0 ? person : customer, [n % 3 === 0 ? yes : no])))
  const { json } = await batch(items)
  const events = (await ledger.events(json.results[0]?.receipt.subjectId ?? '')).filter(
    ({ type, data }) => type !== 'IdentityLinked' && data['purpose'] === 'news',
  )
  assert.deepEqual(
    types(events),
    items.map((_, n) => (n % 3 === 0 ? 'ConsentGiven' : 'ConsentRefused')),
  )
})

test('malformed items fail alone: no key, not an object, an unknown act, an act in a wrong form, an unknown field, too large', async () => {
  const { json } = await batch([
    consent(email(), [yes]),
    null,
    item({ act: 'dance' }),
    item({ act: 'objection', subject: email(), purposes: 'all' }),
    item({ ...consent(email(), [yes]), choises: [] }),
    item(consent(email(), [yes], { evidence: { note: 'x'.repeat(33_000) } })),
    item(consent(email(), [yes])),
  ])
  assert.deepEqual(
    json.results.map(({ status, problem }) => [status, problem?.code]),
    [
      [400, 'IDEMPOTENCY_KEY_REQUIRED'],
      [400, 'IDEMPOTENCY_KEY_REQUIRED'],
      [400, 'INVALID_REQUEST'],
      [400, 'INVALID_REQUEST'],
      [400, 'INVALID_REQUEST'],
      [413, 'TOO_LARGE'],
      [201, undefined],
    ],
  )
  assert.equal(json.results[3]?.problem.errors[0]?.pointer, '/purposes')
})

test('an item is the same act as alone: its key is found again by the other route', async () => {
  const body = consent(email(), [yes])
  const idem = randomUUID()
  const alone = await ledger.post('/v1/consents', body, { idem })
  const { json } = await batch([{ idempotencyKey: idem, act: 'consent', ...body }])
  assert.equal(json.results[0]?.status, 200)
  assert.deepEqual(json.results[0]?.receipt, alone.json.receipt)
})

test('the noes of an item whose yeses are refused stand, their receipt inside the problem', async () => {
  const { json } = await batch([item(consent(cookie(), [{ purpose: 'orders', decision: 'given' }, noAds]))])
  assert.equal(json.results[0]?.status, 422)
  assert.equal(json.results[0]?.problem.receipt.events[0]?.type, 'ConsentRefused')
})

test('the same batch twice is recorded once', async () => {
  const items = Array.from({ length: 50 }, () => item(consent(email(), [yes])))
  const first = await batch(items)
  const size = await ledger.size()
  const again = await batch(items)
  assert.deepEqual(
    again.json.results.map(({ receipt }) => receipt),
    first.json.results.map(({ receipt }) => receipt),
  )
  assert.ok(again.json.results.every(({ status }) => status === 200))
  assert.equal(await ledger.size(), size)
})

test('1 to 1,000 items', async () => {
  assert.equal((await batch([])).status, 400)
  assert.equal((await batch(Array.from({ length: 1001 }, () => ({})))).status, 400)
})

test('what shares a name is one chain, also through others, in ascending order', () => {
  assert.deepEqual(chainsOf([['a'], ['b'], ['c'], ['a', 'b'], [], ['c']]), [[0, 1, 3], [2, 5], [4]])
})
