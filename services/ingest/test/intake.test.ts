// What was turned away enters the log, an event for each hour in which there was any.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controllerStream } from '@consent-ledger/domain'
import { reportIntake } from '../src/intake.ts'
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
  await reportIntake(ledger.deps, ledger.app.turnedAway, start)
  await reportIntake(ledger.deps, ledger.app.turnedAway, start + 3_600_000)
  const found = await reports(ledger)
  assert.equal(found.length, 1)
  assert.deepEqual(found[0]?.data, {
    hour: '2026-11-22T10:00:00.000Z',
    counts: [
      { site: 'campo-fr', route: '/v1/consents', code: 'UNKNOWN_PURPOSE', count: 1 },
      { site: 'campo-fr', route: '/v1/consents', code: 'NOT_A_CONSENT_PURPOSE', count: 1 },
      { route: '/v1/consents', code: 'UNAUTHENTICATED', count: 1 },
      { site: 'campo-fr', route: '/v1/consents/batch', code: 'IDEMPOTENCY_KEY_REQUIRED', count: 2 },
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
  await assert.rejects(reportIntake(broken, ledger.app.turnedAway, start))
  await reportIntake(ledger.deps, ledger.app.turnedAway, start)
  assert.equal((await reports(ledger)).length, 1)
  await ledger.close()
})
