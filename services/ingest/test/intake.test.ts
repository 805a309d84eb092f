// What was turned away enters the log, an event for each hour in which there was any.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controllerStream, LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import { reportIntake, type Report } from '../src/intake.ts'
import { consent, email, noAds, openLedger, start, yes } from './ledger.ts'

const reports = async (ledger: Awaited<ReturnType<typeof openLedger>>) =>
  (await ledger.deps.store.readStream(controllerStream('campo'), { after: -1n, limit: 1000 })).filter(
    ({ type }) => type === 'IntakeReported',
  )

test('counted per site, route and code; nothing for an hour without any', async () => {
  const ledger = await openLedger()
  await ledger.post('/v1/consents', consent(email(), [{ purpose: 'zzz', decision: 'given' }]))
  await ledger.post('/v1/consents', consent(email(), [{ purpose: 'orders', decision: 'given' }, noAds]))
  await ledger.post('/v1/consents', consent(email(), [yes]), { key: `sk_${'a'.repeat(43)}` })
  await ledger.post('/v1/consents/batch', { items: [{}, {}] })
  await ledger.post('/v1/objections', { subject: email(), purposes: ['zzz', 'news'] })
  await ledger.post('/v1/contacts', { subject: email(), kind: 'open' })
  await ledger.post('/v1/contacts?dryRun=true', { subject: email(), kind: 'open' })
  await reportIntake(ledger.deps, ledger.app.turnedAway, start, [])
  await reportIntake(ledger.deps, ledger.app.turnedAway, start + 3_600_000, [])
  const found = await reports(ledger)
  assert.equal(found.length, 1)
  assert.deepEqual(found[0]?.data, {
    hour: '2026-11-22T10:00:00.000Z',
    counts: [
      { site: 'campo-fr', route: '/v1/consents', code: 'UNKNOWN_PURPOSE', count: 1 },
      { site: 'campo-fr', route: '/v1/consents', code: 'NOT_A_CONSENT_PURPOSE', count: 1 },
      { route: '/v1/consents', code: 'UNAUTHENTICATED', count: 1 },
      { site: 'campo-fr', route: '/v1/consents/batch', code: 'IDEMPOTENCY_KEY_REQUIRED', count: 2 },
      { site: 'campo-fr', route: '/v1/objections', code: 'UNKNOWN_PURPOSE', count: 1 },
      { site: 'campo-fr', route: '/v1/contacts', code: 'NOT_A_CONTACT', count: 1 },
    ],
  })
  await ledger.close()
})

test('what is left is written at the close', async () => {
  const ledger = await openLedger()
  await ledger.post('/v1/consents', consent(email(), [{ purpose: 'zzz', decision: 'given' }]))
  await ledger.close()
  assert.equal((await reports(ledger)).length, 1)
})

test('a report that cannot be written is not lost', async () => {
  const ledger = await openLedger()
  await ledger.post('/v1/consents', consent(email(), [{ purpose: 'zzz', decision: 'given' }]))
  const broken = {
    ...ledger.deps,
    vault: ledger.deps.vault,
    store: { ...ledger.deps.store, readStream: () => Promise.reject(new Error('down')) } as unknown as typeof ledger.deps.store,
  }
  await assert.rejects(reportIntake(broken, ledger.app.turnedAway, start, []))
  await reportIntake(ledger.deps, ledger.app.turnedAway, start, [])
  assert.equal((await reports(ledger)).length, 1)
  await ledger.close()
})

test('a report that came to stand although it failed is not written twice', async () => {
  const ledger = await openLedger()
  await ledger.post('/v1/consents', consent(email(), [{ purpose: 'zzz', decision: 'given' }]))
  const { store } = ledger.deps
  let reads = 0
  const doubtful: EventStore = {
    append: async (...call) => {
      await store.append(...call)
      throw new LedgerError('OUTCOME_UNKNOWN', 'no answer')
    },
    // What stands is not to be seen before the next report.
    readStream: (...asked) => (reads++ === 0 ? store.readStream(...asked) : Promise.reject(new LedgerError('STORE_UNAVAILABLE', 'away'))),
    readAll: (page) => store.readAll(page),
    subscribeAll: (page, signal) => store.subscribeAll(page, signal),
    head: () => store.head(),
    close: () => store.close(),
  }
  const unsettled: Report[] = []
  await assert.rejects(reportIntake({ ...ledger.deps, store: doubtful }, ledger.app.turnedAway, start, unsettled), {
    code: 'OUTCOME_UNKNOWN',
  })
  assert.equal(unsettled.length, 1)
  await ledger.post('/v1/consents', consent(email(), [{ purpose: 'zzz', decision: 'given' }]))
  await reportIntake(ledger.deps, ledger.app.turnedAway, start + 3_600_000, unsettled)
  assert.deepEqual(unsettled, [])
  assert.deepEqual(
    (await reports(ledger)).map(({ data }) => data['hour']),
    ['2026-11-22T10:00:00.000Z', '2026-11-22T11:00:00.000Z'],
  )
  await ledger.close()
})
