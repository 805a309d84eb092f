// What an earlier try left behind: a record that comes to stand late, and files of a batch that was cut short. Neither ends the only sequencer there is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { cosign, generateKey, parseNote, parseSkey } from '@consent-ledger/tlog'
import type { Witnesses } from '../src/index.ts'
import { demandSound, demandWhole } from './proofs.ts'
import { faultOf, own, published, recordYeses, running, scene, storeWith, watched } from './scene.ts'

test('cosignatures whose append was of unknown outcome come to stand behind a head that was published without them', async (t) => {
  const ledger = await scene(t)
  const key = parseSkey(generateKey('witness.example.org', 4).skey)
  let asked = 0
  const witnesses: Witnesses = {
    look: async () => [],
    ask: async ({ note }) => ({
      signatures: ++asked % 2 === 1 ? [cosign(key, parseNote(note).text, 1_795_000_000n)] : [],
      enough: false,
      outcomes: [],
      shown: [],
    }),
  }
  const late: (() => Promise<unknown>)[] = []
  const store = storeWith(ledger.store, {
    append: async (stream, expected, events) => {
      if (events[0]?.type !== 'TreeHeadCosigned') return ledger.store.append(stream, expected, events)
      late.push(() => ledger.store.append(stream, expected, events))
      throw new LedgerError('OUTCOME_UNKNOWN', 'The disk is slow.')
    },
  })
  const run = await running(t, ledger, { store, witnesses })
  let size = own
  for (let n = 0; n < 4; n++) {
    await published(run, size)
    await late.splice(0).at(-1)?.()
    await recordYeses(ledger.store, n, 1)
    size++
  }
  await published(run, size)
  assert.deepEqual(run.faults, [])
  await run.sequencer.stop()
  await demandWhole(ledger)
  await demandSound(ledger)
})

test('files of a batch that was cut short give way to what the store says now', async (t) => {
  const ledger = await scene(t)
  await recordYeses(ledger.store, 0, 10)
  const first = await running(t, ledger)
  await published(first, own + 10)
  await first.sequencer.stop()
  const kept = await ledger.store.readAll({ after: -1n, limit: 1000 })
  await recordYeses(ledger.store, 10, 500)
  const crash = (step: string): void => {
    if (step === 'state.json') throw new TypeError('crash')
  }
  await faultOf(await running(t, ledger, { files: watched(new MemoryLogFiles(ledger.kept), crash) }))
  assert.ok(ledger.kept.has('tile/entries/000'), 'it left files beyond the state')
  // The disk of the events is lost and brought back as it was before them; five others come.
  const store = new MemoryEventStore()
  for (const event of kept) await store.append(event.stream, event.revision - 1n, [event])
  const restored = { ...ledger, store }
  await recordYeses(store, 1000, 300)
  const run = await running(t, restored)
  await published(run, own + 310)
  await run.sequencer.stop()
  await demandWhole(restored)
  await demandSound(restored)
})
