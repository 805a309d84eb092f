// Keeps the read model level with the event store and with the time: follows, stands by while another projector does so, tries again what may pass, stops at what may not.
import { isPassing, LedgerError } from '@consent-ledger/domain'
import type { Live, Spans } from '@consent-ledger/edge'
import { backOff, eachSecond, pause } from '@consent-ledger/eventstore'
import type { EventStore, Ticker } from '@consent-ledger/eventstore'
import type { ReadModel } from '@consent-ledger/readmodel'
import { followOnce } from './following.ts'
import { Freshness } from './freshness.ts'
import type { ProjectorProgress } from './freshness.ts'
import { notRejudging, type Rejudged } from './rejudging.ts'
import { standBy } from './standby.ts'

/** As pino's. Gets codes and numbers only. */
export type Log = { info(fields: object, message: string): void; warn(fields: object, message: string): void }

export type Projecting = {
  store: EventStore
  readModel: ReadModel
  /** The catalogues by which subjects are judged. */
  live: Pick<Live, 'controller' | 'refresh'>
  /** Epoch ms. */
  clock: () => number
  /** Called once, with what must end the process: a gap, damaged or rolled-back data, a defect. The projector has stopped by then; the read model is at its checkpoint. */
  onFault: (error: unknown) => void
  log: Log
  /** Called after each change of the read model: there may be more in the feed. */
  onApplied?: () => void
  /** Traces of what is applied; default none. */
  spans?: Spans
  /** When the head is looked at, and the other projector: by default each second. */
  ticker?: Ticker
}

export type Projector = {
  progress(): ProjectorProgress
  /** How far it has come with what no event brings. */
  rejudged(): Rejudged
  /** Empties the read model and follows from zero. Resolves when it is empty, durably, and followed again; `asOf` is null until it is level. Errors: STORE_UNAVAILABLE, NOT_READY once stopped. */
  rebuild(): Promise<void>
  /** Resolves when the group under way is applied and nothing more will be. Store and read model stay open. */
  stop(): Promise<void>
}

/** Longest wait between two tries, ms. */
const longestWait = 10_000

/** What `Projector` tells of, whatever run of the loop is under way. */
export type Reached = { freshness: Freshness; rejudged: Rejudged }

const isMoved = (error: unknown): boolean => error instanceof LedgerError && error.code === 'CHECKPOINT_MOVED'

/** Follows until `signal` aborts. Each new try asks the read model anew how far it has come: an apply that failed may have been applied. */
const keepFollowing = async (projecting: Projecting, reached: Reached, signal: AbortSignal): Promise<void> => {
  const { log, ticker = eachSecond } = projecting
  const { freshness } = reached
  let failures = 0
  let appliedTo = freshness.now().checkpoint
  let lostAt: bigint | null = null
  while (!signal.aborted) {
    try {
      if (lostAt !== null) await standBy({ ...projecting, ticker, freshness, lostAt, signal })
      if (signal.aborted) return
      if (lostAt !== null) log.info({}, 'this projector applies from here on')
      lostAt = null
      await followOnce(projecting, reached, signal)
      return
    } catch (error) {
      if (signal.aborted) return
      const { checkpoint } = freshness.now()
      if (isMoved(error)) {
        lostAt = checkpoint
        Object.assign(reached.rejudged, notRejudging)
        log.info({}, 'the checkpoint was moved by another, this projector stands by')
        continue
      }
      if (!isPassing(error)) throw error
      failures = checkpoint > appliedTo ? 1 : failures + 1
      appliedTo = checkpoint
      const waitMs = Math.round(backOff(failures, longestWait))
      log.warn({ code: error.code, reason: error.message, failures, waitMs }, 'the read model falls behind, trying again')
      await pause(waitMs, signal)
    }
  }
}

/** Starts at once, from where the read model stands. */
export const startProjector = (projecting: Projecting): Projector => {
  const reached: Reached = { freshness: new Freshness(projecting.clock), rejudged: { ...notRejudging } }
  let stopped = false
  let following = new AbortController()
  let ended = Promise.resolve()

  const start = (): void => {
    following = new AbortController()
    ended = keepFollowing(projecting, reached, following.signal).catch((error: unknown) => {
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
    progress: () => reached.freshness.now(),
    rejudged: () => ({ ...reached.rejudged }),
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
