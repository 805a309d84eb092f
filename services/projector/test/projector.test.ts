// From the event store to the read model: level with it, rebuilt while it goes on, and through every fault that passes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { now, recordYes } from './history.ts'
import { failing, level, opened, running, scratchFile, told } from './scene.ts'
import type { Step } from './scene.ts'

const storeOf = async (count: number): Promise<MemoryEventStore> => {
  const store = new MemoryEventStore()
  for (let n = 0; n < count; n++) await recordYes(store, n)
  return store
}

test('applies what is there and what comes, and says how fresh it is', async (t) => {
  const store = await storeOf(600)
  const readModel = await opened(t)
  const scene = await running(t, { store, readModel })
  await level(scene, store)
  assert.deepEqual(scene.projector.progress(), { checkpoint: 599n, head: 599n, asOf: now, lagEvents: 0, lagSeconds: 0 })
  assert.deepEqual(await readModel.progress(), { checkpoint: 599n, asOf: now })
  await recordYes(store, 600)
  await level(scene, store)
  assert.equal((await readModel.listAnswers({ controller: 'campo', limit: 1000 })).answers.length, 601)
})

test('goes on from where it stood', async (t) => {
  const store = await storeOf(300)
  const file = scratchFile(t)
  const first = await running(t, { store, readModel: await opened(t, file) })
  await level(first, store)
  await first.projector.stop()
  for (let n = 300; n < 310; n++) await recordYes(store, n)
  const readModel = await opened(t, file)
  await level(await running(t, { store, readModel }), store)
  assert.deepEqual(await readModel.activity({ controller: 'campo' }), [
    { site: 'campo-fr', day: '2026-11-22', type: 'ConsentGiven', count: 310 },
  ])
})

test('a rebuild gives the same rows and takes in what comes meanwhile', async (t) => {
  const store = await storeOf(600)
  const readModel = await opened(t)
  const scene = await running(t, { store, readModel })
  await level(scene, store)
  const live = await told(readModel)
  await Promise.all([scene.projector.rebuild(), scene.projector.rebuild()])
  await level(scene, store)
  assert.deepEqual(await told(readModel), live)
  const begun = scene.projector.rebuild()
  await recordYes(store, 600)
  await begun
  await level(scene, store)
  assert.equal((await readModel.listAnswers({ controller: 'campo', limit: 1000 })).answers.length, 601)
  await scene.projector.stop()
  await assert.rejects(scene.projector.rebuild(), { code: 'NOT_READY' })
})

const steps: Step[] = ['checkpoint', 'progress', 'apply', 'noteAsOf']
for (const step of steps) {
  for (const applied of [false, true]) {
    test(`${step} ${applied ? 'fails although it was done' : 'fails'}: tried again, said so, and the rows are right`, async (t) => {
      const store = await storeOf(600)
      const untroubled = await opened(t)
      await level(await running(t, { store, readModel: untroubled }), store)
      for (const nth of step === 'apply' ? [1, 2, 3] : [1]) {
        const readModel = await opened(t)
        const scene = await running(t, { store, readModel: failing(readModel, step, nth, applied) })
        await level(scene, store)
        assert.deepEqual(await told(readModel), await told(untroubled))
        assert.deepEqual(scene.warnings, ['the read model falls behind, trying again'])
        assert.equal(await readModel.checkpoint(), 599n)
      }
    })
  }
}
