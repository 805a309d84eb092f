// The services apart, two of each that may be two: what a caller of one ledger in one process relies on holds whichever of them is asked.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { readCatalogueFile } from '@consent-ledger/edge'
import { Apart, eventually, notReady } from '../harness/apart.ts'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { request, signUp, type LedgerProcess, type Reply } from '../harness/ledger.ts'
import { openPostgres, type Postgres } from '../harness/postgres.ts'

let double: EventStoreDouble
let postgres: Postgres
let apart: Apart
let [a, b, reports, first, second, sequencer]: LedgerProcess[] = []

before(async () => {
  double = await startEventStoreDouble()
  postgres = await openPostgres()
  apart = new Apart({ eventStoreUrl: double.url, databaseUrl: await postgres.newDatabase() })
  const { code, output } = await apart.bootstrap()
  assert.equal(code, 0, output)
  const services = ['ingest', 'ingest', 'reports', 'projector', 'projector', 'sequencer'] as const
  ;[a, b, reports, first, second, sequencer] = await Promise.all(services.map((service) => apart.start(service)))
})
after(async () => {
  await apart.end()
  await double.stop()
  await postgres.close()
})

const at = (one: LedgerProcess | undefined): string => one?.url ?? assert.fail('it runs')
const secret = (): string => apart.keys.sites['huttopia-fr']?.secret ?? ''
const post = (one: LedgerProcess | undefined, path: string, idempotencyKey: string, body: object, key = secret()): Promise<Reply> =>
  request(at(one), 'POST', path, { key, idempotencyKey, body })
const asAdmin = (one: LedgerProcess | undefined, method: string, path: string, body?: object): Promise<Reply> =>
  request(at(one), method, path, { key: apart.keys.operators.admin, ...(body === undefined ? {} : { body }) })
const asLegal = (path: string, body?: object): Promise<Reply> =>
  request(at(reports), body === undefined ? 'GET' : 'POST', path, {
    key: apart.keys.operators.legal,
    ...(body === undefined ? {} : { body }),
  })
const answerOf = async (subjectId: string): Promise<string | undefined> => {
  const { json } = await asLegal('/v1/answers?purpose=commercial-mail&limit=1000')
  return json.answers.find((answer) => answer.subjectId === subjectId && answer.channel === 'email')?.answer
}

test('each serves its own part of the contract, and what the machines that watch it ask', async () => {
  const pathsOf = async (one: LedgerProcess | undefined): Promise<string[]> => {
    const { text } = await request(at(one), 'GET', '/openapi.json')
    return Object.keys((JSON.parse(text) as { paths: object }).paths)
  }
  const [ofIngest, ofReports, ofProjector] = [await pathsOf(a), await pathsOf(reports), await pathsOf(first)]
  assert.ok(ofIngest.includes('/v1/consents') && !ofIngest.includes('/v1/answers'))
  assert.ok(ofReports.includes('/v1/answers') && !ofReports.includes('/v1/consents'))
  assert.deepEqual(
    ofProjector.filter((path) => path.startsWith('/v1')),
    [],
  )
  for (const one of [a, b, reports, first, second, sequencer]) {
    assert.equal((await request(at(one), 'GET', '/docs/')).status, 200)
    await eventually(() => notReady({ url: at(one) }), (names) => names.length === 0) // prettier-ignore
  }
  assert.match((await request(at(first), 'GET', '/metrics')).text, /^ledger_projector_lag_seconds \d/m)
})

test('a second sequencer on the same log ends and says why', { timeout: 120_000 }, async () => {
  const { code, output } = await apart.launch('sequencer/src/main.ts').ended
  assert.equal(code, 70, output)
  assert.match(output, /DATA_LOCKED: /)
})

