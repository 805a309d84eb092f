// The newest head that anybody was shown lies beside the keys: a log that is put back behind it signs nothing, whatever the event store says.
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { noteIn } from './proofs.ts'
import { own, published, recordYeses, running, scene, watched, type Scene } from './scene.ts'

const markIn = ({ keyDirectory }: Scene): string => join(keyDirectory, 'log.head')

/** A log of 300 people, and the ledger, events and log, as it stood at 20. */
const putBack = async (t: TestContext): Promise<{ ledger: Scene; earlier: Scene }> => {
  const ledger = await scene(t)
  await recordYeses(ledger.store, 0, 20)
  const run = await running(t, ledger)
  await published(run, own + 20)
  const kept = new Map(ledger.kept)
  const store = new MemoryEventStore()
  for (const event of await ledger.store.readAll({ after: -1n, limit: 1000 }))
    await store.append(event.stream, event.revision - 1n, [event])
  await recordYeses(ledger.store, 20, 280)
  await published(run, own + 300)
  await run.sequencer.stop()
  return { ledger, earlier: { ...ledger, store, kept } }
}

test('the mark names the head before anybody can read it', async (t) => {
  const ledger = await scene(t)
  const marks: string[] = []
  const files = watched(
    new MemoryLogFiles(ledger.kept),
    (step) => void (step === 'checkpoint' && marks.push(readFileSync(markIn(ledger), 'utf8'))),
  )
  const run = await running(t, ledger, { files })
  await published(run, own)
  assert.deepEqual(marks, [noteIn(ledger.kept)])
})

test('events and log put back together are refused by what the key directory knows', async (t) => {
  const { earlier } = await putBack(t)
  const head = await earlier.store.head()
  const refusal = { code: 'DATA_ROLLED_BACK', message: /log\.head in the key directory names a head of 302 leaves.* ends at 22/ }
  await assert.rejects(running(t, earlier), refusal)
  assert.equal(await earlier.store.head(), head, 'nothing was signed')
})

test('a log that goes on otherwise from an earlier state is refused by its root', async (t) => {
  const { ledger, earlier } = await putBack(t)
  const mark = readFileSync(markIn(ledger), 'utf8')
  rmSync(markIn(ledger))
  await recordYeses(earlier.store, 500, 400)
  const run = await running(t, earlier)
  await published(run, own + 420)
  await run.sequencer.stop()
  ledger.keys.keepNewest(mark)
  await assert.rejects(running(t, earlier), { code: 'DATA_ROLLED_BACK', message: /302 leaves with another root/ })
})

test('an empty log beside a mark is not a new one', async (t) => {
  const { ledger } = await putBack(t)
  const store = new MemoryEventStore()
  await store.append('ledger', -1n, await ledger.store.readStream('ledger', { after: -1n, limit: 1 }))
  await assert.rejects(running(t, { ...ledger, store, kept: new Map() }), { code: 'DATA_ROLLED_BACK', message: /log\.head/ })
})

test('a mark that is missing, or is older, is said and made anew', async (t) => {
  const { ledger, earlier } = await putBack(t)
  const newest = readFileSync(markIn(ledger), 'utf8')
  rmSync(markIn(ledger))
  const run = await running(t, ledger)
  assert.match(run.warnings.join(), /log\.head is missing/)
  assert.equal(readFileSync(markIn(ledger), 'utf8'), newest)
  await run.sequencer.stop()
  ledger.keys.keepNewest(noteIn(earlier.kept) ?? '')
  await running(t, ledger)
  assert.equal(readFileSync(markIn(ledger), 'utf8'), newest)
})

test('what is no head of this log is not taken for one', async (t) => {
  const { ledger } = await putBack(t)
  ledger.keys.keepNewest('something else\n')
  await assert.rejects(running(t, ledger), { code: 'DATA_CORRUPT', message: /log\.head/ })
})
