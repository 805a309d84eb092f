// Dossiers: given a person's streams in the published log, when a dossier is asked for, then this zip, and the same one again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { leafBytes } from '@consent-ledger/domain'
import { DossierReport } from '@consent-ledger/proof'
import { openNote, parseProofFile, parseVkey, verifyProofFile } from '@consent-ledger/tlog'
import type { ReadModel } from '@consent-ledger/readmodel'
import { unzipSync } from 'fflate'
import { chooseForm } from '../src/accept.ts'
import { cookie, email, keyOf, openWorld, type World } from './world.ts'
import { instead } from './projecting.ts'

const anna = email('anna.martin@example.org')
type Asked = { as?: string; body?: object; headers?: Record<string, string> }

const ask = (world: World, subjectId: string, { as = 'legal', body = { reason: 'dispute 42' }, headers = {} }: Asked = {}) => {
  world.tick.now += 1000
  return world.app.inject({
    method: 'POST',
    url: `/v1/subjects/${subjectId}/proofs`,
    headers: { authorization: `Bearer ${keyOf(as)}`, accept: 'application/zip', ...headers },
    payload: body,
  })
}
const textIn = (zip: Uint8Array, path: string): string => Buffer.from(unzipSync(zip)[path] ?? assert.fail(`no ${path}`)).toString('utf8')
const reportIn = (zip: Uint8Array): DossierReport => DossierReport.parse(JSON.parse(textIn(zip, 'report.json')))
const statementIn = (world: World, zip: Uint8Array): string =>
  openNote(textIn(zip, 'completeness.note'), [parseVkey(world.log.statementKey.vkey)]).text

describe('dossier', () => {
  let world: World
  let subjectId: string
  let deviceId: string
  before(async () => {
    world = await openWorld()
    const device = await world.act({ identifiers: [cookie('c-1')], said: 'no', evidence: { ip: '203.0.113.9' } })
    deviceId = device.target.subjectId
    const yes = await world.act({ identifiers: [anna, cookie('c-1')], said: 'yes', evidence: { ip: '203.0.113.77' } })
    subjectId = yes.target.subjectId
    await world.log.seal(world.store)
    await world.act({ identifiers: [anna], said: 'no' })
    await world.log.seal(world.store)
  })
  after(() => world.close())

  test('holds each event as its exact leaf, with a proof that a stranger accepts', async () => {
    const reply = await ask(world, subjectId)
    assert.deepEqual([reply.statusCode, reply.headers['content-type']], [201, 'application/zip'])
    const events = (await world.events(subjectId)).filter(({ type }) => type !== 'ProofIssued')
    for (const event of events) {
      const folder = `events/${event.revision}`
      assert.equal(textIn(reply.rawPayload, `${folder}/leaf.json`), Buffer.from(leafBytes(event)).toString('utf8'))
      const file = parseProofFile(textIn(reply.rawPayload, `${folder}/proof.tlog-proof`))
      verifyProofFile(file, { leaf: leafBytes(event), log: world.log.verifiers() })
    }
    const { proof } = reportIn(reply.rawPayload)
    assert.equal(reply.headers['content-disposition'], `attachment; filename="proof-${proof.id}.zip"`)
    assert.equal(proof.lastRevision, String(events.length - 1))
  })

  test('carries the stream of a device whole, and opens of it only what the person named too', async () => {
    const { rawPayload: zip } = await ask(world, subjectId)
    const device = `subject-${deviceId}`
    assert.match(statementIn(world, zip), new RegExp(`^stream ${device} 0 0$`, 'm'))
    const { identifiers, fields } = JSON.parse(textIn(zip, `streams/${device}/0/disclosures.json`))
    assert.deepEqual([identifiers[0].value, fields], ['c-1', {}])
    assert.deepEqual(
      reportIn(zip).streams.map(({ reason }) => reason),
      ['own', 'device'],
    )
  })

  test('another person whom the same identifiers reach is a count and a reason', async () => {
    const card = { scheme: 'customer', kind: 'account', value: '4711' } as const
    const guest = await world.act({ identifiers: [email('guest@example.org'), card], said: 'yes' })
    for (const { linkId } of guest.target.links) await world.vault.unlink(guest.target.subjectId, linkId)
    const marc = await world.act({ identifiers: [email('marc.petit@example.org'), card], said: 'yes' })
    await world.log.seal(world.store)
    const { rawPayload: zip } = await ask(world, guest.target.subjectId)
    assert.deepEqual(reportIn(zip).others, [{ count: 1, reason: 'account' }])
    assert.match(statementIn(world, zip), /^others 1 account$/m)
    assert.ok(!Buffer.from(zip).includes(marc.target.subjectId))
  })

  test('the same request makes the same bytes, whatever was said and published since', async () => {
    const headers = { 'idempotency-key': 'once' }
    const first = await ask(world, subjectId, { headers })
    await world.act({ identifiers: [anna, cookie('c-3')], said: 'yes' })
    await world.act({ identifiers: [cookie('c-3')], said: 'no' })
    await world.log.seal(world.store)
    const again = await ask(world, subjectId, { headers })
    assert.deepEqual([again.statusCode, again.headers['idempotency-replayed']], [200, 'true'])
    assert.ok(again.rawPayload.equals(first.rawPayload))
    const document = await ask(world, subjectId, { headers: { ...headers, accept: 'application/json' } })
    assert.equal(JSON.parse(document.body).proof.id, reportIn(first.rawPayload).proof.id)
  })

  test('what is not yet published is counted, not shown', async () => {
    await world.log.seal(world.store)
    await world.act({ identifiers: [anna], said: 'no' })
    const { rawPayload: zip } = await ask(world, subjectId)
    const report = reportIn(zip)
    assert.equal(report.unpublished, 1)
    assert.match(statementIn(world, zip), new RegExp(`^stream subject-${subjectId} \\d+ 1$`, 'm'))
    assert.ok(report.missing.some(({ code }) => code === 'not-published'))
    const carried = Object.keys(unzipSync(zip)).filter((path) => /^events\/\d+\/leaf\.json$/.test(path))
    assert.equal(carried.length, Number(report.proof.lastRevision) + 1)
  })

  test('without identifiers nobody is looked for, and the statement says so', async () => {
    await world.log.seal(world.store)
    const { rawPayload: zip } = await ask(world, subjectId, { body: { reason: 'r', open: [] } })
    assert.match(statementIn(world, zip), /^others unknown identifiers-closed$/m)
    assert.deepEqual(reportIn(zip).proof.otherSubjects, null)
    for (const secret of ['anna.martin', '203.0.113.77']) assert.ok(!Buffer.from(zip).includes(secret))
  })

  test('the event names nobody whom the identifiers reached', async () => {
    await ask(world, subjectId)
    const issued = (await world.events(subjectId)).at(-1)
    assert.equal(issued?.type, 'ProofIssued')
    assert.equal(typeof issued?.data['treeSize'], 'string')
    assert.ok(!JSON.stringify(issued?.data).includes(deviceId))
  })

  test('the verdict is given at each date that was asked', async () => {
    const at = new Date(world.tick.now - 500).toISOString()
    const { rawPayload: zip } = await ask(world, subjectId, { body: { reason: 'r', to: at, from: '2026-01-01T00:00:00Z' } })
    const { verdicts, proof } = reportIn(zip)
    assert.deepEqual(
      verdicts.map((verdict) => verdict.at),
      ['2026-01-01T00:00:00.000Z', at, proof.issuedAt],
    )
  })
})

