// The log goes on over another store that holds the same events: each sealed one must give its leaf, what is not sealed yet follows, nothing is sealed twice.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { demandSound, demandWhole, noteIn, takeProofs, demandKept } from './proofs.ts'
import { handTicker, own, published, recordNo, recordYeses, running, scene, streamOf, until, watched, type Scene } from './scene.ts'

/** The events of a store, appended again in another order that keeps the order of each stream; `change` may leave one out or make it another. */
const copied = async (
  { store }: Scene,
  order: (event: RecordedEvent) => number,
  change: (event: RecordedEvent) => RecordedEvent | null = (event) => event,
): Promise<MemoryEventStore> => {
  const other = new MemoryEventStore()
  // One more at the front, so that no position is the same.
  await other.append('$settings', -1n, await store.readStream('ledger', { after: -1n, limit: 1 }))
  const events = await store.readAll({ after: -1n, limit: 10_000 })
  for (const event of events.toSorted((a, b) => order(a) - order(b))) {
    const kept = change(event)
    if (kept !== null) await other.append(kept.stream, kept.revision - 1n, [kept])
  }
  return other
}

const inOrder = (event: RecordedEvent): number => Number(event.position)
/** People from the last to the first; the rest as it was. */
const turned = (event: RecordedEvent): number =>
  event.stream.startsWith('subject-') ? 1_000_000 - Number(BigInt(`0x${event.stream.slice(-8)}`)) : Number(event.position)

const sealed = async (t: TestContext): Promise<Scene> => {
  const ledger = await scene(t)
  await recordYeses(ledger.store, 0, 400)
  const run = await running(t, ledger)
  await published(run, own + 400)
  await run.sequencer.stop()
  return ledger
}

for (const [name, order] of [
  ['the same order', inOrder],
  ['another order', turned],
] as const) {
  test(`in ${name}: what is sealed is known again, what came since follows`, async (t) => {
    const ledger = await sealed(t)
    const [given, note] = [await takeProofs(ledger), noteIn(ledger.kept) ?? '']
    await recordYeses(ledger.store, 400, 50)
    await recordNo(ledger.store, 7)
    const moved = { ...ledger, store: await copied(ledger, order) }
    const run = await running(t, moved, { kind: 'esdb' })
    await published(run, own + 451)
    await run.sequencer.stop()
    await demandWhole(moved)
    // And once more from where it now stands, or from the start again.
    await recordYeses(moved.store, 450, 5)
    await published(await running(t, moved, { kind: 'esdb' }), own + 456)
    await demandWhole(moved)
    await demandKept(moved, given, new Set([note]))
    await demandSound(moved)
  })
}

test('once it was held against the log it is not read from the start again', async (t) => {
  const ledger = await sealed(t)
  const moved = { ...ledger, store: await copied(ledger, inOrder) }
  await (await running(t, moved, { kind: 'esdb' })).sequencer.stop()
  let reads = 0
  const files = watched(new MemoryLogFiles(ledger.kept), (step) => void (step === 'read' && reads++))
  await (await running(t, moved, { kind: 'esdb', files })).sequencer.stop()
  assert.ok(reads < 20, `${reads} reads`)
})

test('a crash among what is sealed in another order does not seal anything twice', async (t) => {
  const ledger = await sealed(t)
  await recordYeses(ledger.store, 400, 600)
  const moved = { ...ledger, store: await copied(ledger, turned) }
  for (let nth = 1; nth <= 4; nth++) {
    let states = 0
    const crash = (step: string): void => {
      if (step === 'state.json' && ++states > nth) throw new TypeError('crash')
    }
    const { ticker, tick } = handTicker()
    const run = await running(t, moved, { kind: 'esdb', files: watched(new MemoryLogFiles(moved.kept), crash), ticker }).catch(() => null)
    if (run === null) continue
    await recordYeses(moved.store, 1000 + nth, 1)
    await until({ faults: [] }, () => {
      tick()
      return run.faults.length > 0 || run.sequencer.progress().levelAt !== null
    })
    await run.sequencer.stop()
  }
  await published(await running(t, moved, { kind: 'esdb' }), own + 1004)
  await demandWhole(moved)
})

test('one sealed event that is another, or lacks, is named', async (t) => {
  const ledger = await sealed(t)
  const changed = await copied(ledger, inOrder, (event) =>
    event.stream === streamOf(123) ? { ...event, data: { ...event.data, purpose: 'ads' } } : event,
  )
  const other = new RegExp(`Revision 0 of ${streamOf(123)}`)
  await assert.rejects(running(t, { ...ledger, store: changed }, { kind: 'esdb' }), { code: 'LOG_DISAGREES', message: other })
  const lacking = await copied(ledger, inOrder, (event) => (event.stream === streamOf(123) ? null : event))
  await assert.rejects(running(t, { ...ledger, store: lacking }, { kind: 'esdb' }), (error) => {
    assert.ok(error instanceof LedgerError && error.code === 'DATA_ROLLED_BACK')
    assert.match(error.message, other.source === '' ? /./ : new RegExp(`revision 0 of ${streamOf(123)}`))
    return true
  })
})
