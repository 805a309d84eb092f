// The exact text of a notice, and the token by which the ledger knows that it served it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { newsText } from './catalogue.ts'
import { consent, email, flagsOf, no, notice, openLedger, types, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const get = (query: string, headers = {}) => ledger.send('GET', `/v1/notices/news-form?${query}`, { headers })

test('public, readable by any page, with its SHA-256 and the purposes it shows', async () => {
  const { status, json, headers } = await get('language=fr', { origin: 'https://anywhere.example' })
  assert.equal(status, 200)
  assert.equal(headers['access-control-allow-origin'], '*')
  assert.equal(json.text, newsText)
  assert.equal(json.sha256, createHash('sha256').update(newsText).digest('hex'))
  assert.deepEqual(json.purposes[0], { id: 'news', version: 1, title: 'Offres', description: 'Offres de Campo' })
})

test('an ETag spares sending it again', async () => {
  const first = await get('language=fr')
  const again = await get('language=fr', { 'if-none-match': String(first.headers['etag']) })
  assert.equal(again.status, 304)
  assert.equal(again.text, '')
})

test('no such language, version or notice: 404; no language: 400', async () => {
  for (const query of ['language=de', 'language=fr&version=2']) assert.equal((await get(query)).status, 404)
  assert.equal((await ledger.send('GET', '/v1/notices/nothing?language=fr')).status, 404)
  assert.equal((await get('')).status, 400)
  assert.equal((await get('language=fr&version=0')).status, 400)
})

const shown = async (decision: object, over: object, showing: string) => {
  const { json, status } = await ledger.post('/v1/consents', consent(email(), [decision], { ...over, notice: { ...notice, showing } }))
  assert.equal(status, 201)
  const [event] = await ledger.events(json.receipt.subjectId)
  const flags = (flagsOf(event) ?? []) as string[]
  return {
    showing: (event?.data['notice'] as { showing?: boolean } | undefined)?.showing ?? false,
    flagged: flags.includes('showing-not-ours'),
  }
}
const [ours, notOurs] = [
  { showing: true, flagged: false },
  { showing: false, flagged: true },
] as const

test('a showing of ours is noted in the event; one that is not is flagged and costs nothing', async () => {
  const { showing } = (await get('language=fr')).json
  assert.deepEqual(await shown(yes, {}, showing), ours)
  const foreign = [showing.replace(/.$/, (sign) => (sign === '0' ? '1' : '0')), 'nonsense', (await get('language=en')).json.showing]
  for (const token of foreign) for (const decision of [yes, no]) assert.deepEqual(await shown(decision, {}, token), notOurs)
})

test('a showing counts for acts of the 24 hours after it, however late they are sent, and for none before it', async () => {
  const served = ledger.deps.clock()
  const at = (hours: number) => ({ occurredAt: new Date(served + hours * 3_600_000).toISOString() })
  const { showing } = (await get('language=fr')).json
  ledger.later(3_600_000 * 30)
  const { showing: fresh } = (await get('language=fr')).json
  assert.deepEqual(await shown(yes, at(0), showing), ours)
  assert.deepEqual(await shown(yes, at(24), showing), ours)
  assert.deepEqual(await shown(yes, at(25), showing), notOurs)
  assert.deepEqual(await shown(yes, {}, showing), notOurs)
  assert.deepEqual(await shown(yes, at(0), fresh), notOurs)
  assert.deepEqual(await shown(yes, {}, fresh), ours)
})

test('a clock behind by no more than the skew limit does not put the act before its showing', async () => {
  ledger.later(3_600_000 - (ledger.deps.clock() % 3_600_000) + 1000)
  const { showing } = (await get('language=fr')).json
  assert.deepEqual(await shown(yes, { occurredAt: new Date(ledger.deps.clock() - 60_000).toISOString() }, showing), ours)
})

test('a notice view is recorded apart from any answer, and an unknown one is refused', async () => {
  const { status, json } = await ledger.post('/v1/notice-views', { subject: email(), notice })
  assert.equal(status, 201)
  assert.deepEqual(types(await ledger.events(json.receipt.subjectId)), ['NoticeShown'])
  assert.deepEqual(json.receipt.state, [])
  assert.equal((await ledger.post('/v1/notice-views', { subject: email(), notice: { ...notice, version: 4 } })).json.code, 'UNKNOWN_NOTICE')
})
