// The only writer of the transparency log: looks for what is new, seals it, publishes a head; tries again what may pass, stops at what may not.
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { isPassing, LedgerError } from '@consent-ledger/domain'
import { backOff, pause, type Ticker } from '@consent-ledger/eventstore'
import { isOwnBehind, type End } from './heads.ts'
import type { OpenLog, SealingDeps } from './openLog.ts'
import { Progress, type SequencerProgress } from './progress.ts'
import { seal } from './seal.ts'
import { anotherSequencer, takeUp } from './takeUp.ts'

export type Sequencing = Omit<SealingDeps, 'run'> & {
  /** Called once, with what must end the process: a disagreement, another sequencer, a gap, a defect. Nothing is signed or published after it. */
  onFault: (error: unknown) => void
  /** When the store is looked at: by default each quarter of a second. */
  ticker?: Ticker
  /** Ms by a clock that never goes back: the process's own by default. */
  elapsed?: () => number
}

export type Sequencer = {
  progress(): SequencerProgress
  /** Resolves when the batch under way is published, or has failed, and nothing more will be. Store and files stay open. */
  stop(): Promise<void>
}

export const eachQuarter: Ticker = (tick) => {
  const timer = setInterval(tick, 250)
  timer.unref()
  return () => clearInterval(timer)
}

/** Longest wait between two tries, ms. */
const longestWait = 5_000

type Ticks = { next(signal: AbortSignal): Promise<void>; stop(): void }

/** Ticks during a batch are let go: a seal costs the same some ten fsyncs for a few leaves and for a thousand, so under load they may gather. */
const ticksOf = (ticker: Ticker): Ticks => {
  let wake = (): void => {}
  const stop = ticker(() => wake())
  const next = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    wake = resolve
    const end = (): void => resolve()
    signal.addEventListener('abort', end)
    await promise
    signal.removeEventListener('abort', end)
  }
  return { next, stop }
}

type Running = {
  deps: SealingDeps
  progress: Progress
  ticks: Ticks
  elapsed: () => number
  signal: AbortSignal
}

/** Seals what comes until `signal` aborts. Errors: those of the steps, behind which `log` is of no use any more. */
const keepSealing = async ({ deps, progress, ticks, elapsed, signal }: Running, log: OpenLog): Promise<void> => {
  while (!signal.aborted) {
    const lookedAt = elapsed()
    const batch = await log.source.next()
    if (batch.leaves.length > 0) await seal(deps, log, batch)
    progress.published(log.published, log.source.level ? lookedAt : null)
    if (batch.more) await setImmediate()
    else await ticks.next(signal)
  }
}

/** `conflict`: met at this end of `tree-heads`, and not yet looked into. `stranger`: whether a record of another run was met. */
type Troubles = { failures: number; conflicts: number; stranger: boolean; conflict: { error: unknown; end: End } | null }

const isConflict = (error: unknown): boolean => error instanceof LedgerError && error.code === 'WRONG_EXPECTED_REVISION'

/** Conflicts without a head between them. */
const mostConflicts = 3

/** An append of this run may come to stand late; one of the run before too, once. Errors: DATA_LOCKED where another sequencer is at work. */
const demandAlone = async (deps: SealingDeps, troubles: Troubles): Promise<void> => {
  if (troubles.conflict === null) return
  const { error, end } = troubles.conflict
  const own = await isOwnBehind(deps, end)
  if (++troubles.conflicts > mostConflicts || (!own && troubles.stranger)) throw anotherSequencer(error)
  troubles.stranger ||= !own
  troubles.conflict = null
  deps.log.warn({ own }, 'a record of the log came to stand late: the log is taken up again')
}

/** Errors: those of `takeUp`; DATA_LOCKED where a head came to stand that this log does not have. */
const takeUpAgain = async (deps: SealingDeps, troubles: Troubles): Promise<OpenLog> => {
  await demandAlone(deps, troubles)
  try {
    return await takeUp(deps)
  } catch (error) {
    throw troubles.conflicts > 0 && error instanceof LedgerError && error.code === 'LOG_DISAGREES' ? anotherSequencer(error) : error
  }
}

const waitOut = async ({ deps, signal }: Running, { failures }: Troubles, { code, message: reason }: LedgerError): Promise<void> => {
  const waitMs = Math.round(backOff(failures, longestWait))
  deps.log.warn({ code, reason, failures, waitMs }, 'the log falls behind, trying again')
  await pause(waitMs, signal)
}

/** A failed step may have been done: nothing of it is remembered, files and store are asked anew how far it came. */
const run = async (running: Running, first: OpenLog): Promise<void> => {
  const { deps, signal } = running
  const troubles: Troubles = { failures: 0, conflicts: 0, stranger: false, conflict: null }
  let [log, reached]: [OpenLog | null, bigint] = [first, first.published]
  while (!signal.aborted) {
    try {
      log ??= await takeUpAgain(deps, troubles)
      await keepSealing(running, log)
    } catch (error) {
      if (log !== null && log.published > reached) Object.assign(troubles, { failures: 0, conflicts: 0 })
      reached = log?.published ?? reached
      if (log !== null && isConflict(error)) troubles.conflict = { error, end: log.end }
      else if (isPassing(error)) await waitOut(running, { ...troubles, failures: ++troubles.failures }, error)
      else throw error
      log = null
    }
  }
}

/**
 * Compares and repairs, then seals from then on. On return the log is level with its own files, and what was recorded before is being sealed.
 * Errors: those of `takeUp`; the start is to be refused.
 */
export const startSequencer = async (sequencing: Sequencing): Promise<Sequencer> => {
  const { onFault, ticker = eachQuarter, elapsed = () => performance.now(), ...rest } = sequencing
  const deps = { ...rest, run: randomUUID() }
  const progress = new Progress(elapsed)
  const log = await takeUp(deps)
  progress.published(log.published, null)
  const ending = new AbortController()
  const ticks = ticksOf(ticker)
  const ended = run({ deps, progress, ticks, elapsed, signal: ending.signal }, log).catch(onFault)
  return {
    progress: () => progress.now(),
    stop: async () => {
      ending.abort()
      await ended
      ticks.stop()
    },
  }
}