test('the line of one event: given at one, told again by the other, withdrawn there, proved by the third', async () => {
  const given = await post(a, '/v1/consents', 'line-given', signUp('anna.martin@example.org'))
  assert.equal(given.status, 201, given.text)
  const again = await post(b, '/v1/consents', 'line-given', signUp('anna.martin@example.org'))
  assert.deepEqual([again.status, again.headers.get('idempotency-replayed'), again.json.receipt], [200, 'true', given.json.receipt])
  const other = await post(b, '/v1/consents', 'line-given', signUp('ben.roche@example.org'))
  assert.deepEqual([other.status, other.json.code], [409, 'IDEMPOTENCY_CONFLICT'])
  const { subjectId } = given.json.receipt
  await eventually(() => answerOf(subjectId), (answer) => answer === 'given') // prettier-ignore
  const subject = { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] }
  const withdrawn = await post(b, '/v1/withdrawals', 'line-withdrawn', { subject, purposes: ['commercial-mail'] })
  assert.deepEqual([withdrawn.status, withdrawn.json.receipt?.subjectId], [201, subjectId], withdrawn.text)
  const proof = await asLegal(`/v1/subjects/${subjectId}/proofs`, { reason: 'A dispute' })
  assert.equal(proof.status, 201, proof.json.code)
  assert.deepEqual(
    proof.json.proof.events.map(({ type }) => type),
    ['ConsentGiven', 'ConsentWithdrawn'],
  )
  await eventually(() => answerOf(subjectId), (answer) => answer === 'withdrawn') // prettier-ignore
})

test('two ingests that race on one person make one subject and one event for each key', async () => {
  const people = Array.from({ length: 12 }, () => `${randomUUID()}@example.org`)
  for (const address of people) {
    const keys = [randomUUID(), randomUUID(), randomUUID()]
    const replies = await Promise.all(keys.flatMap((key) => [a, b].map((one) => post(one, '/v1/consents', key, signUp(address)))))
    const receipts = replies.map(({ status, text, json }) => (status === 201 || status === 200 ? json.receipt : assert.fail(text)))
    for (const n of keys.keys()) {
      assert.deepEqual(receipts[2 * n], receipts[2 * n + 1], 'the same act has the same receipt everywhere')
      assert.ok(replies.slice(2 * n, 2 * n + 2).some(({ status }) => status === 201))
    }
    const [subjectId, ...others] = new Set(receipts.map((receipt) => receipt.subjectId))
    assert.deepEqual(others, [])
    const { json } = await asLegal(`/v1/subjects/${subjectId}/events`)
    const recorded = new Set(receipts.flatMap(({ events }) => events.map(({ id }) => id)))
    assert.deepEqual(new Set(json.events.map(({ id }) => id)), recorded)
    assert.equal(json.events.length, keys.length)
  }
})

test('what one ingest changes in the catalogue the other knows at once; a revocation soon', async () => {
  const file = await readCatalogueFile(new URL('../../examples/huttopia/catalogue.yaml', import.meta.url).pathname)
  const [site] = file.sites
  assert.ok(site)
  const sites = [...file.sites, { ...site, id: 'huttopia-de', name: 'Huttopia Deutschland' }]
  const applied = await asAdmin(a, 'PUT', '/v1/catalogue', { ...file, sites })
  assert.equal(applied.status, 200, applied.text)
  const issued = await asAdmin(b, 'POST', '/v1/sites/huttopia-de/keys', {})
  assert.equal(issued.status, 201, issued.text)
  const withNewKey = (one: LedgerProcess | undefined): Promise<Reply> =>
    post(one, '/v1/consents', randomUUID(), signUp('ben.roche@example.org'), issued.json.secret)
  assert.equal((await withNewKey(a)).status, 201)
  const revoked = await asAdmin(b, 'DELETE', `/v1/sites/huttopia-de/keys/${issued.json.id}`)
  assert.equal(revoked.status, 200, revoked.text)
  assert.equal((await withNewKey(b)).status, 401)
  await eventually(() => withNewKey(a), ({ status }) => status === 401) // prettier-ignore
})

test('a rebuild asked of reports is done by a projector', async () => {
  const counts = async () => (await asLegal('/v1/activity')).json
  const before = await eventually(counts, ({ asOf, activity }) => asOf !== null && activity.length > 0)
  const { subjectId } = (await post(a, '/v1/consents', randomUUID(), signUp('zoe.blanc@example.org'))).json.receipt
  const asked = await asAdmin(reports, 'POST', '/v1/projections/rebuild')
  assert.equal(asked.status, 202, asked.text)
  await eventually(() => answerOf(subjectId), (answer) => answer === 'given') // prettier-ignore
  const after = await eventually(counts, ({ asOf }) => asOf !== null)
  const total = (rows: { count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0)
  assert.ok(total(after.activity) > total(before.activity))
  await eventually(() => notReady({ url: at(reports) }), (names) => names.length === 0) // prettier-ignore
})

test('each stops in order when it is told to', async () => {
  for (const one of [a, b, reports, first, second, sequencer]) {
    const ended = await one?.stop()
    assert.equal(ended?.code, 0, ended?.output)
    assert.doesNotMatch(ended?.output ?? '', /example\.org/)
  }
})
