// The stream `tree-heads`: by its expected revision one of two sequencers loses, before anybody sees its head.
import { randomUUID } from 'node:crypto'
import { iso, ms, schemaVersion, treeHeadsAggregate, treeHeadsStream, type SignedHead, type TreeHeadFact } from '@consent-ledger/domain'
import { beginning, readOn, type EventStore } from '@consent-ledger/eventstore'
import { writer } from './writer.ts'

/** Where the stream ends. `recordedAt`: epoch ms, of its last event. */
export type End = { revision: bigint; recordedAt: number }

/** The end of the stream, and the newest head from revision `from` on, with its cosignatures; null if there is none from there on. Errors: those of the store. */
export const readHeads = async (store: EventStore, from: bigint): Promise<{ head: SignedHead | null; end: End }> => {
  const heads = treeHeadsAggregate.initial()
  const end: End = { revision: beginning, recordedAt: Number.NEGATIVE_INFINITY }
  for await (const page of readOn(store, treeHeadsStream, from - 1n)) {
    for (const event of page) {
      treeHeadsAggregate.evolve(heads, event)
      end.revision = event.revision
      end.recordedAt = ms(event.metadata.recordedAt)
    }
  }
  return { head: heads.last, end }
}

/** `run`: id of this run of a sequencer, the act of all that it records here. */
export type Recording = { store: EventStore; clock: () => number; run: string }

/** Whether all that stands behind `end` was recorded by this run: appends of which it was not told that they came to stand. Errors: those of the store. */
export const isOwnBehind = async ({ store, run }: Pick<Recording, 'store' | 'run'>, end: End): Promise<boolean> => {
  for await (const page of readOn(store, treeHeadsStream, end.revision))
    if (page.some(({ metadata }) => metadata.actId !== run)) return false
  return true
}

/**
 * Records one fact of the log at the end of the stream; durable on return. Answers with the new end.
 * Errors: WRONG_EXPECTED_REVISION (somebody else was there first), those of the store.
 */
export const appendToHeads = async ({ store, clock, run }: Recording, end: End, fact: TreeHeadFact): Promise<End> => {
  const recordedAt = Math.max(clock(), end.recordedAt + 1)
  const metadata = { schemaVersion, recordedAt: iso(recordedAt), writer, actId: run }
  // An id that nobody else makes: a store that knows the ids would tell two sequencers that it took theirs.
  const recorded = await store.append(treeHeadsStream, end.revision, [{ id: randomUUID(), ...fact, metadata }])
  return { revision: recorded.at(-1)?.revision ?? end.revision + 1n, recordedAt }
}
