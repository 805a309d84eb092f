// POST /v1/objections: a person objects (GDPR Art. 21). Never turned away, never limited, for everybody whom the identifiers reach.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { origin } from './catalogue.ts'
import { both, consent, cookie, email, flagsOf, openLedger, start, stateOf, types, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const objection = (subject: unknown, over: object = {}) => ({ subject, purposes: ['news'], ...over })
const object = (subject: unknown, over: object = {}, sent: object = {}) => ledger.post('/v1/objections', objection(subject, over), sent)
const loyalty = () => ({ identifiers: [{ scheme: 'loyalty-card', value: randomUUID() }] })
const look = async (subject: unknown) => (await ledger.post('/v1/preferences/lookup', { subject }, { idem: null })).json
const page = () => ({ key: ledger.keys.publishable, headers: { origin }, idem: null })

test('needs no notice and no history; "marketing" is every marketing purpose on whatever basis, each with its own', async () => {
  const { status, json } = await object(email(), { purposes: 'marketing', channels: ['email'], method: { kind: 'email-link' } })
  assert.equal(status, 201)
  const events = await ledger.events(json.receipt.subjectId)
  assert.deepEqual(
    events.map(({ type, data }) => [type, data['purpose'], data['basis']]),
    [
      ['ObjectionRecorded', 'news', 'consent'],
      ['ObjectionRecorded', 'ads', 'consent'],
      ['ObjectionRecorded', 'club', 'consent'],
      ['ObjectionRecorded', 'old', 'consent'],
      ['ObjectionRecorded', 'prospects', 'legitimate-interest'],
    ],
  )
  assert.deepEqual(events[0]?.data['method'], { kind: 'email-link' })
  assert.ok(events[0]?.data['identifiers'])
})

test('a consent that was given stays as it was said; the receipt and the lookup tell the objection over it', async () => {
  const person = email()
  await ledger.post('/v1/consents', consent(person, [yes]))
  const { json } = await object(person, { channels: ['email'] })
  assert.deepEqual(
    json.receipt.state.map(({ purpose, channel, state, objected }) => [purpose, channel, state, objected]),
    [
      ['news', 'email', 'given', true],
      ['news', 'sms', 'given', undefined],
    ],
  )
  const known = await look(person)
  assert.deepEqual(
    known.objections.map(({ purpose }) => purpose),
    ['news'],
  )
  assert.equal(known.objections[0]?.purpose, 'news')
})

test('a later yes by the person lifts it in the same append; by a page or from a file it does not', async () => {
  const [person, device] = [email(), cookie()]
  await object(both(person, device))
  const source = { system: 'crm', exportedAt: '2026-01-01T00:00:00Z', fileSha256: 'a'.repeat(64), line: 1 }
  const imported = await ledger.post('/v1/consents', { subject: person, choices: [yes], method: { kind: 'import', source } })
  assert.deepEqual(types(imported.json.receipt.events), ['ConsentGiven'])
  const anonymous = await ledger.post('/v1/consents', consent(device, [yes]), page())
  assert.deepEqual(types(anonymous.json.receipt.events), ['ConsentGiven'])
  assert.equal((await look(person)).objections.length, 2)
  const given = await ledger.post('/v1/consents', consent(person, [yes]))
  assert.deepEqual(types(given.json.receipt.events), ['ConsentGiven', 'ObjectionLifted'])
  assert.equal((await look(person)).objections.length, 0)
  assert.equal(stateOf(given.json.receipt, 'news', 'email'), 'renewed')
})

test('a confirmed yes lifts it in the append of the confirmation', async () => {
  const person = email()
  await object(person, { purposes: ['club'] })
  const { json } = await ledger.post('/v1/consents', consent(person, [{ purpose: 'club', decision: 'given' }]))
  assert.equal((await look(person)).objections.length, 1)
  ledger.later(1000)
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  assert.equal((await ledger.send('POST', new URL(json.confirmation.url).pathname, form)).status, 200)
  const events = await ledger.events(json.receipt.subjectId)
  assert.deepEqual(types(events), ['ObjectionRecorded', 'ConsentRequested', 'ConsentConfirmed', 'ObjectionLifted'])
  assert.equal((await look(person)).objections.length, 0)
})

test('to a purpose that is no marketing it is recorded too; only an id that never existed is refused, and the others stand', async () => {
  const { status, json } = await object(email(), { purposes: ['orders', 'zzz'] })
  assert.equal(status, 422)
  assert.deepEqual([json.code, json.errors.map(({ pointer }) => pointer)], ['UNKNOWN_PURPOSE', ['/purposes/1']])
  const [event] = await ledger.events(json.receipt.subjectId)
  assert.deepEqual([event?.type, event?.data['basis']], ['ObjectionRecorded', 'contract'])
  assert.equal((await object(email(), { purposes: ['zzz'] })).status, 422)
})

test('it reaches every subject that its identifiers reach, and none of them is merged', async () => {
  const [person, card, device] = [email(), loyalty(), cookie()]
  const reached: string[] = []
  for (const one of [person, card, device]) reached.push((await ledger.post('/v1/consents', consent(one, [yes]))).json.receipt.subjectId)
  const idem = randomUUID()
  const reply = await object(both(person, card, device), {}, { idem })
  assert.equal(reply.status, 201, reply.text)
  assert.deepEqual(reply.json.receipts.map(({ subjectId }) => subjectId).sort(), reached.toSorted())
  for (const subjectId of reached) {
    const last = (await ledger.events(subjectId)).at(-1)
    assert.deepEqual([last?.type, flagsOf(last)], ['ObjectionRecorded', ['identity-conflict']])
  }
  const again = await object(both(person, card, device), {}, { idem })
  assert.deepEqual([again.status, again.text], [200, reply.text])
})

test('a linked device has its own objection beside its account', async () => {
  const [person, device] = [email(), cookie()]
  const own = await ledger.post('/v1/consents', consent(device, [yes]))
  await ledger.post('/v1/consents', consent(both(person, device), [yes]))
  const { json } = await object(both(person, device))
  assert.equal(json.receipts.length, 2)
  assert.equal((await ledger.events(own.json.receipt.subjectId)).at(-1)?.type, 'ObjectionRecorded')
})

test('what would cost a yes its place is a flag or the field alone: retired, odd channel, clock ahead, payment data, a wrong form', async () => {
  const { status, json } = await object(email(), {
    purposes: ['old'],
    channels: ['post'],
    occurredAt: new Date(start + 86_400_000).toISOString(),
    method: { kind: 'web-form', layer: 12 },
    evidence: { note: 'IBAN FR76 3000 6000 0112 3456 7890 189', ip: 'unknown', pageUrl: 'https://campo.example.org/bye' },
  })
  assert.equal(status, 201)
  assert.deepEqual(json.dropped.toSorted(), ['/evidence/ip', '/evidence/note', '/method/layer'])
  const [event] = await ledger.events(json.receipt.subjectId)
  assert.deepEqual(flagsOf(event), ['clock-ahead', 'evidence-dropped', 'method-dropped', 'purpose-retired', 'channel-not-in-purpose'])
  assert.deepEqual(Object.keys(event?.data['evidence'] as object), ['pageUrl'])
})

test('by a page it may name anybody, is never limited, and its receipt tells nothing', async () => {
  const person = email()
  const { subjectId } = (await ledger.post('/v1/consents', consent(person, [yes]))).json.receipt
  const sent = { ...page(), ip: '198.51.100.77' }
  const yeses = Array.from({ length: 600 }, () => consent(cookie(), [yes]))
  await ledger.post('/v1/consents/batch', { items: yeses }, sent)
  assert.equal((await ledger.post('/v1/consents', consent(cookie(), [yes]), sent)).status, 429)
  for (const subject of [person, both(person, cookie())]) {
    const reply = await object(subject, {}, sent)
    assert.equal(reply.status, 201, reply.text)
    assert.deepEqual([Object.keys(reply.json), Object.keys(reply.json.receipt)], [['receipt'], ['id', 'recordedAt', 'status']])
  }
  assert.deepEqual(types(await ledger.events(subjectId)), ['ConsentGiven', 'ObjectionRecorded', 'ObjectionRecorded'])
})

test('the same again is one act; a withdrawal under its key is another content', async () => {
  const idem = randomUUID()
  const body = objection(email())
  const first = await ledger.post('/v1/objections', body, { idem })
  const again = await ledger.post('/v1/objections', body, { idem })
  assert.deepEqual([first.status, again.status, again.headers['idempotency-replayed']], [201, 200, 'true'])
  assert.equal(again.text, first.text)
  assert.equal((await ledger.post('/v1/withdrawals', body, { idem })).json.code, 'IDEMPOTENCY_CONFLICT')
  assert.equal((await ledger.post('/v1/objections', body, { idem: null })).json.code, 'IDEMPOTENCY_KEY_REQUIRED')
})

test('rehearsed it is answered the same, and nothing is written', async () => {
  const [person, device] = [email(), cookie()]
  for (const one of [person, device]) await ledger.post('/v1/consents', consent(one, [yes]))
  const size = await ledger.size()
  const { status, json } = await ledger.post('/v1/objections?dryRun=true', objection(both(person, device)))
  assert.deepEqual([status, json.receipts.map(({ events }) => types(events)[0])], [200, ['ObjectionRecorded', 'ObjectionRecorded']])
  assert.ok(json.receipt.state.every(({ objected }) => objected))
  assert.equal(await ledger.size(), size)
})

test('an unknown field is refused as everywhere', async () => {
  assert.equal((await object(email(), { porpoises: [] })).status, 400)
  assert.equal((await object(email(), { purposes: 'all' })).status, 400)
})
