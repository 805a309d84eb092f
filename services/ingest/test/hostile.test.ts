// Whatever is sent, the answer is a problem of the caller's, never a fault of ours, and no value comes back in it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { consent, email, openLedger, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const routes = [
  '/v1/consents',
  '/v1/withdrawals',
  '/v1/objections',
  '/v1/contacts',
  '/v1/notice-views',
  '/v1/consents/batch',
  '/v1/preferences/lookup',
]
const canary = 'canary-7f3a'
const sale = {
  seller: 'campo-sas',
  category: 'stay',
  addressCollectedThen: true,
  refusalOffered: ['news'],
  refused: ['news'],
  reference: 'R-1',
}
const valid = () => [
  consent(email(), [yes]),
  { subject: email(), purposes: ['news'], method: { kind: 'email-link' }, evidence: { note: 'x' } },
  { subject: email(), kind: 'sale', sale },
]
/** A valid body with one of its parts replaced by anything. */
const mutated = fc
  .tuple(
    fc.constantFrom(0, 1, 2),
    fc.constantFrom('subject', 'notice', 'choices', 'occurredAt', 'method', 'evidence', 'purposes', 'items', 'act', 'kind', 'sale'),
    fc.jsonValue({ maxDepth: 4 }),
  )
  .map(([which, part, value]) => ({ ...valid()[which], [part]: value }))

test('no body earns a 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), fc.oneof(mutated, fc.jsonValue()), fc.boolean(), async (route, body, dryRun) => {
      const { status, text } = await ledger.post(dryRun ? `${route}?dryRun=true` : route, body)
      assert.ok(status < 500, `${route} ${status} ${text}`)
    }),
    { numRuns: 300 },
  )
})

test('what was sent is never repeated in a problem', async () => {
  const places = [
    consent({ identifiers: [{ scheme: 'email', value: canary }] }, [yes]),
    consent({ identifiers: [{ scheme: canary, value: 'x' }] }, [yes]),
    consent(email(), [{ purpose: canary, decision: 'given' }]),
    consent(email(), [{ purpose: 'news', decision: canary }]),
    consent(email(), [yes], { method: { kind: canary } }),
    consent(email(), [yes], { notice: { id: canary, version: 1, language: 'fr' } }),
    consent(email(), [yes], { evidence: { ip: canary } }),
    consent(email(), [yes], { evidence: { note: `${canary} 4111111111111111` } }),
    consent(email(), [yes], { occurredAt: canary }),
  ]
  const sold = (over: object) => ({ subject: email(), kind: 'sale', sale: { ...sale, ...over } })
  const contacts = [
    sold({ reference: `${canary} 4111111111111111` }),
    sold({ refusalOffered: [canary] }),
    { subject: email(), kind: canary },
  ]
  for (const [path, body] of [
    ...places.map((body) => ['/v1/consents', body] as const),
    ...contacts.map((body) => ['/v1/contacts', body] as const),
    ['/v1/objections', { subject: email(), purposes: [canary] }] as const,
  ]) {
    const { status, text } = await ledger.post(path, body)
    assert.ok(status >= 400 && status < 500, text)
    assert.equal(text.includes(canary), false, text)
  }
})
