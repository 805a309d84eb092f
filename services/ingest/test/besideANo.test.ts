// What stands beside a no in a wrong form costs only itself; beside a yes it is refused as ever.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { consent, email, flagsOf, no, openLedger, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const method = { kind: 'web-form', workflow: 'Not An Id', layer: 12 }
const evidence = {
  ip: 'unknown',
  note: 'x'.repeat(2001),
  pageUrl: 'https://campo.example.org/bye',
  signals: { '06 12 34 56 78': 'x', gpc: true },
}
const dropped = ['/method/layer', '/method/workflow', '/evidence/ip', '/evidence/note', '/evidence/signals']
const withdrawal = (over: object) => ({ subject: email(), purposes: ['news'], ...over })

test('a withdrawal and a refusal are recorded without what broke its bound or pattern, and the answer says so, also the second time', async () => {
  for (const [path, body] of [
    ['/v1/withdrawals', withdrawal({ method, evidence })],
    ['/v1/consents', consent(email(), [no, { purpose: 'ads', decision: 'dismissed' }], { method, evidence })],
  ] as const) {
    const idem = randomUUID()
    const reply = await ledger.post(path, body, { idem })
    assert.equal(reply.status, 201, reply.text)
    assert.deepEqual(reply.json.dropped.toSorted(), dropped.toSorted())
    const [event] = await ledger.events(reply.json.receipt.subjectId)
    assert.deepEqual(event?.data['method'], { kind: 'web-form' })
    assert.deepEqual(Object.keys(event?.data['evidence'] as object), ['pageUrl', 'signals'])
    assert.deepEqual((flagsOf(event) as string[]).slice(0, 2), ['evidence-dropped', 'method-dropped'])
    assert.equal((await ledger.post(path, body, { idem })).text, reply.text)
  }
})

test('a method that means nothing without the field goes with it', async () => {
  const { json } = await ledger.post('/v1/withdrawals', withdrawal({ method: { kind: 'popup', layer: 1 } }))
  assert.deepEqual(json.dropped, ['/method'])
  assert.deepEqual(flagsOf((await ledger.events(json.receipt.subjectId))[0]), ['method-dropped'])
})

test('the same in a batch and in a dry run', async () => {
  const items = [{ idempotencyKey: 'a', act: 'withdrawal', ...withdrawal({ evidence }) }, { idempotencyKey: 'b', ...consent(email(), [no], { method }) }, { idempotencyKey: 'c', ...consent(email(), [yes], { method }) }] // prettier-ignore
  const { json } = await ledger.post('/v1/consents/batch', { items }, { idem: null })
  assert.deepEqual(
    json.results.map(({ status }) => status),
    [201, 201, 400],
  )
  const rehearsed = await ledger.post('/v1/withdrawals?dryRun=true', withdrawal({ evidence: { ip: 'unknown' } }))
  assert.deepEqual([rehearsed.status, rehearsed.json.dropped], [200, ['/evidence/ip']])
})

test('everything else stays refused: a yes, an unknown field, a form that is wrong elsewhere, a wrong query', async () => {
  const { method: _, ...bare } = consent(email(), [yes, no])
  for (const [path, body] of [
    ['/v1/consents', { ...bare, method }],
    ['/v1/consents', consent(email(), [no], { evidence: { ...evidence, nots: 'x' } })],
    ['/v1/consents', consent(email(), [{ ...no, purpose: 'NEWS' }], { evidence })],
    ['/v1/withdrawals', withdrawal({ evidence, porpoises: [] })],
    ['/v1/withdrawals', withdrawal({ evidence: 'none' })],
    ['/v1/withdrawals?dryrun=true', withdrawal({ evidence })],
    ['/v1/withdrawals?dryrun=true', withdrawal({})],
  ] as const) {
    const reply = await ledger.post(path, body)
    assert.deepEqual([reply.status, reply.json.code], [400, 'INVALID_REQUEST'], path)
  }
})