test('a proof from before the first tree head has no dossier, and says what to do', async () => {
  const world = await openWorld()
  const { target } = await world.act({ identifiers: [anna], said: 'yes' })
  const headers = { 'idempotency-key': 'early' }
  assert.equal((await ask(world, target.subjectId, { headers: { ...headers, accept: 'application/json' } })).statusCode, 201)
  await world.log.seal(world.store)
  const late = await ask(world, target.subjectId, { headers })
  assert.deepEqual([late.statusCode, JSON.parse(late.body).code], [406, 'NOT_ACCEPTABLE'])
  assert.match(JSON.parse(late.body).detail, /another Idempotency-Key/)
  await world.close()
})

test('the form is the one that is wanted most, JSON where nothing is said', () => {
  const forms = ['application/json', 'application/zip'] as const
  const chosen = (accept?: string): string => chooseForm(accept, forms, 'neither')
  assert.equal(chosen(), 'application/json')
  assert.equal(chosen(''), 'application/json')
  assert.equal(chosen('*/*'), 'application/json')
  assert.equal(chosen('application/zip'), 'application/zip')
  assert.equal(chosen('application/zip;q=0.5, application/json;q=0.4'), 'application/zip')
  assert.equal(chosen('application/zip, */*;q=0.1'), 'application/zip')
  assert.equal(chosen('application/json;q=0, application/*'), 'application/zip')
  for (const accept of ['text/html', 'application/zip;q=0', 'application/zip;q=0.000, text/*'])
    assert.throws(() => chosen(accept), { code: 'NOT_ACCEPTABLE' })
})

test('whatever the read model says of places, a dossier shows every event below its tree', async () => {
  const hints = { of: (_: string): bigint | null => null }
  const readModelOver = (readModel: ReadModel): ReadModel => instead(readModel, { leafIndexOf: async (stream) => hints.of(stream) })
  const world = await openWorld({ readModelOver })
  const { target, events } = await world.act({ identifiers: [anna], said: 'yes' })
  const [given = assert.fail()] = events
  const others = Array.from({ length: 66_000 }, (_, n) => ({ id: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`, type: 'RequestNoted', data: {}, metadata: given.metadata })) // prettier-ignore
  await world.store.append('request-many', -1n, others)
  await world.log.seal(world.store)
  for (const [n, lie] of [(): null => null, (): bigint => 7n, (): bigint => 10n ** 9n].entries()) {
    hints.of = lie
    const told = await ask(world, target.subjectId)
    assert.equal(told.statusCode, 201, `lie ${n}`)
    // The tries before are on record, after the tree that this dossier shows.
    const { proof, unpublished } = reportIn(told.rawPayload)
    assert.deepEqual([proof.lastRevision, unpublished], ['0', n])
  }
  await world.close()
})
