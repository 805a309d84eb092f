// A page that writes too often: its yeses wait, its noes never do, alone or in a batch.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { origin } from './catalogue.ts'
import { consent, cookie, noAds, openLedger, types, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

let address = 0
/** From an address that has written nothing yet. */
const page = () => ({ key: ledger.keys.publishable, headers: { origin }, idem: null, ip: `198.51.100.${++address}` })
const times = (count: number, item: () => object): object[] => Array.from({ length: count }, item)
const yeses = (count: number) => times(count, () => consent(cookie(), [yes]))
const withdrawal = () => ({ act: 'withdrawal', subject: cookie(), purposes: ['ads'] })

test('each yes of a batch is counted, and none of its noes', async () => {
  const sent = page()
  const items = [...yeses(600), consent(cookie(), [noAds]), withdrawal(), consent(cookie(), [yes, noAds]), ...yeses(100), withdrawal()]
  const { status, json, headers } = await ledger.post('/v1/consents/batch', { items }, sent)
  assert.equal(status, 200)
  assert.match(String(headers['retry-after']), /^[1-9]\d*$/)
  const statuses = json.results.map((result) => result.status)
  assert.ok(statuses.slice(0, 600).every((one) => one === 201))
  assert.deepEqual(statuses.slice(600, 603), [201, 201, 429])
  assert.equal(json.results[602]?.problem.code, 'RATE_LIMITED')
  assert.deepEqual(Object.keys(json.results[602]?.problem.receipt ?? {}), ['id', 'recordedAt', 'status'])
  assert.ok(statuses.slice(603, 703).every((one) => one === 429))
  assert.equal(statuses[703], 201)
  assert.equal((await ledger.post('/v1/consents', consent(cookie(), [yes]), sent)).status, 429)
})

test('a refusal beside a yes does not lift the limit: the yes is told 429, the no is recorded', async () => {
  const sent = page()
  await ledger.post('/v1/consents/batch', { items: yeses(600) }, sent)
  const size = await ledger.size()
  const reply = await ledger.post('/v1/consents', consent(cookie(), [yes, noAds]), sent)
  assert.deepEqual([reply.status, reply.json.code], [429, 'RATE_LIMITED'])
  assert.deepEqual(Object.keys(reply.json.receipt), ['id', 'recordedAt', 'status'])
  assert.ok(reply.headers['retry-after'])
  const { store } = ledger.deps
  assert.deepEqual(types((await store.readAll({ after: -1n, limit: 10_000 })).slice(size)), ['ConsentRefused'])
})

test('the same request again after the wait records its yes; before it the no is not recorded twice; what was recorded before is answered as it was', async () => {
  const sent = page()
  const idem = crypto.randomUUID()
  const [early, late] = [consent(cookie(), [yes, noAds]), consent(cookie(), [yes, noAds])]
  const recorded = await ledger.post('/v1/consents', early, { ...sent, idem: 'early' })
  await ledger.post('/v1/consents/batch', { items: yeses(600) }, sent)
  const size = await ledger.size()
  const slowed = await ledger.post('/v1/consents', late, { ...sent, idem })
  assert.equal(slowed.status, 429)
  assert.equal((await ledger.post('/v1/consents', late, { ...sent, idem })).text, slowed.text)
  assert.equal((await ledger.post('/v1/consents', early, { ...sent, idem: 'early' })).text, recorded.text)
  assert.equal(await ledger.size(), size + 1)
  // Another address stands for the minute that has passed.
  const reply = await ledger.post('/v1/consents', late, { ...page(), idem })
  assert.equal(reply.status, 201)
  assert.deepEqual(types(reply.json.receipt.events), ['ConsentGiven', 'ConsentRefused'])
})

test('an item of a page needs no idempotencyKey, one of a server does', async () => {
  const items = yeses(2)
  const ofPage = await ledger.post('/v1/consents/batch', { items }, page())
  const ofServer = await ledger.post('/v1/consents/batch', { items }, { idem: null })
  assert.deepEqual([...ofPage.json.results, ...ofServer.json.results].map(({ status }) => status), [201, 201, 400, 400]) // prettier-ignore
})

test('a server is never counted', async () => {
  const items = times(700, () => ({ idempotencyKey: crypto.randomUUID(), ...consent(cookie(), [yes]) }))
  const { json } = await ledger.post('/v1/consents/batch', { items }, { idem: null })
  assert.ok(json.results.every(({ status }) => status === 201))
})
