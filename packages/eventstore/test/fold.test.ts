// fold: a stream read whole, in order and without a gap, or not at all.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Aggregate, RecordedEvent } from '@consent-ledger/domain'
import { beginning, fold, readOn, type StreamReader } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { events } from '../src/conformance/setting.ts'

const revisions: Aggregate<bigint[]> = { stream: 's', initial: () => [], evolve: (seen, { revision }) => [...seen, revision] }

const filled = async (count: number): Promise<MemoryEventStore> => {
  const store = new MemoryEventStore()
  if (count > 0) await store.append('s', beginning, events(count))
  return store
}

const tampered = (store: StreamReader, tamper: (page: RecordedEvent[]) => RecordedEvent[]): StreamReader => ({
  readStream: async (...call) => tamper(await store.readStream(...call)),
})

for (const count of [0, 1, 499, 500, 501, 1_234]) {
  it(`${count} events: each once, in order`, async () => {
    assert.deepEqual(
      await fold(await filled(count), revisions),
      Array.from({ length: count }, (_, n) => BigInt(n)),
    )
  })
}

it('reads on from any revision, in pages that are read as they are taken', async () => {
  const store = await filled(1_200)
  let reads = 0
  const counting = tampered(store, (page) => (reads++, page))
  const pages = readOn(counting, 's', 99n)
  const first = await pages.next()
  assert.equal(reads, 1)
  assert.equal(first.value?.[0]?.revision, 100n)
  const others: RecordedEvent[] = []
  for await (const page of pages) others.push(...page)
  assert.equal(others.at(-1)?.revision, 1_199n)
})

const tampering: Record<string, (page: RecordedEvent[]) => RecordedEvent[]> = {
  'the first event left out': (page) => page.slice(1),
  'an event left out': (page) => page.toSpliced(5, 1),
  'an event given twice': (page) => page.toSpliced(5, 0, ...page.slice(4, 5)),
  'two events exchanged': (page) => page.toSpliced(5, 2, ...page.slice(5, 7).toReversed()),
}
for (const [what, tamper] of Object.entries(tampering)) {
  it(`${what}: INTEGRITY`, async () => {
    await assert.rejects(fold(tampered(await filled(20), tamper), revisions), { code: 'INTEGRITY' })
  })
}
