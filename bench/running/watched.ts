// A read model that tells what it has applied.
import type { RecordedEvent } from '@consent-ledger/domain'
import type { ReadModel } from '@consent-ledger/readmodel'

export const watched = (model: ReadModel, applied: (events: readonly RecordedEvent[], checkpoint: bigint) => void): ReadModel => ({
  checkpoint: () => model.checkpoint(),
  apply: async (group, checkpoint) => {
    await model.apply(group, checkpoint)
    applied(group.events, checkpoint)
  },
  noteAsOf: (asOf) => model.noteAsOf(asOf),
  progress: () => model.progress(),
  logSize: () => model.logSize(),
  applyLeaves: (from, leaves, to) => model.applyLeaves(from, leaves, to),
  leafIndexOf: (stream, revision) => model.leafIndexOf(stream, revision),
  applyJudged: (subjects) => model.applyJudged(subjects),
  due: (now, limit) => model.due(now, limit),
  fanOuts: () => model.fanOuts(),
  subjectsAfter: (controller, after, limit) => model.subjectsAfter(controller, after, limit),
  applyFanOut: (fanOut, subjects, cursor) => model.applyFanOut(fanOut, subjects, cursor),
  verdicts: (asked) => model.verdicts(asked),
  feed: () => model.feed(),
  changes: (asked) => model.changes(asked),
  newEpoch: () => model.newEpoch(),
  takeSink: (sink, holder, now, until) => model.takeSink(sink, holder, now, until),
  moveSink: (sink, holder, from, to) => model.moveSink(sink, holder, from, to),
  rewindSink: (sink, place) => model.rewindSink(sink, place),
  acknowledge: (acknowledging) => model.acknowledge(acknowledging),
  acknowledgements: (controller) => model.acknowledgements(controller),
  stops: (asked) => model.stops(asked),
  listScrubs: (asked) => model.listScrubs(asked),
  scrub: (controller, scrubId) => model.scrub(controller, scrubId),
  listRestrictions: (asked) => model.listRestrictions(asked),
  listAnswers: (asked) => model.listAnswers(asked),
  activity: (asked) => model.activity(asked),
  turnedAway: (asked) => model.turnedAway(asked),
  reset: () => model.reset(),
  close: () => model.close(),
})
