// A read model that tells what it has applied.
import type { RecordedEvent } from '@consent-ledger/domain'
import type { ReadModel } from '@consent-ledger/readmodel'

export const watched = (model: ReadModel, applied: (events: readonly RecordedEvent[], checkpoint: bigint) => void): ReadModel => ({
  checkpoint: () => model.checkpoint(),
  apply: async (events, checkpoint) => {
    await model.apply(events, checkpoint)
    applied(events, checkpoint)
  },
  noteAsOf: (asOf) => model.noteAsOf(asOf),
  progress: () => model.progress(),
  logSize: () => model.logSize(),
  applyLeaves: (from, leaves, to) => model.applyLeaves(from, leaves, to),
  leafIndexOf: (stream, revision) => model.leafIndexOf(stream, revision),
  listAnswers: (asked) => model.listAnswers(asked),
  activity: (asked) => model.activity(asked),
  turnedAway: (asked) => model.turnedAway(asked),
  reset: () => model.reset(),
  close: () => model.close(),
})
