// One run of the loop from the event store to the read model: from where the read model stands, until something ends it.
import { noSpans } from '@consent-ledger/edge'
import { eachSecond, follow } from '@consent-ledger/eventstore'
import type { Progress, Sink } from '@consent-ledger/eventstore'
import { Judging } from './judging.ts'
import type { Projecting, Reached } from './projector.ts'
import { keepRejudging } from './rejudging.ts'
import { look } from './standby.ts'
import { Waking } from './waking.ts'

/** Events in one transaction: small, since it holds the thread while it runs. */
const groupSize = 250

const nobodyAsks = (): void => {}

const sinkOf = ({ readModel, spans = noSpans, onApplied = nobodyAsks }: Projecting, judging: Judging, waking: Waking): Sink => ({
  checkpoint: () => readModel.checkpoint(),
  apply: (events, checkpoint) =>
    spans.task('readmodel.apply', { events: events.length }, async () => {
      const { group, applied } = await judging.group(events)
      await readModel.apply(group, checkpoint)
      applied()
      onApplied()
      if (group.rejudge.length > 0) waking.wake()
    }),
})

/**
 * Resolves behind the group under way once `signal` aborts. What is judged again without an event begins when the read model is level: before that every row is judged by
 * the catalogue of today anyway as its events come, and each change of the catalogue on the way would have everybody judged once more. Errors: those of `follow`, `look`, `keepRejudging`.
 */
export const followOnce = async (projecting: Projecting, { freshness, rejudged }: Reached, signal: AbortSignal): Promise<void> => {
  const { store, readModel, live, clock, log, ticker = eachSecond, onApplied = nobodyAsks } = projecting
  await look(projecting, freshness)
  const judging = new Judging({ store, live, clock })
  const waking = new Waking()
  const failed = new AbortController()
  const over = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const fail = (error: unknown): void => failed.abort(error)
  let beside = Promise.resolve()
  let level = false
  const onProgress = (progress: Progress): void => {
    const moved = freshness.note(progress)
    if (moved !== null) readModel.noteAsOf(moved).catch(fail)
    if (level || progress.asOf === null || either.aborted) return
    level = true
    const until = AbortSignal.any([either, over.signal])
    beside = keepRejudging({ readModel, judging, live, clock, log, ticker, waking, rejudged, onApplied, signal: until }).catch(fail)
  }
  try {
    await follow({ store, sink: sinkOf(projecting, judging, waking), clock, groupSize, onProgress, signal: either, ticker })
  } finally {
    over.abort()
    await beside
  }
  if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason
}
