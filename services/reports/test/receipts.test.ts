// The proof of a receipt: who gets it, in which form, and that a stranger's check accepts it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { randomUUID } from 'node:crypto'
import { controllerStream, iso, leafBytes } from '@consent-ledger/domain'
import { hashKey } from '@consent-ledger/edge'
import { lastRevisionOf } from '@consent-ledger/logfiles'
import { parseProofFile, verifyProofFile } from '@consent-ledger/tlog'
import { ProvenEvents } from '../src/schemas/receipts.ts'
import { Accesses } from '../src/schemas/subjects.ts'
import { instead } from './projecting.ts'
import { cookie, email, openWorld, start, type Acted, type World } from './world.ts'

const anna = email('anna.martin@example.org')
const siteKey = 'sk_'.padEnd(43, 's')
const otherSiteKey = 'sk_'.padEnd(43, 'o')
const pageKey = 'pk_'.padEnd(43, 'p')

/** A site of campo with a key of each kind, as far as the edge looks at it. */
const withSite = async ({ store }: World, site: string, keys: Record<string, 'secret' | 'publishable'>): Promise<void> => {
  const stream = controllerStream('campo')
  const metadata = { schemaVersion: 1, recordedAt: iso(start + 500), writer: { kind: 'operator', id: 'admin', trust: 'operator' }, actId: randomUUID() } as const // prettier-ignore
  const registered = { id: site, name: site, origins: ['https://campo.example.org'], manageConsentLink: true }
  const facts = [
    { type: 'SiteRegistered', data: { ...registered, capture: { ip: 'none', userAgent: false } } },
    ...Object.entries(keys).map(([key, kind]) => ({
      type: 'SiteKeyIssued',
      data: { site, keyId: randomUUID(), kind, sha256: hashKey(key) },
    })),
  ]
  await store.append(
    stream,
    await lastRevisionOf(store, stream),
    facts.map((fact) => ({ id: randomUUID(), ...fact, metadata })),
  )
}

const proofOf = async (world: World, receiptId: string, key: string, { query = '', accept = '*/*' } = {}) => {
  const headers = { authorization: `Bearer ${key}`, accept, origin: 'https://campo.example.org' }
  return world.ask('GET', `/v1/receipts/${receiptId}/proof${query}`, 'nobody', undefined, headers)
}

describe('the proof of a receipt', () => {
  let world: World
  let acted: Acted
  before(async () => {
    world = await openWorld()
    await withSite(world, 'campo-fr', { [siteKey]: 'secret', [pageKey]: 'publishable' })
    await withSite(world, 'campo-be', { [otherSiteKey]: 'secret' })
    acted = await world.act({ identifiers: [anna, cookie('c-1')], said: 'yes' })
  })
  after(() => world.close())

  test('is not there until a published head covers it: 503, and when to ask again', async () => {
    const { status, headers, json } = await proofOf(world, acted.target.actId, siteKey)
    assert.deepEqual([status, headers['retry-after'], Object(json).code], [503, '2', 'NOT_PUBLISHED'])
    await world.log.seal(world.store)
  })

  test('is a .tlog-proof of the first event, which the check of a stranger accepts', async () => {
    const { status, headers, text } = await proofOf(world, acted.target.actId.toUpperCase(), siteKey)
    assert.deepEqual([status, headers['content-type'], headers['cache-control']], [200, 'text/plain; charset=utf-8', 'no-store'])
    const [first] = acted.events
    assert.ok(first)
    verifyProofFile(parseProofFile(text), { leaf: leafBytes(first), log: world.log.verifiers() })
  })

  test('is of all events, with their leaves, for who takes JSON', async () => {
    const { json } = await proofOf(world, acted.target.actId, siteKey, { accept: 'application/json' })
    const { events } = ProvenEvents.parse(json)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['ConsentGiven', 'IdentityLinked'],
    )
    for (const [n, { leaf, proof, leafIndex }] of events.entries()) {
      const file = parseProofFile(proof)
      verifyProofFile(file, { leaf: Buffer.from(leaf, 'utf8'), log: world.log.verifiers() })
      assert.equal(leafIndex, file.index.toString())
      assert.deepEqual(Buffer.from(leaf, 'utf8'), Buffer.from(leafBytes(acted.events[n] ?? assert.fail())))
    }
  })

  test('is of the event that is named; of one of another act there is none', async () => {
    const linked = acted.events[1]?.id
    const { text } = await proofOf(world, acted.target.actId, siteKey, { query: `?event=${linked}` })
    verifyProofFile(parseProofFile(text), { leaf: leafBytes(acted.events[1] ?? assert.fail()), log: world.log.verifiers() })
    assert.equal((await proofOf(world, acted.target.actId, siteKey, { query: `?event=${randomUUID()}` })).status, 404)
    assert.equal((await proofOf(world, acted.target.actId, siteKey, { query: '?event=first' })).status, 400)
  })

  test('has two forms and no third', async () => {
    assert.equal((await proofOf(world, acted.target.actId, siteKey, { accept: 'application/zip' })).status, 406)
    assert.equal((await proofOf(world, acted.target.actId, siteKey, { accept: 'text/*' })).status, 200)
  })

  test('is for the staff of its controller, who are noted as having looked', async () => {
    const { actId, subjectId } = acted.target
    for (const role of ['legal', 'dpo', 'auditor', 'all'])
      assert.equal((await world.ask('GET', `/v1/receipts/${actId}/proof`, role)).status, 200, role)
    assert.equal((await world.ask('GET', `/v1/receipts/${actId}/proof`, 'marketing')).status, 403)
    const { accesses } = Accesses.parse((await world.ask('GET', `/v1/subjects/${subjectId}/accesses`, 'dpo')).json)
    assert.equal(accesses.filter(({ purpose }) => purpose === 'receipt').length, 4)
  })

  test('answers the same for what is another site’s, another controller’s, and nowhere', async () => {
    const { actId } = acted.target
    const answers = [
      await proofOf(world, actId, otherSiteKey),
      await world.ask('GET', `/v1/receipts/${actId}/proof`, 'other'),
      await proofOf(world, randomUUID(), siteKey),
      await proofOf(world, 'nothing', siteKey),
      await world.ask('GET', `/v1/receipts/${randomUUID()}/proof`, 'legal'),
    ]
    const told = answers.map(({ status, json }) => [status, Object(json).code, Object(json).detail])
    assert.deepEqual(new Set(told.map((answer) => JSON.stringify(answer))).size, 1)
    assert.equal(told[0]?.[0], 404)
  })

  test('is not for pages: their keys only write', async () => {
    assert.equal((await proofOf(world, acted.target.actId, pageKey)).status, 403)
  })

  test('keeps holding under its first head when the log has grown', async () => {
    const before = await proofOf(world, acted.target.actId, siteKey)
    await world.act({ identifiers: [anna], said: 'no' })
    await world.log.seal(world.store)
    assert.equal((await proofOf(world, acted.target.actId, siteKey)).text, before.text)
  })

  test('a hint of the read model that is wrong misleads nobody', async () => {
    const misled = await openWorld({ readModelOver: (readModel) => instead(readModel, { leafIndexOf: async () => 1n }) })
    const { target, events } = await misled.act({ identifiers: [anna], said: 'yes' })
    await misled.log.seal(misled.store)
    const { text } = await misled.ask('GET', `/v1/receipts/${target.actId}/proof`, 'legal')
    verifyProofFile(parseProofFile(text), { leaf: leafBytes(events[0] ?? assert.fail()), log: misled.log.verifiers() })
    await misled.close()
  })
})
