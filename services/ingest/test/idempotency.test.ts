// Idempotency across what may go wrong: a crash between the vault's write and the append, an answer that was lost, two processes over the same files.
import assert from 'node:assert/strict'
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { openSqliteVault } from '@consent-ledger/vault/sqlite'
import { applyCatalogue, issueSiteKeys } from '../src/index.ts'
import { campo, origin } from './catalogue.ts'
import { consent, cookie, both, email, memoryVault, noAds, openLedger, start, types, yes, type Parts } from './ledger.ts'

/** A store whose next append does not happen, or happens and is not acknowledged. */
const failing = (store: EventStore, step: 'failed' | 'applied'): { store: EventStore; arm: () => void } => {
  let armed = false
  const append: EventStore['append'] = async (...args) => {
    if (!armed) return store.append(...args)
    armed = false
    if (step === 'applied') await store.append(...args)
    throw new LedgerError('STORE_UNAVAILABLE', 'gone')
  }
  const rest = {
    readStream: store.readStream.bind(store),
    readAll: store.readAll.bind(store),
    subscribeAll: store.subscribeAll.bind(store),
    head: store.head.bind(store),
    close: store.close.bind(store),
  }
  return { store: { ...rest, append }, arm: () => void (armed = true) }
}

const opened = async (step: 'failed' | 'applied') => {
  const clock = { now: start }
  const vault = memoryVault(() => clock.now)
  const { store, arm } = failing(new MemoryEventStore(), step)
  const parts: Parts = { store, vault, clock }
  const ledger = await openLedger(parts)
  return { ledger, arm, again: () => openLedger({ ...parts, bootstrap: false }) }
}

test('a crash between the vault’s write and the append: 503, nothing acknowledged; the same post at the next process: 201, one event, one link', async () => {
  const { ledger, arm, again } = await opened('failed')
  const idem = randomUUID()
  const body = consent(both(email(), cookie()), [yes])
  arm()
  const lost = await ledger.post('/v1/consents', body, { idem })
  assert.equal(lost.status, 503)
  assert.ok(lost.headers['retry-after'])
  await ledger.close()
  const next = await again()
  const sent = { key: ledger.keys.secret, idem, body }
  const recorded = await next.send('POST', '/v1/consents', sent)
  assert.equal(recorded.status, 201, recorded.text)
  assert.deepEqual(types(await next.events(recorded.json.receipt.subjectId)), ['ConsentGiven', 'IdentityLinked'])
  assert.equal((await next.send('POST', '/v1/consents', sent)).text, recorded.text)
  await next.close()
})

test('the same crash in a mixed post: the noes and the problem are as they would have been', async () => {
  const { ledger, arm } = await opened('failed')
  const idem = randomUUID()
  const body = consent(email(), [{ purpose: 'orders', decision: 'given' }, noAds])
  arm()
  assert.equal((await ledger.post('/v1/consents', body, { idem })).status, 503)
  const reply = await ledger.post('/v1/consents', body, { idem })
  assert.equal(reply.status, 422)
  assert.deepEqual(types(await ledger.events(reply.json.receipt.subjectId)), ['ConsentRefused'])
  await ledger.close()
})

test('an append that was applied and not acknowledged: answered from the stream as read back, one event', async () => {
  const { ledger, arm } = await opened('applied')
  const idem = randomUUID()
  const body = consent(email(), [yes])
  arm()
  const reply = await ledger.post('/v1/consents', body, { idem })
  assert.equal(reply.status, 201, reply.text)
  const again = await ledger.post('/v1/consents', body, { idem })
  assert.equal(again.text, reply.text)
  assert.equal((await ledger.events(reply.json.receipt.subjectId)).length, 1)
  await ledger.close()
})

test('two instances over one store and one vault file: the same post at both, many times at once, is one act', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ingest-'))
  const clock = { now: start }
  const kek = createSecretKey(randomBytes(32))
  const open = () => openSqliteVault({ file: join(directory, 'vault.db'), kek, clock: () => clock.now })
  const store = new MemoryEventStore()
  const vaults = [await open(), await open()] as const
  const a = await openLedger({ store, clock, vault: vaults[0] })
  const b = await openLedger({ store, clock, vault: vaults[1], bootstrap: false })
  const idem = randomUUID()
  const body = consent(both(email(), cookie()), [yes, noAds])
  const replies = await Promise.all(
    Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? a : b).send('POST', '/v1/consents', { key: a.keys.secret, idem, body })),
  )
  assert.deepEqual(new Set(replies.map(({ text }) => text)).size, 1)
  assert.ok(replies.every(({ status }) => status === 200 || status === 201))
  assert.deepEqual(types(await a.events(replies[0]?.json.receipt.subjectId ?? '')), ['ConsentGiven', 'ConsentRefused', 'IdentityLinked'])
  for (const ledger of [a, b]) await ledger.close()
  for (const vault of vaults) await vault.close()
  await rm(directory, { recursive: true })
})

test('two new acts at once for one new person make one person', async () => {
  const ledger = await openLedger()
  const person = email()
  const replies = await Promise.all(Array.from({ length: 20 }, () => ledger.post('/v1/consents', consent(person, [yes]))))
  assert.equal(new Set(replies.map(({ json }) => json.receipt.subjectId)).size, 1)
  const events = await ledger.events(replies[0]?.json.receipt.subjectId ?? '')
  assert.deepEqual(
    events.map(({ revision }) => Number(revision)),
    events.map((_, n) => n),
  )
  await ledger.close()
})

test('the scope of a key: two controllers may have a site of one id and use one key', async () => {
  const ledger = await openLedger()
  const by = { writer: { kind: 'system', id: 'test', trust: 'system' } } as const
  const lodge = { ...campo().controller, id: 'lodge' }
  await applyCatalogue(ledger.deps, campo({ controller: lodge }), by)
  const { secret } = await issueSiteKeys(ledger.deps, { controller: 'lodge', site: 'campo-fr' }, by)
  const idem = randomUUID()
  const body = consent(email(), [yes])
  const first = await ledger.post('/v1/consents', body, { idem })
  const second = await ledger.post('/v1/consents', body, { idem, key: secret })
  assert.deepEqual([first.status, second.status], [201, 201])
  assert.notEqual(second.json.receipt.id, first.json.receipt.id)
  assert.equal(second.json.receipt.controller, 'lodge')
  await ledger.close()
})

test('the scope of a key: a browser neither takes a server’s key nor reads back what was recorded under it', async () => {
  const ledger = await openLedger()
  const page = { key: ledger.keys.publishable, headers: { origin } }
  const body = { subject: email(), purposes: ['news'] }
  const [used, squatted] = [randomUUID(), randomUUID()]
  const server = await ledger.post('/v1/withdrawals', body, { idem: used })
  const replay = await ledger.post('/v1/withdrawals', body, { ...page, idem: used })
  assert.equal(replay.status, 201)
  assert.deepEqual(Object.keys(replay.json.receipt), ['id', 'recordedAt', 'status'])
  assert.notEqual(replay.json.receipt.id, server.json.receipt.id)
  await ledger.post('/v1/withdrawals', { ...body, subject: cookie() }, { ...page, idem: squatted })
  assert.equal((await ledger.post('/v1/withdrawals', body, { idem: squatted })).status, 201)
  assert.deepEqual((await ledger.post('/v1/withdrawals', body, { ...page, idem: used })).json, replay.json)
  await ledger.close()
})
