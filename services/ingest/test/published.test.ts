// ?wait=published: the proof inside the answer. The act never depends on it, and who does not wait pays nothing for it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { leafBytes, LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { PublishedLog } from '@consent-ledger/logfiles'
import { SealedLog } from '@consent-ledger/logfiles/conformance'
import { parseProofFile, verifyProofFile } from '@consent-ledger/tlog'
import { publishing } from '../src/act/published.ts'
import { origin } from './catalogue.ts'
import { consent, cookie, email, no, noAds, openLedger, yes, type Body, type Reply, type Sent, type TestLedger } from './ledger.ts'

const purposes = ['news']

describe('an act for whose publication somebody waits', () => {
  let ledger: TestLedger
  const sealed = new SealedLog()
  before(async () => {
    ledger = await openLedger({ sealed })
  })
  after(() => ledger.close())

  /** Posts, and seals as soon as it is recorded. */
  const posted = async (url: string, body: unknown, sent?: Sent): Promise<Reply> => {
    const recorded = await ledger.size()
    const posting = ledger.post(url, body, sent)
    while ((await ledger.size()) === recorded) await setImmediate()
    await sealed.seal(ledger.deps.store)
    return posting
  }
  const verify = async ({ receipt, proofs }: Body): Promise<void> => {
    const events = new Map((await ledger.events(receipt.subjectId)).map((event) => [event.id, event]))
    assert.deepEqual(
      proofs.map(({ eventId }) => eventId),
      receipt.events.map(({ id }) => id),
    )
    for (const { eventId, leafIndex, proof } of proofs) {
      const file = parseProofFile(proof)
      assert.equal(leafIndex, file.index.toString())
      verifyProofFile(file, { leaf: leafBytes(events.get(eventId) ?? assert.fail()), log: sealed.verifiers() })
    }
  }

  test('is answered with a proof of each of its events, which binds whoever signed it', async () => {
    const { status, json } = await posted('/v1/consents?wait=published', consent(email(), [yes, noAds]))
    assert.deepEqual([status, json.receipt.status, json.proofs.length], [201, 'recorded', 2])
    await verify(json)
  })

  test('may be a withdrawal', async () => {
    const { status, json } = await posted('/v1/withdrawals?wait=published', { subject: email(), purposes })
    assert.equal(status, 201)
    await verify(json)
  })

  test('may be an objection or a contact', async () => {
    for (const [url, body] of [
      ['/v1/objections?wait=published', { subject: email(), purposes: 'marketing' }],
      ['/v1/contacts?wait=published', { subject: email(), kind: 'click' }],
    ] as const) {
      const { status, json } = await posted(url, body)
      assert.equal(status, 201)
      await verify(json)
    }
  })

  test('is answered the same when it is sent again', async () => {
    const body = consent(email(), [yes])
    const idem = randomUUID()
    const first = await posted('/v1/consents?wait=published', body, { idem })
    await posted('/v1/consents', consent(email(), [yes]))
    const again = await ledger.post('/v1/consents?wait=published', body, { idem })
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [200, 'true'])
    assert.deepEqual(again.json, first.json)
  })

  test('has the proofs of its noes beside the problem of its yeses', async () => {
    const { status, json } = await posted('/v1/consents?wait=published', consent(email(), [{ purpose: 'orders', decision: 'given' }, no]))
    assert.deepEqual([status, json.proofs.length], [422, 1])
    await verify(json)
  })

  test('tells a page nothing by a proof that its receipt does not tell', async () => {
    const sent = { key: ledger.keys.publishable, headers: { origin } }
    const { status, json } = await ledger.post('/v1/withdrawals?wait=published', { subject: email(), purposes }, sent)
    assert.equal(status, 201)
    assert.deepEqual(Object.keys(json), ['receipt'])
    assert.deepEqual(Object.keys(json.receipt), ['id', 'recordedAt', 'status'])
  })

  test('is one act: a batch and other words than `published` are refused', async () => {
    assert.equal((await ledger.post('/v1/consents/batch?wait=published', { items: [] })).status, 400)
    assert.equal((await ledger.post('/v1/consents?wait=sequenced', consent(email(), [yes]))).status, 400)
  })

  test('names the key of the log in its receipt, as every notice does', async () => {
    const { json } = await ledger.post('/v1/consents', consent(email(), [yes]))
    assert.equal(json.receipt.logKeyId, `${sealed.key.name}+${sealed.key.id}`)
    const notice = await ledger.send('GET', '/v1/notices/news-form?language=fr')
    assert.equal(notice.json.logKey, sealed.key.vkey)
  })
})

describe('a log that gives no proof', () => {
  let ledger: TestLedger
  const sealed = new SealedLog()
  before(async () => {
    ledger = await openLedger({ sealed })
  })
  after(() => ledger.close())
  const quickly = { patience: 0, every: 1 }
  const recorded = async (): Promise<RecordedEvent[]> =>
    ledger.events((await ledger.post('/v1/consents', consent(email(), [yes]))).json.receipt.subjectId)
  /** The log over files that do what `read` does. */
  const over = (read: (path: string) => Promise<Uint8Array | null>) => ({
    ...ledger.deps,
    log: new PublishedLog({ read }, () => [sealed.key.vkey]),
  })

  test('is waited for no longer than patience lasts, and costs the act nothing', async () => {
    const proofs = publishing(ledger.deps, quickly)
    assert.equal(await proofs.size(), 0n)
    assert.deepEqual(await proofs.of({ told: await recorded(), replayed: false }, 0n), [])
  })

  test('whose files are away is no reason to turn an act away', async () => {
    const away = over(() => Promise.reject(new LedgerError('STORE_UNAVAILABLE', 'The disk is away.')))
    const proofs = publishing(away, quickly)
    assert.equal(await proofs.size(), undefined)
    assert.deepEqual(await proofs.of({ told: await recorded(), replayed: false }, undefined), [])
  })

  test('that is not there at all is not waited for', async () => {
    const proofs = publishing({ ...ledger.deps, log: null })
    assert.deepEqual(await proofs.of({ told: await recorded(), replayed: false }, await proofs.size()), [])
  })

  test('is looked at once for all who wait, and never for who does not', async () => {
    let looks = 0
    const counted = over(async (path) => {
      if (path === 'checkpoint') looks++
      return sealed.files.read(path)
    })
    const proofs = publishing(counted, quickly)
    const told = [await recorded(), await recorded(), await recorded()]
    assert.equal(looks, 0)
    await Promise.all(told.map((events) => proofs.of({ told: events, replayed: false }, 0n)))
    assert.equal(looks, 1)
  })

  test('an old act that is sent again does not wait for what will not come', async () => {
    const told = await recorded()
    ledger.later(120_000)
    const proofs = publishing(ledger.deps, { patience: 3_600_000, every: 1 })
    assert.deepEqual(await proofs.of({ told, replayed: true }, 0n), [])
  })
})

test('without a log a receipt and a notice name no key', async () => {
  const ledger = await openLedger()
  const { json } = await ledger.post('/v1/consents?wait=published', consent(cookie(), [yes]))
  assert.deepEqual([json.receipt.logKeyId, json.proofs], [undefined, undefined])
  assert.equal((await ledger.send('GET', '/v1/notices/news-form?language=fr')).json.logKey, undefined)
  await ledger.close()
})
