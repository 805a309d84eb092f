// A banner's key from end to end: a page of the site, a page of somebody else, and what a browser may not say.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LedgerProcess, place, request, type Reply } from '../harness/ledger.ts'

const where = place()
const origin = 'https://europe.huttopia.com'
const cookie = [{ scheme: 'cookie', value: '9f2c6d0e' }]
let ledger: LedgerProcess
before(async () => void (ledger = await LedgerProcess.start(where.data)))
after(async () => {
  await ledger.stop()
  where.remove()
})

const banner = (showing?: string, over: object = {}): object => ({
  subject: { identifiers: cookie },
  notice: { id: 'cookie-banner', version: 1, language: 'fr', ...(showing === undefined ? {} : { showing }) },
  choices: [
    { purpose: 'audience-measurement', decision: 'given' },
    { purpose: 'personalised-ads', decision: 'dismissed' },
  ],
  method: { kind: 'banner', control: 'accept-all', layer: 1, presentation: 'banner-a' },
  ...over,
})
const post = (path: string, body: unknown, from: string | null = origin): Promise<Reply> =>
  request(ledger.url, 'POST', path, {
    key: ledger.keys.sites['huttopia-fr']?.publishable ?? '',
    body,
    headers: from === null ? {} : { origin: from },
  })

test('the page shows the published text, posts the answer, and may read the receipt', async () => {
  const preflight = await request(ledger.url, 'OPTIONS', '/v1/consents', {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    },
  })
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/)
  const notice = await request(ledger.url, 'GET', '/v1/notices/cookie-banner?language=fr', { headers: { origin } })
  assert.equal(notice.headers.get('access-control-allow-origin'), '*')
  const reply = await post('/v1/consents', banner(notice.json.showing))
  assert.equal(reply.status, 201, reply.text)
  assert.equal(reply.headers.get('access-control-allow-origin'), origin)
  assert.match(reply.headers.get('access-control-expose-headers') ?? '', /Idempotency-Replayed/i)
  const { subjectId } = reply.json.receipt
  const { json } = await request(ledger.url, 'GET', `/v1/subjects/${subjectId}/state`, { key: ledger.keys.operators.legal })
  const stateOf = (wanted: string): string | undefined => json.states.find(({ purpose }) => purpose === wanted)?.state
  assert.deepEqual([stateOf('audience-measurement'), stateOf('personalised-ads')], ['given', 'refused'])
})

test('from another page, or from none, nothing is taken', async () => {
  for (const from of ['https://elsewhere.example.org', 'null', null]) {
    const reply = await post('/v1/consents', banner(), from)
    assert.deepEqual([reply.status, reply.json.code], [403, 'ORIGIN_NOT_ALLOWED'])
    assert.equal(reply.headers.get('access-control-allow-origin'), null)
  }
})

test('a yes in somebody’s name is refused, a no is taken and tells nothing about them', async () => {
  const identifiers = [{ scheme: 'email', value: 'anna.martin@example.org' }]
  const yes = await post('/v1/consents', banner(undefined, { subject: { identifiers } }))
  assert.deepEqual([yes.status, yes.json.code], [422, 'IDENTIFIER_NEEDS_SECRET_KEY'])
  const no = await post('/v1/withdrawals', { subject: { identifiers }, purposes: ['commercial-mail'] })
  assert.equal(no.status, 201, no.text)
  assert.deepEqual(Object.keys(no.json.receipt).sort(), ['id', 'recordedAt', 'status'])
})

test('it may only write', async () => {
  assert.equal((await post('/v1/preferences/lookup', { subject: { identifiers: cookie } })).status, 403)
  assert.equal((await post('/v1/subjects/lookup', { identifiers: cookie })).status, 403)
})
