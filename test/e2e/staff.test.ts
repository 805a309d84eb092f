// The legal team and the administrator at work: a proof, who looked at it, a rebuild while others read, a key taken back at once.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { eventually } from '../harness/apart.ts'
import { LedgerProcess, place, request, signUp, type Body, type Reply } from '../harness/ledger.ts'

const where = place()
let ledger: LedgerProcess
let site: string
before(async () => {
  ledger = await LedgerProcess.start(where.data)
  site = ledger.keys.sites['huttopia-fr']?.secret ?? ''
})
after(async () => {
  await ledger.stop()
  where.remove()
})

type Role = keyof LedgerProcess['keys']['operators']
const as = (role: Role, method: string, path: string, body?: unknown): Promise<Reply> =>
  request(ledger.url, method, path, { key: ledger.keys.operators[role], ...(body === undefined ? {} : { body }) })
const post = (path: string, body: unknown): Promise<Reply> =>
  request(ledger.url, 'POST', path, { key: site, idempotencyKey: randomUUID(), body })
const email = (value: string): object => ({ identifiers: [{ scheme: 'email', value }] })

test('from the visitor’s answer to the proof, and the proof is an event and an access', async () => {
  const evidence = { ip: '203.0.113.9', userAgent: 'Mozilla/5.0', pageUrl: 'https://europe.huttopia.com/newsletter' }
  await post('/v1/consents', signUp('anna.martin@example.org', { evidence }))
  await post('/v1/withdrawals', { subject: email('Anna.Martin@EXAMPLE.org'), purposes: ['commercial-mail'] })
  const found = await as('legal', 'POST', '/v1/subjects/lookup', email('anna.martin@example.org'))
  const person = `/v1/subjects/${found.json.subjectId}`
  const plain = await as('auditor', 'GET', `${person}/events?view=plain&language=fr`)
  assert.ok(plain.json.events.every(({ words }) => words))
  const reply = await as('legal', 'POST', `${person}/proofs`, { reason: 'Dispute 42' })
  assert.equal(reply.status, 201, reply.text)
  const { proof } = reply.json
  assert.deepEqual(
    proof.events.map(({ revision, type }) => [revision, type]),
    [
      ['0', 'ConsentGiven'],
      ['1', 'ConsentWithdrawn'],
    ],
  )
  assert.equal(proof.identifiers[0]?.value, 'anna.martin@example.org')
  assert.ok(JSON.stringify(proof.events).includes('203.0.113.9'))
  const after = await as('dpo', 'GET', `${person}/events`)
  assert.equal(after.json.events.at(-1)?.type, 'ProofIssued')
  assert.doesNotMatch(after.text, /Dispute 42|anna/i)
  const { accesses } = (await as('dpo', 'GET', `${person}/accesses`)).json
  assert.deepEqual(
    accesses
      .map(({ role, purpose }) => `${role} ${purpose}`)
      .toReversed()
      .slice(0, 4),
    ['legal lookup', 'auditor events', 'legal proof', 'dpo events'],
  )
})

test('a role does what it may and no more', async () => {
  const { json } = await post('/v1/consents', signUp('marc.petit@example.org'))
  const person = `/v1/subjects/${json.receipt.subjectId}`
  const may: [Role, string, string, unknown][] = [
    ['marketing', 'GET', `${person}/state`, undefined],
    ['marketing', 'POST', `${person}/proofs`, { reason: 'x' }],
    ['auditor', 'POST', `${person}/proofs`, { reason: 'x' }],
    ['admin', 'POST', '/v1/subjects/lookup', email('marc.petit@example.org')],
    ['legal', 'PUT', '/v1/catalogue', {}],
    ['legal', 'POST', '/v1/operators', { name: 'x', roles: ['admin'] }],
    ['dpo', 'POST', '/v1/consents', signUp('marc.petit@example.org')],
  ]
  for (const [role, method, path, body] of may) assert.equal((await as(role, method, path, body)).status, 403, `${role} ${method} ${path}`)
})

const compared = ({ subjectId, purpose, channel, answer }: Body['answers'][number]): string =>
  [subjectId, purpose, channel, answer].join(' ')
const everyAnswer = async (): Promise<Body['answers']> => {
  const all: Body['answers'] = []
  for (let next: string | null = ''; next !== null;) {
    const reply: Reply = await as('legal', 'GET', `/v1/answers?limit=50${next === '' ? '' : `&after=${encodeURIComponent(next)}`}`)
    all.push(...reply.json.answers)
    ;({ next } = reply.json)
  }
  return all
}
/** Waits for the read model by its own word, never by the clock. */
const level = async (): Promise<void> => {
  const before = Date.now()
  await eventually(
    () => as('legal', 'GET', '/v1/answers?limit=1'),
    ({ json: { asOf } }) => asOf !== null && Date.parse(asOf) > before,
  )
}

test('a rebuild while requests go on ends with the same answers', { timeout: 120_000 }, async () => {
  for (let n = 0; n < 120; n++) await post('/v1/consents', signUp(`visitor-${n}@example.org`))
  await level()
  const before = await everyAnswer()
  assert.ok(before.length >= 240)
  const enough = new AbortController()
  const load = async (n: number): Promise<number> => {
    let times = 0
    for (; !enough.signal.aborted; times++) {
      // The same answers of the same people again: renewals change nothing of what is compared.
      const [posted, read] = await Promise.all([
        post('/v1/consents', signUp(`visitor-${(n + times) % 120}@example.org`)),
        as('legal', 'GET', '/v1/answers?limit=10'),
      ])
      assert.deepEqual([posted.status, read.status], [201, 200])
    }
    return times
  }
  const loads = [load(0), load(40), load(80)]
  for (let times = 0; times < 3; times++) assert.equal((await as('admin', 'POST', '/v1/projections/rebuild')).status, 202)
  await level()
  enough.abort()
  assert.ok((await Promise.all(loads)).every((times) => times > 0))
  await level()
  assert.deepEqual((await everyAnswer()).map(compared).sort(), before.map(compared).sort())
})

test('keys of an operator and of a site are worth nothing from the moment they are taken back', async () => {
  const { id, key } = (await as('admin', 'POST', '/v1/operators', { name: 'Jeanne Moreau', roles: ['legal'] })).json
  const look = (): Promise<Reply> => request(ledger.url, 'POST', '/v1/subjects/lookup', { key, body: email('anna.martin@example.org') })
  assert.equal((await look()).status, 200)
  assert.equal((await as('admin', 'DELETE', `/v1/operators/${id}`)).status, 200)
  assert.equal((await look()).status, 401)
  const pair = (await as('admin', 'POST', '/v1/sites/huttopia-fr/keys', {})).json
  const write = (): Promise<Reply> =>
    request(ledger.url, 'POST', '/v1/consents', { key: pair.secret, idempotencyKey: randomUUID(), body: signUp('lea.roux@example.org') })
  assert.equal((await write()).status, 201)
  assert.equal((await as('admin', 'DELETE', `/v1/sites/huttopia-fr/keys/${pair.id}`)).status, 200)
  assert.equal((await write()).status, 401)
  assert.equal((await post('/v1/consents', signUp('lea.roux@example.org'))).status, 201, 'the other pair goes on')
})
