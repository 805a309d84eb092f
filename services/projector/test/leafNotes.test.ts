// From the published log to the read model: level with it, beside another projector, through a rebuild and every fault that passes.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { LedgerError } from '@consent-ledger/domain'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { PublishedLog } from '@consent-ledger/logfiles'
import { SealedLog } from '@consent-ledger/logfiles/conformance'
import type { ReadModel } from '@consent-ledger/readmodel'
import { startLeafNotes, type LeafNotes, type NotingLeaves } from '../src/index.ts'
import { recordYes } from './history.ts'
import { handTicker, opened, scratchFile } from './scene.ts'

type Logged = { store: MemoryEventStore; sealed: SealedLog; published: PublishedLog }

/** A log of `count` acts, each of a subject of its own. */
const logOf = async (count: number): Promise<Logged> => {
  const store = new MemoryEventStore()
  const sealed = new SealedLog()
  for (let n = 0; n < count; n++) await recordYes(store, n)
  await sealed.seal(store)
  return { store, sealed, published: new PublishedLog(sealed.files, () => [sealed.key.vkey]) }
}

const streamOf = (n: number): string => `subject-${n.toString(16).padStart(32, '0')}`

type Noting = { notes: LeafNotes; faults: unknown[]; warnings: string[] }
const noting = (t: TestContext, given: Pick<NotingLeaves, 'published' | 'readModel'> & Partial<NotingLeaves>): Noting => {
  const faults: unknown[] = []
  const warnings: string[] = []
  const log = { info: () => {}, warn: (_: object, message: string) => void warnings.push(message) }
  const notes = startLeafNotes({ onFault: (fault) => void faults.push(fault), log, ...given })
  t.after(() => notes.stop())
  return { notes, faults, warnings }
}

const until = async ({ faults }: Noting, done: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await done())) {
    if (faults.length > 0) throw faults[0]
    await setImmediate()
  }
}
const holds = (readModel: ReadModel, size: bigint) => async (): Promise<boolean> => (await readModel.logSize()) === size

const unavailable = new LedgerError('STORE_UNAVAILABLE', 'The disk is away.')

test('each event of the log is found where the log has it, over several bundles', async (t) => {
  const { published } = await logOf(600)
  const readModel = await opened(t)
  const scene = noting(t, { published, readModel })
  await until(scene, holds(readModel, 600n))
  for (const n of [0, 255, 256, 511, 599]) assert.equal(await readModel.leafIndexOf(streamOf(n), 0n), BigInt(n))
  assert.deepEqual(scene.notes.progress(), { published: 600n, noted: 600n })
})

test('what is published later is noted at the next tick, from within a bundle too', async (t) => {
  const { store, sealed, published } = await logOf(300)
  const readModel = await opened(t)
  const { ticker, tick, waits } = handTicker()
  const scene = noting(t, { published, readModel, ticker })
  await until(scene, waits)
  for (let n = 300; n < 310; n++) await recordYes(store, n)
  await sealed.seal(store)
  tick()
  await until(scene, holds(readModel, 310n))
  assert.equal(await readModel.leafIndexOf(streamOf(305), 0n), 305n)
})

test('before anything is published there is nothing to note', async (t) => {
  const readModel = await opened(t)
  const { ticker, waits } = handTicker()
  const scene = noting(t, { published: (await logOf(0)).published, readModel, ticker })
  await until(scene, waits)
  assert.deepEqual([scene.faults, scene.notes.progress()], [[], { published: 0n, noted: 0n }])
})

test('two on one read model note each leaf once, and neither stops', async (t) => {
  const { published, sealed } = await logOf(600)
  const file = scratchFile(t)
  const [one, two] = [await opened(t, file), await opened(t, file)]
  const scenes = [
    noting(t, { published, readModel: one }),
    noting(t, { published: new PublishedLog(sealed.files, () => [sealed.key.vkey]), readModel: two }),
  ]
  for (const scene of scenes) await until(scene, holds(one, 600n))
  assert.deepEqual(
    scenes.flatMap(({ faults, warnings }) => [...faults, ...warnings]),
    [],
  )
  assert.equal(await two.leafIndexOf(streamOf(599), 0n), 599n)
})

test('a rebuild is noticed at the next tick, and everything noted again', async (t) => {
  const { published } = await logOf(300)
  const readModel = await opened(t)
  const { ticker, tick, waits } = handTicker()
  const scene = noting(t, { published, readModel, ticker })
  await until(scene, waits)
  await readModel.reset()
  tick()
  await until(scene, holds(readModel, 300n))
  assert.equal(await readModel.leafIndexOf(streamOf(7), 0n), 7n)
})

for (const [what, applied] of [
  ['fails', false],
  ['fails, but was applied', true],
] as const) {
  test(`a group that ${what} leaves no gap and no leaf twice`, async (t) => {
    const { published } = await logOf(600)
    const readModel = await opened(t)
    let calls = 0
    const failing: NotingLeaves['readModel'] = {
      logSize: () => readModel.logSize(),
      async applyLeaves(from, leaves, to) {
        const fails = ++calls === 2
        if (fails && !applied) throw unavailable
        await readModel.applyLeaves(from, leaves, to)
        if (fails) throw unavailable
      },
    }
    const scene = noting(t, { published, readModel: failing })
    await until(scene, holds(readModel, 600n))
    for (const n of [0, 256, 511, 599]) assert.equal(await readModel.leafIndexOf(streamOf(n), 0n), BigInt(n))
    assert.equal(scene.warnings.length, 1)
  })
}

const faultOf = async (scene: Noting): Promise<unknown> => {
  await until({ ...scene, faults: [] }, () => scene.faults.length > 0)
  await scene.notes.stop()
  assert.equal(scene.faults.length, 1)
  return Reflect.get(Object(scene.faults[0]), 'code')
}

test('a log that is older than what the read model knows of it is refused', async (t) => {
  const readModel = await opened(t)
  const newer = noting(t, { published: (await logOf(20)).published, readModel })
  await until(newer, holds(readModel, 20n))
  await newer.notes.stop()
  const { ticker, tick, waits } = handTicker()
  const older = noting(t, { published: (await logOf(10)).published, readModel, ticker })
  await until({ ...older, faults: [] }, () => (waits() && tick(), older.faults.length > 0))
  assert.equal(await faultOf(older), 'DATA_ROLLED_BACK')
})

test('a log that shows an earlier head for a moment is waited for', async (t) => {
  const readModel = await opened(t)
  const { published } = await logOf(20)
  const newer = noting(t, { published, readModel })
  await until(newer, holds(readModel, 20n))
  await newer.notes.stop()
  const earlier = (await logOf(10)).published
  let looks = 0
  const late: NotingLeaves['published'] = {
    head: () => (++looks % 4 === 0 ? published : earlier).head(),
    entries: (from, to) => published.entries(from, to),
  }
  const { ticker, tick, waits } = handTicker()
  const scene = noting(t, { published: late, readModel, ticker })
  await until(scene, () => (waits() && tick(), looks >= 20))
  assert.deepEqual(scene.faults, [])
})

test('an entry that is not the leaf of an event stops it', async (t) => {
  const { published } = await logOf(3)
  const readModel = await opened(t)
  const damaged: NotingLeaves['published'] = {
    head: () => published.head(),
    async *entries(from, to) {
      for await (const { index } of published.entries(from, to)) yield { index, entry: Buffer.from('{"v":1}') }
    },
  }
  assert.equal(await faultOf(noting(t, { published: damaged, readModel })), 'LOG_DISAGREES')
  assert.equal(await readModel.logSize(), 0n)
})
