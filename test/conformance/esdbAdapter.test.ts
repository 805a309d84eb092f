// Appending to EventStoreDB through every fault: each append is recorded once or not at all, and nobody is told anything else.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { beginning } from '@consent-ledger/eventstore'
import { jsonEvent, NO_STREAM } from '@eventstore/db-client'
import type { FaultName } from '../harness/eventstoredb/index.ts'
import { event, events, failure, idsOf, little, streamOf, withDouble } from './esdbSetting.ts'

const heals: readonly FaultName[] = [
  'refuse',
  'fail',
  'dropBefore',
  'dropAfterApplying',
  'failAfterApplying',
  'silentAfterApplying',
  'silent',
  'timeout',
  'timeoutAfterApplying',
  'conflictAfterApplying',
]

describe('an append whose outcome is not known is settled by the same append again', () => {
  for (const fault of heals)
    for (const count of [1, 3])
      withDouble(`${fault}, ${count} events`, async ({ double, store }) => {
        await store.append('s', beginning, events(1))
        const act = events(count)
        double.faults.next('append', 'silent')
        const held = double.faults.next('append', fault)
        const answered = await store.append('s', 0n, act)
        held.release()
        assert.deepEqual(answered, (await streamOf(store, 's')).slice(1))
        assert.deepEqual(idsOf(answered), idsOf(act))
        await store.append('s', BigInt(count), events(1))
        assert.equal((await streamOf(store, 's')).length, 2 + count)
      })

  withDouble('a late answer to the first try is an answer, and one after the last is nothing', async ({ double, store }) => {
    const held = double.faults.next('append', 'late', { times: 2 })
    const act = events(2)
    const appending = store.append('s', beginning, act)
    await double.faults.arrival('append', 2)
    held.release()
    assert.deepEqual(await appending, await streamOf(store, 's'))
    assert.deepEqual(idsOf(await streamOf(store, 's')), idsOf(act))
  })

  withDouble('others may append behind it meanwhile', async ({ double, store, other }) => {
    const beside = await other()
    const act = events(2)
    const lost = double.faults.next('append', 'silentAfterApplying')
    const appending = store.append('s', beginning, act)
    await lost.met
    await beside.append('s', 1n, events(2))
    assert.deepEqual(idsOf(await appending), idsOf(act))
    assert.equal((await streamOf(store, 's')).length, 4)
  })

  withDouble('another was first in its place: a conflict, and nothing of it', async ({ double, store, other }) => {
    const beside = await other()
    const lost = double.faults.next('append', 'silent')
    const appending = store.append('s', beginning, events(2))
    await lost.met
    const first = await beside.append('s', beginning, events(2))
    await assert.rejects(appending, failure('WRONG_EXPECTED_REVISION'))
    assert.deepEqual(await streamOf(store, 's'), first)
  })

  withDouble('known ids beside an unknown one are a conflict, also after a fault', async ({ double, store }) => {
    const [known] = events(1)
    assert.ok(known)
    await store.append('s', beginning, [known])
    double.faults.next('append', 'silent')
    await assert.rejects(store.append('s', beginning, [known, event()]), failure('WRONG_EXPECTED_REVISION'))
    assert.equal((await streamOf(store, 's')).length, 1)
  })
})

describe('an append that cannot be settled', () => {
  withDouble(
    'is OUTCOME_UNKNOWN, lands later, and the same call then gives the true answer',
    async ({ double, store }) => {
      const lost = double.faults.next('append', 'timeout', { times: 1_000 })
      const act = events(2)
      await assert.rejects(store.append('s', beginning, act), failure('OUTCOME_UNKNOWN'))
      assert.deepEqual(await streamOf(store, 's'), [])
      double.faults.clear()
      lost.release()
      const answered = await store.append('s', beginning, act)
      assert.deepEqual(answered, await streamOf(store, 's'))
      assert.deepEqual(idsOf(answered), idsOf(act))
    },
    little,
  )

  withDouble(
    'is OUTCOME_UNKNOWN too where it stands, but cannot be read back',
    async ({ double, store }) => {
      double.faults.next('append', 'timeoutAfterApplying')
      double.faults.next('read', 'fail', { times: 1_000 })
      await assert.rejects(store.append('s', beginning, events(1)), failure('OUTCOME_UNKNOWN'))
    },
    little,
  )

  withDouble(
    'is OUTCOME_UNKNOWN where a later try is refused',
    async ({ double, store }) => {
      double.faults.next('append', 'timeout')
      double.faults.next('append', 'denied', { times: 1_000 })
      await assert.rejects(store.append('s', beginning, events(1)), failure('OUTCOME_UNKNOWN'))
    },
    little,
  )

  withDouble(
    'is STORE_UNAVAILABLE where nothing was ever sent',
    async ({ double, store }) => {
      await double.kill()
      await assert.rejects(store.head(), failure('STORE_UNAVAILABLE'))
      await assert.rejects(store.append('s', beginning, events(1)), failure('STORE_UNAVAILABLE'))
      await double.start()
      assert.deepEqual(await streamOf(store, 's'), [])
      double.faults.next('append', 'refuse', { times: 1_000 })
      await assert.rejects(store.append('s', beginning, events(1)), failure('STORE_UNAVAILABLE'))
      double.faults.clear()
      assert.equal((await store.append('s', beginning, events(1))).length, 1)
    },
    little,
  )
})

