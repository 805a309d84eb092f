// Reading EventStoreDB: only what a ledger wrote, all of it, in our own time; and subscriptions that outlive their lines.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { canonicalJson, type Json, type JsonObject, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { binaryEvent, jsonEvent } from '@eventstore/db-client'
import fc from 'fast-check'
import type { FaultName } from '../harness/eventstoredb/index.ts'
import { event, events, failure, little, patience, streamOf, withDouble } from './esdbSetting.ts'

const everything = (store: EventStore, limit = 1_000): Promise<RecordedEvent[]> => store.readAll({ after: beginning, limit })

describe('what is not of a ledger', () => {
  const foreign = {
    'binary data': binaryEvent({ type: 'Foreign', data: Buffer.from([1, 2]), metadata: { ...event().metadata } }),
    'no metadata': jsonEvent({ type: 'Foreign', data: { a: 1 } }),
    'metadata of somebody else': jsonEvent({ type: 'Foreign', data: { a: 1 }, metadata: { actId: 'one' } }),
    'data that is no object': jsonEvent({ type: 'Foreign', data: [1], metadata: { ...event().metadata } }),
    'a type of the system': jsonEvent({ type: '$foreign', data: { a: 1 }, metadata: { ...event().metadata } }),
  }
  for (const [what, sent] of Object.entries(foreign))
    withDouble(`${what} in a stream is told by its place only`, async ({ store, stranger }) => {
      await stranger.appendToStream('s', sent)
      await assert.rejects(streamOf(store, 's'), {
        ...failure('INTEGRITY'),
        message: /^Revision 0 of s, at position \d+, is no event of a ledger\.$/,
      })
      if (what !== 'a type of the system') await assert.rejects(everything(store), failure('INTEGRITY'))
    })

  withDouble('events of the system are passed over, and pages are full all the same', async ({ store, stranger }) => {
    const noise = Array.from({ length: 70 }, () => jsonEvent({ type: '$noise', data: {} }))
    for (let n = 0n; n < 5n; n++) {
      await stranger.appendToStream('$noise', noise)
      await store.append('s', n * 2n - 1n, events(2))
      await stranger.appendToStream('noise', noise)
    }
    const whole = await everything(store)
    assert.deepEqual(whole, await streamOf(store, 's'))
    for (const limit of [1, 3, 7, 10]) assert.deepEqual(await everything(store, limit), whole.slice(0, limit))
    assert.deepEqual(await store.readAll({ after: whole[4]?.position ?? beginning, limit: 3 }), whole.slice(5, 8))
    assert.equal(await store.head(), whole.at(-1)?.position)
  })

  withDouble('the head is looked for once, however much of the system comes after it', async ({ double, store, stranger }) => {
    const head = (await store.append('s', beginning, events(1)))[0]?.position
    await stranger.appendToStream(
      '$noise',
      Array.from({ length: 900 }, () => jsonEvent({ type: '$noise', data: {} })),
    )
    assert.equal(await store.head(), head)
    const before = double.faults.arrived.read
    for (let n = 0; n < 5; n++) assert.equal(await store.head(), head)
    assert.equal(double.faults.arrived.read - before, 5, 'one event is read each time')
    await stranger.appendToStream('$noise', [jsonEvent({ type: '$noise', data: {} })])
    assert.equal(await store.head(), head)
  })
})

describe('what was deleted', () => {
  withDouble('a stream cut at its beginning', async ({ store, stranger }) => {
    await store.append('s', beginning, events(5))
    await stranger.setStreamMetadata('s', { maxCount: 2 })
    await assert.rejects(streamOf(store, 's'), { ...failure('INTEGRITY'), message: 'Revision 0 of s is missing: 3 came in its place.' })
    assert.equal((await store.readStream('s', { after: 2n, limit: 5 })).length, 2)
  })

  withDouble('a stream with a tombstone', async ({ store, stranger }) => {
    await store.append('s', beginning, events(5))
    await stranger.tombstoneStream('s')
    await assert.rejects(streamOf(store, 's'), failure('INTEGRITY'))
  })
})

const heals: readonly FaultName[] = ['refuse', 'fail', 'dropBefore', 'dropMidway', 'silent']

describe('a read that fails is asked again', () => {
  for (const fault of heals)
    withDouble(fault, async ({ double, store }) => {
      const recorded = await store.append('s', beginning, events(5))
      for (const read of [() => streamOf(store, 's'), () => everything(store)]) {
        double.faults.next('read', fault, { times: 2, after: 3 })
        assert.deepEqual(await read(), recorded)
      }
      double.faults.next('read', fault)
      if (fault !== 'silent') assert.equal(await store.head(), recorded.at(-1)?.position)
    })

  withDouble(
    'until the patience is over',
    async ({ double, store }) => {
      await store.append('s', beginning, events(1))
      for (const fault of ['silent', 'refuse', 'fail'] as const) {
        double.faults.next('read', fault, { times: 1_000 })
        for (const read of [() => streamOf(store, 's'), () => everything(store), () => store.head()])
          await assert.rejects(read(), failure('STORE_UNAVAILABLE'))
        double.faults.clear()
      }
      assert.equal((await streamOf(store, 's')).length, 1)
    },
    little,
  )

  withDouble('but not where the account is refused', async ({ double, store }) => {
    for (const fault of ['denied', 'wrongPassword'] as const) {
      double.faults.next('read', fault)
      await assert.rejects(store.head(), { ...failure('STORE_UNAVAILABLE'), message: /refuses the account/ })
    }
  })
})

