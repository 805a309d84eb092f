// POST /v1/consents: what a person chose is recorded as one act, and answered with a receipt that is always the same.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { campo } from './catalogue.ts'
import { consent, cookie, both, email, flagsOf, no, noAds, openLedger, stateOf, types, yes, start, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

test('a receipt says what was recorded and where the person now stands', async () => {
  const reply = await ledger.post('/v1/consents', consent(email(), [yes, noAds]))
  assert.equal(reply.status, 201, reply.text)
  const { receipt } = reply.json
  assert.equal(receipt.controller, 'campo')
  assert.equal(receipt.site, 'campo-fr')
  assert.equal(receipt.status, 'recorded')
  assert.deepEqual(
    receipt.events.map(({ type, purpose, stream, revision }) => ({ type, purpose, stream, revision })),
    [
      { type: 'ConsentGiven', purpose: 'news', stream: `subject-${receipt.subjectId}`, revision: '0' },
      { type: 'ConsentRefused', purpose: 'ads', stream: `subject-${receipt.subjectId}`, revision: '1' },
    ],
  )
  assert.deepEqual(
    receipt.state.map((row) => `${row.purpose} ${row.channel} ${row.state}`),
    ['news email given', 'news sms given', 'ads web refused'],
  )
  assert.equal(receipt.state[0]?.until, '2027-12-22T10:00:00.000Z')
  assert.equal('logKeyId' in receipt, false)
})

test('one act is one append: nothing personal stands in its events in the clear', async () => {
  const subject = email('anna.martin')
  const evidence = { ip: '203.0.113.9', pageUrl: 'https://campo.example.org/join', sessionId: 's-77', signals: { gpc: false } }
  const method = { kind: 'phone', collector: { name: 'Centre Appel SARL' } }
  const { json } = await ledger.post('/v1/consents', consent(subject, [yes, noAds], { evidence, method }))
  const events = await ledger.events(json.receipt.subjectId)
  assert.deepEqual(types(events), ['ConsentGiven', 'ConsentRefused'])
  assert.equal(events[0]?.metadata.actId, json.receipt.id)
  assert.equal(events[0]?.metadata.recordedAt, events[1]?.metadata.recordedAt)
  assert.deepEqual(Object.keys(events[0]?.data['evidence'] as object).sort(), ['ip', 'pageUrl', 'sessionId', 'signals'])
  assert.equal(events[1]?.data['identifiers'], undefined)
  const stored = JSON.stringify(events, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  for (const word of ['anna', '203.0.113.9', 'join', 's-77', 'Centre Appel']) assert.equal(stored.includes(word), false, word)
})

test('the same act again: 200, the same bytes, one event; also when the person has since changed their mind and the clock has moved', async () => {
  const idem = randomUUID()
  const subject = email()
  const body = consent(subject, [yes])
  const first = await ledger.post('/v1/consents', body, { idem })
  ledger.later(60_000)
  await ledger.post('/v1/withdrawals', { subject, purposes: 'all' })
  const again = await ledger.post('/v1/consents', body, { idem })
  assert.equal(first.status, 201)
  assert.equal(again.status, 200)
  assert.equal(again.headers['idempotency-replayed'], 'true')
  assert.equal(again.text, first.text)
  assert.equal(types(await ledger.events(first.json.receipt.subjectId)).filter((type) => type === 'ConsentGiven').length, 1)
})

test('the same key with other content: 409, nothing written', async () => {
  const idem = randomUUID()
  const subject = email()
  const first = await ledger.post('/v1/consents', consent(subject, [yes]), { idem })
  const size = await ledger.size()
  const other = await ledger.post('/v1/consents', consent(subject, [no]), { idem })
  assert.equal(other.status, 409)
  assert.equal(other.json.code, 'IDEMPOTENCY_CONFLICT')
  assert.equal(await ledger.size(), size)
  assert.equal(first.status, 201)
})

test('a purpose retired since does not change the answer to a retry', async () => {
  const own = await openLedger()
  const idem = randomUUID()
  const body = consent(email(), [yes])
  const first = await own.post('/v1/consents', body, { idem })
  own.later(1000)
  const catalogue = campo()
  const purposes = catalogue.purposes.map((purpose) => (purpose.id === 'news' ? { ...purpose, retired: '2026-11-01' } : purpose))
  assert.equal((await own.send('PUT', '/v1/catalogue', { key: own.keys.admin, body: { ...catalogue, purposes } })).status, 200)
  assert.equal((await own.post('/v1/consents', consent(email(), [yes]))).json.code, 'PURPOSE_RETIRED')
  const again = await own.post('/v1/consents', body, { idem })
  assert.equal(again.status, 200, again.text)
  assert.equal(again.text, first.text)
  await own.close()
})

test('a renewal is a new event: a change of state is never a duplicate', async () => {
  const subject = email()
  await ledger.post('/v1/consents', consent(subject, [yes]))
  const { json } = await ledger.post('/v1/consents', consent(subject, [yes]))
  assert.equal(stateOf(json.receipt, 'news', 'email'), 'renewed')
  assert.deepEqual(types(await ledger.events(json.receipt.subjectId)), ['ConsentGiven', 'ConsentGiven'])
})

test('a secret key links a device to the account it is named with; a device alone stays its own', async () => {
  const device = cookie()
  const anonymous = await ledger.post('/v1/consents', consent(device, [noAds]))
  const account = await ledger.post('/v1/consents', consent(both(email(), device), [yes]))
  assert.notEqual(anonymous.json.receipt.subjectId, account.json.receipt.subjectId)
  const events = await ledger.events(account.json.receipt.subjectId)
  assert.deepEqual(types(events), ['ConsentGiven', 'IdentityLinked'])
  const [given, link] = events
  const named = (given?.data['identifiers'] as { scheme: string; commitment: string }[] | undefined)?.find(
    ({ scheme }) => scheme === 'cookie',
  )
  assert.equal(link?.data['commitment'], named?.commitment)
  assert.equal(stateOf(account.json.receipt, 'ads', 'web'), undefined)
})

test('IDENTITY_CONFLICT names the schemes; onConflict first records on the first and links nothing', async () => {
  const a = email()
  const b = { identifiers: [{ scheme: 'loyalty-card', value: randomUUID() }] }
  const first = await ledger.post('/v1/consents', consent(a, [yes]))
  await ledger.post('/v1/consents', consent(b, [yes]))
  const size = await ledger.size()
  const conflict = await ledger.post('/v1/consents', consent(both(a, b), [yes]))
  assert.equal(conflict.status, 409)
  assert.equal(conflict.json.code, 'IDENTITY_CONFLICT')
  assert.match(conflict.json.detail, /email, loyalty-card/)
  assert.equal(await ledger.size(), size)
  const forced = await ledger.post('/v1/consents', consent({ ...both(a, b), onConflict: 'first' }, [yes]))
  assert.equal(forced.status, 201, forced.text)
  assert.equal(forced.json.receipt.subjectId, first.json.receipt.subjectId)
  assert.equal(types(await ledger.events(first.json.receipt.subjectId)).includes('IdentityLinked'), false)
})

test('what is refused names the field and its rule, never the value', async () => {
  const cases: [object, number, string, string][] = [
    [{ choises: [] }, 400, 'INVALID_REQUEST', '/choises'],
    [{ choices: [{ purpose: 'nowhere', decision: 'given' }] }, 422, 'UNKNOWN_PURPOSE', '/choices/0/purpose'],
    [{ notice: { ...consent({}, []).notice, version: 7 } }, 422, 'UNKNOWN_NOTICE', '/notice'],
    [{ choices: [{ purpose: 'orders', decision: 'given' }] }, 422, 'NOT_A_CONSENT_PURPOSE', '/choices/0/purpose'],
    [{ choices: [{ purpose: 'old', decision: 'given' }] }, 422, 'PURPOSE_RETIRED', '/choices/0/purpose'],
    [{ choices: [{ ...yes, channels: ['post'] }] }, 422, 'CHANNEL_NOT_IN_PURPOSE', '/choices/0/channels'],
    [{ occurredAt: new Date(start + 3_600_000 * 24).toISOString() }, 400, 'OCCURRED_AT_AHEAD', '/occurredAt'],
    [
      { subject: { identifiers: [{ scheme: 'email', value: 'secret-nonsense' }] } },
      422,
      'IDENTIFIER_INVALID',
      '/subject/identifiers/0/value',
    ],
    [
      { subject: { identifiers: [{ scheme: 'nickname', value: 'secret-nonsense' }] } },
      422,
      'IDENTIFIER_INVALID',
      '/subject/identifiers/0/scheme',
    ],
    [{ evidence: { note: 'card 4111 1111 1111 1111' } }, 422, 'PAYMENT_DATA_REFUSED', '/evidence/note'],
    [{ evidence: { signals: { iban: 'FR76 3000 6000 0112 3456 7890 189' } } }, 422, 'PAYMENT_DATA_REFUSED', '/evidence/signals/iban'],
    [{ method: { kind: 'phone', collector: { name: '4111111111111111' } } }, 422, 'PAYMENT_DATA_REFUSED', '/method/collector/name'],
  ]
  for (const [over, status, code, pointer] of cases) {
    const size = await ledger.size()
    const reply = await ledger.post('/v1/consents', consent(email(), [yes], over))
    assert.equal(reply.status, status, `${code} ${reply.text}`)
    assert.equal(reply.json.code, code)
    assert.equal(reply.json.errors[0]?.pointer, pointer)
    assert.doesNotMatch(reply.text, /nowhere|secret-nonsense|4111|3000 6000/)
    assert.equal(await ledger.size(), size)
  }
})

test('identifiers are not looked at for payment data', async () => {
  const subject = { identifiers: [{ scheme: 'customer', value: '4111111111111111' }] }
  assert.equal((await ledger.post('/v1/consents', consent(subject, [yes]))).status, 201)
})

const imported = (method: object) => ({ subject: email(), choices: [yes], occurredAt: '2025-12-01T10:00:00Z', method })

test('an import needs its source and no notice, and its word counts as imported', async () => {
  const source = { system: 'old-crm', exportedAt: '2026-01-02T03:04:05+02:00', fileSha256: 'a'.repeat(64), line: 12 }
  assert.equal((await ledger.post('/v1/consents', imported({ kind: 'import' }))).json.code, 'SOURCE_NEEDED')
  const { status, json, text } = await ledger.post('/v1/consents', imported({ kind: 'import', source }))
  assert.equal(status, 201, text)
  const [event] = await ledger.events(json.receipt.subjectId)
  assert.deepEqual(event?.metadata.writer, { kind: 'import', id: 'campo-fr', trust: 'imported' })
  assert.equal((event?.data['method'] as { source: { exportedAt: string } } | undefined)?.source.exportedAt, '2026-01-02T01:04:05.000Z')
  assert.deepEqual(flagsOf(event), ['late'])
})

test('an e-mail address in two spellings is one person; what half of the identifiers say is not lost', async () => {
  const a = await ledger.post('/v1/consents', consent(email('Marc.Petit'), [yes]))
  const b = await ledger.post('/v1/consents', consent({ identifiers: [{ scheme: 'email', value: ' marc.petit@EXAMPLE.org ' }] }, [yes]))
  assert.equal(a.json.receipt.subjectId, b.json.receipt.subjectId)
})

test('a secret key must send an Idempotency-Key', async () => {
  const reply = await ledger.post('/v1/consents', consent(email(), [yes]), { idem: null })
  assert.equal(reply.status, 400)
  assert.equal(reply.json.code, 'IDEMPOTENCY_KEY_REQUIRED')
})

test('the ledger keeps what it saw itself as the site says, and nothing by default', async () => {
  const plain = await ledger.post('/v1/consents', consent(email(), [yes]), { ip: '198.51.100.7', headers: { 'user-agent': 'Test/1' } })
  assert.equal((await ledger.events(plain.json.receipt.subjectId))[0]?.data['evidence'], undefined)
  const own = await openLedger({ site: 'campo-seen' })
  const seen = await own.post('/v1/consents', consent(email(), [yes]), { ip: '198.51.100.7', headers: { 'user-agent': 'Test/1' } })
  const [event] = await own.events(seen.json.receipt.subjectId)
  assert.deepEqual(Object.keys(event?.data['evidence'] as object), ['observedIp', 'observedUserAgent'])
  await own.close()
})

test('an age band below the age of consent waits for a parent', async () => {
  const method = { kind: 'web-form', actor: { kind: 'self', ageBand: '13' } }
  const { json } = await ledger.post('/v1/consents', consent(email(), [yes], { method }))
  assert.equal(stateOf(json.receipt, 'news', 'email'), 'requested')
  assert.equal('confirmation' in json, false)
})