describe('what is answered is what stands', () => {
  withDouble('the same ids with other data, from another process', async ({ store, other }) => {
    const beside = await other()
    const [ours] = events(1)
    assert.ok(ours)
    const theirs = { ...ours, data: { of: 'the other' } }
    const recorded = await beside.append('s', beginning, [theirs])
    await beside.append('t', beginning, events(1))
    await store.head()
    assert.deepEqual(await store.append('s', beginning, [ours]), recorded)
    assert.deepEqual((await store.append('s', beginning, [ours]))[0]?.data, { of: 'the other' })
  })

  withDouble('the same ids with other data at the same time, in one process', async ({ store }) => {
    const [one] = events(1)
    assert.ok(one)
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => store.append('s', beginning, [{ ...one, data: { n } }])))
    const standing = await streamOf(store, 's')
    for (const answer of answers) assert.deepEqual(answer, standing)
  })

  withDouble('several events are read back, hundreds of appends at once', async ({ store }) => {
    const acts = Array.from({ length: 300 }, () => events(3))
    const answers = await Promise.all(acts.map((act, n) => store.append(`s-${n}`, beginning, act)))
    for (const [n, answer] of answers.entries()) assert.deepEqual(answer, await streamOf(store, `s-${n}`))
  })

  withDouble('a plain first success is answered without a read', async ({ double, store }) => {
    const before = double.faults.arrived.read
    for (let n = 0n; n < 20n; n++) await store.append('s', n - 1n, events(1))
    assert.equal(double.faults.arrived.read, before)
    assert.equal((await streamOf(store, 's')).length, 20)
  })

  withDouble(
    'a stream that was deleted and goes on where it ended is not ours any more: the process must stop',
    async ({ store, stranger, fatal }) => {
      await store.append('s', beginning, events(2))
      await stranger.deleteStream('s')
      await assert.rejects(store.append('s', beginning, events(1)), failure('INTEGRITY'))
      assert.deepEqual(
        fatal.map(({ code }) => code),
        ['INTEGRITY'],
      )
    },
  )

  withDouble('a stream with a tombstone takes nothing: the process must stop', async ({ store, stranger, fatal }) => {
    await store.append('s', beginning, events(2))
    await stranger.tombstoneStream('s')
    await assert.rejects(store.append('s', 1n, events(1)), failure('INTEGRITY'))
    assert.equal(fatal.length, 1)
  })
})

describe('what never reaches the server', () => {
  const sound = event()
  const bad: readonly [string, string, Parameters<typeof append>[1]][] = [
    ['an id that is no UUID', 's', [{ ...sound, id: 'one' }]],
    ['an id in upper case, which would come back in lower', 's', [{ ...sound, id: sound.id.toUpperCase() }]],
    ['an empty type', 's', [{ ...sound, type: '' }]],
    ['a type of the system', 's', [{ ...sound, type: '$metadata' }]],
    ['an empty stream name', '', [sound]],
    ['a stream of the system', '$settings', [sound]],
    ['a stream name that is not Unicode', 's-\ud800', [sound]],
  ]
  const append = (_stream: string, sent: (typeof sound)[]): unknown => sent

  withDouble('bad ids, types and names, which would end the process two seconds later', async ({ double, store }) => {
    for (const [what, stream, sent] of bad) await assert.rejects(store.append(stream, beginning, sent), failure('INTERNAL'), what)
    assert.equal(double.faults.arrived.append, 0)
  })

  withDouble('more than 1 MiB in one append, though not a byte less', async ({ double, store }) => {
    const [large] = events(1)
    assert.ok(large)
    const size = (text: string): number => JSON.stringify({ text }).length + JSON.stringify(large.metadata).length + 2 * large.type.length
    const fitting = 'x'.repeat(1_048_576 - size(''))
    assert.equal((await store.append('s', beginning, [{ ...large, data: { text: fitting } }])).length, 1)
    await assert.rejects(store.append('s', 0n, [{ ...event(), data: { text: `${fitting}x` } }]), failure('TOO_LARGE'))
    assert.equal(double.faults.arrived.append, 1)
  })

  withDouble('a revision that the server would read as any', async ({ double, store }) => {
    for (const expected of [-2n, -4n, 2n ** 63n - 1n, 2n ** 64n - 2n])
      await assert.rejects(store.append('s', expected, events(1)), failure('WRONG_EXPECTED_REVISION'))
    assert.equal(double.faults.arrived.append, 0)
  })
})

describe('a refused account', () => {
  withDouble('is told at once, in words that hold nothing of it', async ({ double, store, stranger }) => {
    for (const fault of ['denied', 'wrongPassword'] as const) {
      const before = double.faults.arrived.append
      double.faults.next('append', fault)
      await assert.rejects(store.append('s', beginning, events(1)), { ...failure('STORE_UNAVAILABLE'), message: /refuses the account/ })
      assert.equal(double.faults.arrived.append, before + 1)
    }
    await stranger.appendToStream('t', jsonEvent({ type: 'T', data: {} }), { expectedRevision: NO_STREAM })
  })
})
