// What a restart reads: a few files a level of the tree and a few pages of the store, however long the log is.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { own, published, recordYeses, running, scene, storeWith, watched } from './scene.ts'

/** Reads of files and of the store, and events that these gave, in a restart of a log of so many people. */
const restart = async (t: TestContext, people: number): Promise<{ files: number; pages: number; events: number }> => {
  const ledger = await scene(t)
  await recordYeses(ledger.store, 0, people)
  const run = await running(t, ledger)
  await published(run, own + people)
  // The heads of a catch-up lie behind its last event, once.
  await recordYeses(ledger.store, people, 1)
  await published(run, own + people + 1)
  await run.sequencer.stop()
  const read = { files: 0, pages: 0, events: 0 }
  const counting = async <T>(page: Promise<T[]>): Promise<T[]> => {
    const found = await page
    read.pages++
    read.events += found.length
    return found
  }
  const { store } = ledger
  const counted = storeWith(store, {
    readAll: (page) => counting(store.readAll(page)),
    readStream: (stream, page) => counting(store.readStream(stream, page)),
  })
  const files = watched(new MemoryLogFiles(ledger.kept), (step) => void (step === 'read' && read.files++))
  const again = await running(t, ledger, { store: counted, files, ticker: () => () => {} })
  await again.sequencer.stop()
  return read
}

test('a restart of 70,000 leaves costs a few reads more than one of 300', { timeout: 120_000 }, async (t) => {
  const [short, long] = [await restart(t, 300), await restart(t, 70_000)]
  assert.ok(long.files <= short.files + 6 && long.files <= 30, JSON.stringify([short, long]))
  assert.ok(long.pages <= short.pages + 1 && long.events <= short.events + 1, JSON.stringify([short, long]))
})
