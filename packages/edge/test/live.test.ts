// The live catalogue: it follows what is recorded, reads only what is new, and stops at a gap.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controllerStream, ledgerStream, LedgerError } from '@consent-ledger/domain'
import { hashKey, openLive } from '../src/index.ts'
import { oneAtATime } from '../src/live/coalesce.ts'
import { openWorld } from './world.ts'

test('a key is known after a refresh and unknown again once revoked', async (t) => {
  const world = await openWorld()
  const live = await world.live()
  t.after(() => live.close())
  const { key, keyId } = await world.issue('secret')
  assert.equal(live.siteKey(hashKey(key)), null)
  await live.refresh()
  assert.equal(live.siteKey(hashKey(key))?.key.site, 'campo-fr')
  await world.revoke(keyId)
  await live.refresh()
  assert.equal(live.siteKey(hashKey(key)), null)
})

test('a controller that is named later, its origins and its operators are seen', async (t) => {
  const world = await openWorld()
  const live = await world.live()
  t.after(() => live.close())
  await world.record(ledgerStream, { type: 'ControllerNamed', data: { controller: 'hutt' } })
  await world.record(controllerStream('hutt'), {
    type: 'SiteRegistered',
    data: {
      id: 'hutt-fr',
      name: 'H',
      origins: ['https://h.example.org'],
      manageConsentLink: true,
      capture: { ip: 'none', userAgent: false },
    },
  })
  const { key, operatorId } = await world.hire('legal')
  await live.refresh()
  assert.deepEqual(
    live.controllers().map((catalogue) => catalogue.controllerId),
    ['campo', 'hutt'],
  )
  assert.ok(live.hasOrigin('https://h.example.org'))
  assert.ok(!live.hasOrigin('https://other.example.org'))
  assert.equal(live.operator(hashKey(key))?.operatorId, operatorId)
})

test('reads tails by itself at each interval', async (t) => {
  const world = await openWorld()
  const seen = Promise.withResolvers<void>()
  const { key } = await world.issue('secret')
  let heads = 0
  const store = {
    readStream: world.store.readStream.bind(world.store),
    head: async () => (++heads > 2 && seen.resolve(), world.store.head()),
  }
  const live = await openLive({ store, clock: Date.now, intervalMs: 1 })
  t.after(() => live.close())
  const keep = setInterval(() => undefined, 1000)
  await seen.promise
  clearInterval(keep)
  assert.ok(live.siteKey(hashKey(key)))
})

test('after the first time only what is new is read, and nothing while the store stands still', async (t) => {
  const world = await openWorld()
  const reads: string[] = []
  const store = {
    head: () => world.store.head(),
    readStream: (stream: string, page: { after: bigint; limit: number }) => {
      reads.push(`${stream}>${page.after}`)
      return world.store.readStream(stream, page)
    },
  }
  const live = await openLive({ store, clock: Date.now, intervalMs: 3_600_000 })
  t.after(() => live.close())
  reads.length = 0
  await live.refresh()
  assert.deepEqual(reads, [])
  await world.issue('secret')
  await live.refresh()
  assert.deepEqual(reads, ['ledger>1', 'operators>-1', 'controller-campo>1'])
})

test('a missing revision is an integrity fault', async () => {
  const world = await openWorld()
  const store = {
    head: () => world.store.head(),
    readStream: async (stream: string, page: { after: bigint; limit: number }) => (await world.store.readStream(stream, page)).slice(1),
  }
  await assert.rejects(openLive({ store, clock: Date.now }), (error) => error instanceof LedgerError && error.code === 'INTEGRITY')
})

test('a store that is away is asked again in the background; any other fault is told', async (t) => {
  const world = await openWorld()
  const told = Promise.withResolvers<unknown>()
  const faults = [
    new LedgerError('STORE_UNAVAILABLE', 'away'),
    new LedgerError('OUTCOME_UNKNOWN', 'away'),
    new LedgerError('INTEGRITY', 'gap'),
  ]
  let opened = false
  const store = {
    readStream: world.store.readStream.bind(world.store),
    head: async () => {
      const fault = opened ? faults.shift() : undefined
      if (fault !== undefined) throw fault
      return world.store.head()
    },
  }
  const live = await openLive({ store, clock: Date.now, intervalMs: 1, onFault: told.resolve })
  t.after(() => live.close())
  opened = true
  const keep = setInterval(() => undefined, 1000)
  const fault = await told.promise
  clearInterval(keep)
  assert.ok(fault instanceof LedgerError && fault.code === 'INTEGRITY')
  const { key } = await world.issue('secret')
  await live.refresh()
  assert.ok(live.siteKey(hashKey(key)))
})

test('a ledger that goes on in a store of another kind is a fault here, and none there', async (t) => {
  const world = await openWorld()
  const told = Promise.withResolvers<unknown>()
  const here = await openLive({ store: world.store, clock: Date.now, intervalMs: 1, here: 'sqlite', onFault: told.resolve })
  t.after(() => here.close())
  await world.record(ledgerStream, { type: 'LedgerMoved', data: { to: 'esdb' } })
  const keep = setInterval(() => undefined, 1000)
  const fault = await told.promise
  clearInterval(keep)
  assert.ok(fault instanceof LedgerError && fault.code === 'LEDGER_MOVED')
  await assert.rejects(here.refresh(), { code: 'LEDGER_MOVED' })
  const there = await openLive({ store: world.store, clock: Date.now, here: 'esdb' })
  await there.close()
})

test('calls at once share one run, and none is answered by a run that began before it', async () => {
  const begun: (() => void)[] = []
  const run = oneAtATime(() => new Promise<void>((done) => void begun.push(done)))
  const first = run()
  const [second, third] = [run(), run()]
  assert.equal(second, third)
  assert.equal(begun.length, 1)
  begun[0]?.()
  await first
  await Promise.resolve()
  assert.equal(begun.length, 2)
  begun[1]?.()
  await second
  await run.idle()
})
