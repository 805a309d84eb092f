// Keeps the read model level with the event store: follows, stands by while another projector does so, tries again what may pass, stops at what may not.
import { isPassing, LedgerError } from '@consent-ledger/domain'
import { noSpans, type Spans } from '@consent-ledger/edge'
import { backOff, eachSecond, follow, pause } from '@consent-ledger/eventstore'
import type { EventStore, Progress, Sink, Ticker } from '@consent-ledger/eventstore'
import type { ReadModel } from '@consent-ledger/readmodel'
import { Freshness } from './freshness.ts'
import type { ProjectorProgress } from './freshness.ts'
import { look, standBy } from './standby.ts'

/** As pino's. Gets codes and numbers only. */
export type Log = { info(fields: object, message: string): void; warn(fields: object, message: string): void }

export type Projecting = {
  store: EventStore
  readModel: ReadModel
  /** Epoch ms. */
  clock: () => number
  /** Called once, with what must end the process: a gap, damaged or rolled-back data, a defect. The projector has stopped by then; the read model is at its checkpoint. */
  onFault: (error: unknown) => void
  log: Log
  /** Traces of what is applied; default none. */
  spans?: Spans
  /** When the head is looked at, and the other projector: by default each second. */
  ticker?: Ticker
}

export type Projector = {
  progress(): ProjectorProgress
  /** Empties the read model and follows from zero. Resolves when it is empty, durably, and followed again; `asOf` is null until it is level. Errors: STORE_UNAVAILABLE, NOT_READY once stopped. */
  rebuild(): Promise<void>
  /** Resolves when the group under way is applied and nothing more will be. Store and read model stay open. */
  stop(): Promise<void>
}

/** Events in one transaction: small, since it holds the thread while it runs. */
const groupSize = 250

/** Longest wait between two tries, ms. */
const longestWait = 10_000

const sinkOf = ({ readModel, spans = noSpans }: Projecting): Sink => ({
  checkpoint: () => readModel.checkpoint(),
  apply: (events, checkpoint) => spans.task('readmodel.apply', { events: events.length }, () => readModel.apply(events, checkpoint)),
})

const followOnce = async (projecting: Projecting, freshness: Freshness, signal: AbortSignal): Promise<void> => {
  const { store, readModel, clock, ticker = eachSecond } = projecting
  await look(projecting, freshness)
  const failed = new AbortController()
  const onProgress = (progress: Progress): void => {
    const moved = freshness.note(progress)
    if (moved !== null) readModel.noteAsOf(moved).catch((error: unknown) => failed.abort(error))
  }
  const either = AbortSignal.any([signal, failed.signal])
  await follow({ store, sink: sinkOf(projecting), clock, groupSize, onProgress, signal: either, ticker })
  if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason
}

const isMoved = (error: unknown): boolean => error instanceof LedgerError && error.code === 'CHECKPOINT_MOVED'

/** Follows until `signal` aborts. Each new try asks the read model anew how far it has come: an apply that failed may have been applied. */
const keepFollowing = async (projecting: Projecting, freshness: Freshness, signal: AbortSignal): Promise<void> => {
  const { log, ticker = eachSecond } = projecting
  let failures = 0
  let reached = freshness.now().checkpoint
  let lostAt: bigint | null = null
  while (!signal.aborted) {
    try {
      if (lostAt !== null) await standBy({ ...projecting, ticker, freshness, lostAt, signal })
      if (signal.aborted) return
      if (lostAt !== null) log.info({}, 'this projector applies from here on')
      lostAt = null
      await followOnce(projecting, freshness, signal)
      return
    } catch (error) {
      if (signal.aborted) return
      const { checkpoint } = freshness.now()
      if (isMoved(error)) {
        lostAt = checkpoint
        log.info({}, 'the checkpoint was moved by another: this projector stands by')
        continue
      }
      if (!isPassing(error)) throw error
      failures = checkpoint > reached ? 1 : failures + 1
      reached = checkpoint
      const waitMs = Math.round(backOff(failures, longestWait))
      log.warn({ code: error.code, reason: error.message, failures, waitMs }, 'the read model falls behind: trying again')
      await pause(waitMs, signal)
    }
  }
}

/** Starts at once, from where the read model stands. */
export const startProjector = (projecting: Projecting): Projector => {
  const freshness = new Freshness(projecting.clock)
  let stopped = false
  let following = new AbortController()
  let ended = Promise.resolve()

  const start = (): void => {
    following = new AbortController()
    ended = keepFollowing(projecting, freshness, following.signal).catch((error: unknown) => {
      stopped = true
      projecting.onFault(error)
    })
  }
  const halt = async (): Promise<void> => {
    following.abort()
    await ended
  }
  const rebuildNow = async (): Promise<void> => {
    await halt()
    if (stopped) throw new LedgerError('NOT_READY', 'The projector has stopped.')
    try {
      await projecting.readModel.reset()
      projecting.log.info({}, 'the read model is rebuilt from zero')
    } finally {
      if (!stopped) start()
    }
  }

  // One rebuild after the other: two at once would each start a loop of their own.
  let rebuilt = Promise.resolve()
  start()
  return {
    progress: () => freshness.now(),
    rebuild: () => {
      const own = rebuilt.then(rebuildNow)
      rebuilt = own.catch(() => {})
      return own
    },
    stop: async () => {
      stopped = true
      await rebuilt
      await halt()
    },
  }
}
