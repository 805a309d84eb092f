// The document that the schemas make: every route of this service, named, with an example.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLedger } from './ledger.ts'

const expected = {
  '/v1/consents': ['post recordConsent'],
  '/v1/consents/batch': ['post recordBatch'],
  '/v1/withdrawals': ['post recordWithdrawal'],
  '/v1/objections': ['post recordObjection'],
  '/v1/contacts': ['post recordContact'],
  '/v1/notice-views': ['post recordNoticeView'],
  '/confirm/{token}': ['get showConfirmation', 'post confirm'],
  '/v1/notices/{id}': ['get readNotice'],
  '/v1/preferences/lookup': ['post lookUpPreferences'],
  '/v1/catalogue': ['put applyCatalogue'],
  '/v1/sites/{id}/keys': ['post issueSiteKeys', 'get listSiteKeys'],
  '/v1/sites/{id}/keys/{keyId}': ['delete revokeSiteKeys'],
  '/v1/operators': ['post addOperator', 'get listOperators'],
  '/v1/operators/{id}': ['delete revokeOperator'],
}

type Operation = { operationId: string; requestBody?: { content: Record<string, { example?: unknown }> } }

test('the items of a batch are documented as the acts that they may be', async () => {
  const ledger = await openLedger()
  const { text } = await ledger.send('GET', '/openapi.json')
  const found = /"items":\{"anyOf":\[\{"type":"object","properties":\{"idempotencyKey"/.test(text)
  assert.ok(found)
  for (const act of ['withdrawal', 'objection', 'contact', 'notice-view']) assert.match(text, new RegExp(`"act":\\{[^}]*"${act}"`))
  assert.ok(text.includes('"enum":["sale","click","reply","login","visit","call"]'))
  await ledger.close()
})

test('operationIds are stable and every body of an act has an example', async () => {
  const ledger = await openLedger()
  const { text } = await ledger.send('GET', '/openapi.json')
  const { openapi, paths } = JSON.parse(text) as { openapi: string; paths: Record<string, Record<string, Operation>> }
  assert.match(openapi, /^3\.1/)
  for (const [path, operations] of Object.entries(expected)) {
    const found = Object.entries(paths[path] ?? {}).map(([method, { operationId }]) => `${method} ${operationId}`)
    assert.deepEqual(found.sort(), [...operations].sort(), path)
  }
  for (const path of [
    '/v1/consents',
    '/v1/consents/batch',
    '/v1/withdrawals',
    '/v1/objections',
    '/v1/contacts',
    '/v1/notice-views',
    '/v1/preferences/lookup',
    '/v1/operators',
  ]) {
    assert.ok(paths[path]?.['post']?.requestBody?.content['application/json']?.example, path)
  }
  await ledger.close()
})