/** Takes `count` events of a subscription and ends it; `met` is called after each group. */
const take = async (store: EventStore, count: number, met: (taken: number) => Promise<void> = async () => {}): Promise<RecordedEvent[]> => {
  const stop = new AbortController()
  const taken: RecordedEvent[] = []
  for await (const group of store.subscribeAll({ after: beginning, limit: 4 }, stop.signal)) {
    taken.push(...group)
    await met(taken.length)
    if (taken.length >= count) stop.abort()
  }
  return taken
}

describe('a subscription', () => {
  for (const fault of [...heals, 'tooSlow'] as const)
    withDouble(`goes on after ${fault}, from the last event that was taken`, async ({ double, store }) => {
      double.faults.next('subscribe', fault, { times: 3 })
      if (fault !== 'tooSlow') double.faults.next('read', fault, { times: 3, after: 1 })
      const taking = take(store, 30)
      for (let n = 0n; n < 10n; n++) {
        await store.append('s', n * 3n - 1n, events(3))
        if (n === 4n) double.throwOutSubscriptions()
      }
      assert.deepEqual(await taking, await everything(store))
    })

  withDouble('outlives the server', async ({ double, store }) => {
    await store.append('s', beginning, events(10))
    const taking = take(store, 20, async (taken) => {
      if (taken === 4) await double.kill()
      if (taken === 4) setImmediate(() => void double.start())
      if (taken === 10) await double.restart()
    })
    const retried = async (): Promise<unknown> => store.append('s', 9n, events(10)).catch(retried)
    await double.faults.arrival('subscribe')
    await retried()
    assert.deepEqual(await taking, await everything(store))
  })

  withDouble('holds one line open at the end, and none while it reads or after it ends', async ({ double, store }, t) => {
    const stop = new AbortController()
    await store.append('s', beginning, events(3))
    const groups = store.subscribeAll({ after: beginning, limit: 10 }, stop.signal)[Symbol.asyncIterator]()
    assert.equal((await groups.next()).value?.length, 3)
    assert.equal(double.openSubscriptions, 0)
    const waiting = groups.next()
    await double.faults.arrival('subscribe')
    stop.abort()
    assert.equal((await waiting).done, true)
    await t.waitFor(() => assert.equal(double.openSubscriptions, 0))
  })

  withDouble('sleeps at the end, whatever of the system stands there', async ({ double, other, stranger }) => {
    const store = await other({ ...patience, silence: 60_000 })
    await store.append('s', beginning, events(1))
    await stranger.appendToStream(
      '$noise',
      Array.from({ length: 20 }, () => jsonEvent({ type: '$noise', data: {} })),
    )
    const taking = take(store, 2)
    await double.faults.arrival('subscribe')
    for (let n = 0; n < 20; n++) await store.head()
    assert.equal(double.faults.arrived.subscribe, 1)
    await store.append('s', 0n, events(1))
    assert.equal((await taking).length, 2)
  })

  withDouble('looks for itself when nothing comes: silence may be of a dead line', async ({ double, store }) => {
    double.faults.next('subscribe', 'silent', { times: 3 })
    const taking = take(store, 1)
    await double.faults.arrival('subscribe')
    await store.append('s', beginning, events(1))
    assert.equal((await taking).length, 1)
  })

  withDouble('stops at what is no event of a ledger', async ({ store, stranger }) => {
    const taking = take(store, 1)
    await stranger.appendToStream('s', jsonEvent({ type: 'Foreign', data: {} }))
    await assert.rejects(taking, failure('INTEGRITY'))
  })

  withDouble('stops where the account is refused', async ({ double, store }) => {
    double.faults.next('subscribe', 'denied')
    await assert.rejects(take(store, 1), failure('STORE_UNAVAILABLE'))
  })
})

describe('content', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u0000', '\u2028', '"\\', '', '\ufeff'),
  )
  const key = fc.oneof(text, fc.nat().map(String), fc.constantFrom('__proto__', 'constructor', 'toString', '-1', '1e3'))
  const { json } = fc.letrec<{ json: Json; object: JsonObject }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      text,
      fc.maxSafeInteger(),
      fc.constantFrom<Json>(-0, null, true, false, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
      fc.array(tie('json'), { maxLength: 4 }),
      tie('object'),
    ),
    object: fc.dictionary(key, tie('json'), { maxKeys: 5 }),
  }))
  const data = fc.dictionary(key, json, { maxKeys: 6 })

  withDouble('data and metadata come back the same under RFC 8785, byte for byte', async ({ store }) => {
    let last = beginning
    await fc.assert(
      fc.asyncProperty(data, text, async (content, causationId) => {
        const plain = event(content)
        const sent = { ...plain, metadata: { ...plain.metadata, causationId } }
        const [answered] = await store.append('s', last, [sent])
        const [read] = await store.readStream('s', { after: last, limit: 1 })
        last++
        for (const back of [answered, read]) {
          assert.equal(canonicalJson(back?.data ?? null), canonicalJson(sent.data))
          assert.equal(canonicalJson(back?.metadata ?? null), canonicalJson(sent.metadata))
        }
        assert.deepEqual(answered, read)
      }),
      { numRuns: 150 },
    )
  })
})
