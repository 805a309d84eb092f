// What a dossier may be trusted for: given heads, keys and streams as they were when it was asked for, when it is made, then it states that and nothing more.
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { describe, test, type TestContext } from 'node:test'
import { canonicalJson, controllerStream, iso, ledgerStream, treeHeadsStream, type Fact, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { lastRevisionOf, newestHead } from '@consent-ledger/logfiles'
import { DossierReport } from '@consent-ledger/proof'
import { cosign, generateKey, openNote, parseNote, parsePolicy, parseSkey, parseVkey, type Signer } from '@consent-ledger/tlog'
import { unzipSync } from 'fflate'
import { cookie, email, keyOf, openWorld, type World } from './world.ts'

const anna = email('anna.martin@example.org')
const witness = parseSkey(generateKey('witness.example.org', 0x04).skey)
const policy = parsePolicy(`witness w ${witness.vkey}\nquorum w\n`)

const ask = (world: World, subjectId: string, key: string = randomUUID()) => {
  world.tick.now += 1000
  const headers = { authorization: `Bearer ${keyOf('legal')}`, accept: 'application/zip', 'idempotency-key': key }
  return world.app.inject({ method: 'POST', url: `/v1/subjects/${subjectId}/proofs`, headers, payload: { reason: 'dispute 42' } })
}
const textIn = (zip: Uint8Array, path: string): string => Buffer.from(unzipSync(zip)[path] ?? assert.fail(`no ${path}`)).toString('utf8')
const reportIn = (zip: Uint8Array): DossierReport => DossierReport.parse(JSON.parse(textIn(zip, 'report.json')))

const opened = async (t: TestContext, over: Parameters<typeof openWorld>[0] = {}): Promise<World> => {
  const world = await openWorld(over)
  t.after(() => world.close())
  return world
}

const record = async ({ store }: Pick<World, 'store'>, stream: string, fact: Fact, at: number): Promise<RecordedEvent[]> => {
  const metadata = {
    schemaVersion: 1,
    recordedAt: iso(at),
    writer: { kind: 'system', id: 'ledger', trust: 'system' },
    actId: randomUUID(),
  } as const
  return store.append(stream, await lastRevisionOf(store, stream), [{ id: randomUUID(), ...fact, metadata }])
}

/** The newest head, cosigned on record as the sequencer does. */
const cosigned = async (world: World, signer: Signer = witness): Promise<string> => {
  const head = (await newestHead(world.store)) ?? assert.fail('no head')
  const line = cosign(signer, parseNote(head.note).text, BigInt(Math.floor(world.tick.now / 1000)))
  await record(world, treeHeadsStream, { type: 'TreeHeadCosigned', data: { size: `${head.size}`, signatures: [line] } }, world.tick.now)
  return line
}

describe('cosignatures in a dossier', () => {
  test('are facts where a witness of the configured policy made them', async (t) => {
    const world = await opened(t, { witnesses: policy })
    const { target } = await world.act({ identifiers: [anna], said: 'yes' })
    await world.log.seal(world.store)
    await cosigned(world)
    const { rawPayload: zip } = await ask(world, target.subjectId)
    const { log, missing } = reportIn(zip)
    assert.deepEqual([log.cosignatures.map(({ name }) => name), log.unchecked, log.independentTime], [['witness.example.org'], [], true])
    assert.ok(!missing.some(({ code }) => code === 'NO_INDEPENDENT_TIME'))
    assert.doesNotMatch(textIn(zip, 'report.html'), /<strong>NO_INDEPENDENT_TIME/)
  })

  test('are lines that nobody checked where there is no policy, or another witness made them', async (t) => {
    for (const [witnesses, signer] of [
      [undefined, witness],
      [policy, parseSkey(generateKey('stranger.example.org', 0x04).skey)],
    ] as const) {
      const world = await opened(t, witnesses === undefined ? {} : { witnesses })
      const { target } = await world.act({ identifiers: [anna], said: 'yes' })
      await world.log.seal(world.store)
      await cosigned(world, signer)
      const { rawPayload: zip } = await ask(world, target.subjectId)
      const { log, missing } = reportIn(zip)
      assert.deepEqual([log.cosignatures, log.unchecked, log.independentTime], [[], [signer.name], false])
      assert.equal(missing[0]?.code, 'NO_INDEPENDENT_TIME')
      assert.match(textIn(zip, 'report.html'), /<strong>NO_INDEPENDENT_TIME/)
      assert.match(textIn(zip, 'README.txt'), /NO_INDEPENDENT_TIME/)
    }
  })

  test('of a head behind which another stands come too late for its dossier', async (t) => {
    const world = await opened(t, { witnesses: policy })
    const { target } = await world.act({ identifiers: [anna], said: 'yes' })
    await world.log.seal(world.store)
    const first = await ask(world, target.subjectId, 'once')
    const head = (await newestHead(world.store)) ?? assert.fail('no head')
    await world.act({ identifiers: [anna], said: 'no' })
    await world.log.seal(world.store)
    const line = cosign(witness, parseNote(head.note).text, BigInt(Math.floor(world.tick.now / 1000)))
    await record(world, treeHeadsStream, { type: 'TreeHeadCosigned', data: { size: `${head.size}`, signatures: [line] } }, world.tick.now)
    const again = await ask(world, target.subjectId, 'once')
    assert.ok(again.rawPayload.equals(first.rawPayload))
  })
})

describe('the streams of a dossier', () => {
  test("the controller's and the ledger's are carried whole, keys of sites and counts included", async (t) => {
    const world = await opened(t)
    const { target } = await world.act({ identifiers: [anna], said: 'yes' })
    const key = { type: 'SiteKeyIssued', data: { site: 'campo-fr', keyId: randomUUID(), kind: 'secret', sha256: 'c'.repeat(64) } }
    const counted = {
      type: 'IntakeReported',
      data: { hour: iso(world.tick.now), counts: [{ route: 'consents', code: 'RATE_LIMITED', count: 1 }] },
    }
    for (const fact of [key, counted]) await record(world, controllerStream('campo'), fact, world.tick.now)
    await world.log.seal(world.store)
    const { rawPayload: zip } = await ask(world, target.subjectId)
    const statement = openNote(textIn(zip, 'completeness.note'), [parseVkey(world.log.statementKey.vkey)]).text
    for (const [folder, stream, line] of [
      ['catalogue', controllerStream('campo'), /^catalogue controller-campo 4$/m],
      ['keys', ledgerStream, /^ledger 4$/m],
    ] as const) {
      const events = await world.store.readStream(stream, { after: beginning, limit: 100 })
      assert.match(statement, line)
      for (const { revision, id } of events) assert.equal(JSON.parse(textIn(zip, `${folder}/${revision}/leaf.json`)).id, id)
    }
  })

  test('a device of which nothing is published is counted as reached, and what was reached opens the seal of ProofIssued', async (t) => {
    const world = await opened(t)
    const { target } = await world.act({ identifiers: [anna, cookie('c-1')], said: 'yes' })
    await world.log.seal(world.store)
    const device = await world.act({ identifiers: [cookie('c-1')], said: 'no' })
    const { rawPayload: zip } = await ask(world, target.subjectId)
    const statement = openNote(textIn(zip, 'completeness.note'), [parseVkey(world.log.statementKey.vkey)]).text
    assert.match(statement, /^reached 1 0\nothers 1 device-unpublished$/m)
    assert.deepEqual(reportIn(zip).others, [{ count: 1, reason: 'device-unpublished' }])
    const { value, salt, commitment } = JSON.parse(textIn(zip, 'reached.json'))
    assert.deepEqual(value, { devices: [device.target.subjectId], accounts: 0 })
    const issued = (await world.events(target.subjectId)).at(-1)
    assert.equal(Object(issued?.data['reached']).commitment, commitment)
    const hash = createHash('sha256').update(Buffer.from(salt, 'base64url')).update(canonicalJson(value)).digest('hex')
    assert.equal(hash, commitment)
  })

  test('what a device said and nobody has published yet is counted with its stream', async (t) => {
    const world = await opened(t)
    await world.act({ identifiers: [cookie('c-1')], said: 'no' })
    const { target } = await world.act({ identifiers: [anna], said: 'yes' })
    await world.act({ identifiers: [anna, cookie('c-1')], said: 'yes' })
    await world.log.seal(world.store)
    const device = await world.act({ identifiers: [cookie('c-1')], said: 'no' })
    const { rawPayload: zip } = await ask(world, target.subjectId, 'once')
    const carried = reportIn(zip).streams.find(({ stream }) => stream === `subject-${device.target.subjectId}`)
    assert.deepEqual([carried?.unpublished, reportIn(zip).unpublished], [1, 1])
    // What it says after the issue changes nothing.
    await world.act({ identifiers: [cookie('c-1')], said: 'no' })
    assert.ok((await ask(world, target.subjectId, 'once')).rawPayload.equals(zip))
  })
})

/** A store whose stream of heads is read from another one as soon as that is there: what a restore leaves. */
const restoring = () => {
  const heads: { restored?: EventStore } = {}
  const storeOver = (store: EventStore): EventStore => ({
    append: (...of) => store.append(...of),
    readStream: (stream, page) => ((stream === treeHeadsStream ? heads.restored : undefined) ?? store).readStream(stream, page),
    readAll: (page) => store.readAll(page),
    subscribeAll: (from, signal) => store.subscribeAll(from, signal),
    head: () => store.head(),
    close: () => store.close(),
  })
  return { heads, storeOver }
}

describe('a dossier that can never be made', () => {
  const refusedForGood = async (world: World, subjectId: string, why: RegExp): Promise<void> => {
    const { statusCode, body } = await ask(world, subjectId, 'once')
    assert.deepEqual([statusCode, JSON.parse(body).code], [406, 'NOT_ACCEPTABLE'])
    assert.match(JSON.parse(body).detail, why)
    assert.match(JSON.parse(body).detail, /another Idempotency-Key/)
    assert.equal((await ask(world, subjectId)).statusCode, 201)
  }

  test('is refused for good where the head of its proof was lost in a restore, and another proof can be had', async (t) => {
    const { heads, storeOver } = restoring()
    const world = await opened(t, { storeOver })
    const { target } = await world.act({ identifiers: [anna], said: 'yes' })
    await world.log.seal(world.store)
    assert.equal((await ask(world, target.subjectId, 'once')).statusCode, 201)
    await world.log.seal(world.store)
    const newest = (await world.store.readStream(treeHeadsStream, { after: 0n, limit: 1 }))[0] ?? assert.fail('no second head')
    heads.restored = new MemoryEventStore()
    await heads.restored.append(treeHeadsStream, beginning, [newest])
    await refusedForGood(world, target.subjectId, /no longer on record/)
  })

  test('is refused for good where its tree does not name the key that signs now', async (t) => {
    const world = await opened(t)
    const { target } = await world.act({ identifiers: [anna], said: 'yes' })
    await world.log.seal(world.store)
    assert.equal((await ask(world, target.subjectId, 'once')).statusCode, 201)
    const next = parseSkey(generateKey(`${world.log.origin}/statements`).skey)
    await record(world, ledgerStream, { type: 'StatementKeyIntroduced', data: { vkey: next.vkey } }, world.tick.now)
    await world.useStatementKey(next)
    const unsealed = await ask(world, target.subjectId)
    assert.deepEqual([unsealed.statusCode, JSON.parse(unsealed.body).code], [503, 'NOT_PUBLISHED'])
    await world.log.seal(world.store)
    await refusedForGood(world, target.subjectId, /key that signs statements now/)
  })
})
