// Where a batch ends, how long it holds the thread, and how far apart two looks are.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { iso, type NewEvent } from '@consent-ledger/domain'
import { beginning } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { givingTurns } from '@consent-ledger/logfiles'
import { logReady } from '@consent-ledger/edge'
import { holdAgainstLog } from '../src/otherStore.ts'
import { rootReadBack } from '../src/readBack.ts'
import { Unsealed } from '../src/unsealed.ts'
import { now, own, published, recordYeses, running, scene, storeWith, streamOf } from './scene.ts'

const act = (count: number, text = ''): NewEvent[] => {
  const actId = randomUUID()
  const writer = { kind: 'site', id: 'campo/campo-fr', trust: 'secret' } as const
  const metadata = { schemaVersion: 1, recordedAt: iso(now), writer, actId }
  return Array.from({ length: count }, () => ({ id: randomUUID(), type: 'ConsentGiven', data: { controller: 'campo', text }, metadata }))
}

const actsOf = async (source: Unsealed): Promise<string[][]> => {
  const batches: string[][] = []
  for (;;) {
    const { leaves, more } = await source.next()
    batches.push(leaves.map(({ event }) => event.metadata.actId))
    if (!more) return batches
  }
}

for (const sizes of [[...Array<number>(4095).fill(1), 5, 3], [6000, 600, 600], [1, 5000, 5000, 1], [...Array<number>(2200).fill(4)]]) {
  test(`a batch ends on whole acts: ${sizes.slice(-3).join(', ')} events at the end of ${sizes.length}`, async () => {
    const store = new MemoryEventStore()
    for (const [n, size] of sizes.entries()) await store.append(streamOf(n), beginning, act(size))
    const batches = await actsOf(new Unsealed({ store, after: beginning, settle: false }))
    assert.equal(
      batches.flat().length,
      sizes.reduce((sum, size) => sum + size, 0),
    )
    assert.ok(batches.length > 1)
    const seen = new Set<string>()
    for (const batch of batches) {
      for (const actId of new Set(batch)) {
        assert.ok(!seen.has(actId), 'an act in two batches')
        seen.add(actId)
      }
    }
  })
}

test('of two looks at the same moment the second says nothing: what was found is handed out only a while later', async () => {
  const store = new MemoryEventStore()
  await store.append(streamOf(1), beginning, act(1))
  let time = 0
  const source = new Unsealed({ store, after: beginning, settle: true, elapsed: () => time })
  const handed = async (): Promise<number> => (await source.next()).leaves.length
  assert.equal(await handed(), 0)
  time = 5
  assert.equal(await handed(), 0)
  assert.equal(source.level, false)
  time = 100
  assert.equal(await handed(), 1)
})

test('long work gives the thread away as soon as it held it long enough, and not before', async () => {
  let [time, turns] = [0, 0]
  const turn = givingTurns(() => time)
  const other = async (): Promise<void> => {
    for (; turns < 100; turns++) await setImmediate()
  }
  void other()
  await turn()
  assert.equal(turns, 0)
  time = 20
  await turn()
  assert.ok(turns > 0)
  turns = 100
})

/** How often requests had their turn while `work` was under way. */
const turnsDuring = async (work: () => Promise<unknown>): Promise<number> => {
  let turns = 0
  const ended = new AbortController()
  const requests = async (): Promise<void> => {
    for (; !ended.signal.aborted; turns++) await setImmediate()
  }
  const others = requests()
  await work().finally(() => ended.abort())
  await others
  return turns
}

test('requests have their turns while a batch is read back, and while a store is held against the log', { timeout: 120_000 }, async (t) => {
  const ledger = await scene(t)
  await recordYeses(ledger.store, 0, 10_000)
  const run = await running(t, ledger)
  await published(run, own + 10_000)
  await run.sequencer.stop()
  const files = { read: async (path: string) => ledger.kept.get(path) ?? null }
  // Store and files answer at once: without a pause nobody else would have a turn.
  const size = BigInt(own + 10_000)
  assert.ok((await turnsDuring(() => rootReadBack(files, 0n, size))) >= 2)
  assert.ok((await turnsDuring(() => holdAgainstLog(files, storeWith(ledger.store, {}), size))) >= 4)
})

test('a clock that goes back does not hide that the log falls behind', async (t) => {
  const ledger = await scene(t)
  let [time, wall] = [0, now]
  const run = await running(t, ledger, { elapsed: () => time, clock: () => wall })
  await published(run, own)
  await run.sequencer.stop()
  const ready = logReady(run.sequencer)
  assert.deepEqual(await ready(), [])
  wall -= 3_600_000
  time += 31_000
  assert.equal((await ready())[0]?.what, 'transparency log')
})
