// Keeps the read model level with the event store: follows, tries again what may pass, stops at what may not.
import { LedgerError } from '@consent-ledger/domain'
import { follow } from '@consent-ledger/eventstore'
import type { EventStore, Progress } from '@consent-ledger/eventstore'
import { refuseRolledBack } from '@consent-ledger/readmodel'
import type { ReadModel } from '@consent-ledger/readmodel'
import { backOff, passes, pause } from './backOff.ts'
import { Freshness } from './freshness.ts'
import type { ProjectorProgress } from './freshness.ts'

/** As pino's. Gets codes and numbers only. */
export type Log = { info(fields: object, message: string): void; warn(fields: object, message: string): void }

export type Projecting = {
  store: EventStore
  readModel: ReadModel
  /** Epoch ms. */
  clock: () => number
  /** Called once, with what must end the process: a gap, another projector, a damaged or rolled-back file, a defect. The projector has stopped by then; the file is at its checkpoint. */
  onFault: (error: unknown) => void
  log: Log
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

const followOnce = async (projecting: Projecting, freshness: Freshness, signal: AbortSignal): Promise<void> => {
  const { store, readModel, clock } = projecting
  const [checkpoint, head, { asOf }] = await Promise.all([readModel.checkpoint(), store.head(), readModel.progress()])
  refuseRolledBack(checkpoint, head)
  freshness.restart({ checkpoint, asOf }, head)
  const failed = new AbortController()
  const onProgress = (progress: Progress): void => {
    const moved = freshness.note(progress)
    if (moved !== null) readModel.noteAsOf(moved).catch((error: unknown) => failed.abort(error))
  }
  await follow({ store, sink: readModel, clock, groupSize, onProgress, signal: AbortSignal.any([signal, failed.signal]) })
  if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason
}

/** Follows until `signal` aborts. Each new try asks the file anew how far it has come: an apply that failed may have been applied. */
const keepFollowing = async (projecting: Projecting, freshness: Freshness, signal: AbortSignal): Promise<void> => {
  let failures = 0
  let reached = freshness.now().checkpoint
  while (!signal.aborted) {
    try {
      await followOnce(projecting, freshness, signal)
      return
    } catch (error) {
      if (signal.aborted) return
      if (!passes(error)) throw error
      const { checkpoint } = freshness.now()
      failures = checkpoint > reached ? 1 : failures + 1
      reached = checkpoint
      const waitMs = backOff(failures)
      projecting.log.warn({ code: error.code, reason: error.message, failures, waitMs }, 'the read model falls behind: trying again')
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
