// What is judged again though nobody said anything: subjects whose answer changes by time alone, and all of a controller whose catalogue changed.
import { isPassing, LedgerError } from '@consent-ledger/domain'
import type { Live } from '@consent-ledger/edge'
import { backOff, eachInTurn, pause } from '@consent-ledger/eventstore'
import type { Ticker } from '@consent-ledger/eventstore'
import type { FanOut, JudgedSubject, ReadModel } from '@consent-ledger/readmodel'
import type { Judging } from './judging.ts'
import type { Log } from './projector.ts'
import type { Waking } from './waking.ts'

/** `toldBy`: epoch ms up to which everything that came due is told; null while another projector sees to that, or nothing is level yet. `fanOut`: what this process has judged of the one under way. */
export type Rejudged = { toldBy: number | null; fanOut: { run: string; subjects: number; pages: number } | null }

export const notRejudging: Readonly<Rejudged> = { toldBy: null, fanOut: null }

export type Rejudging = {
  readModel: Pick<ReadModel, 'due' | 'applyJudged' | 'fanOuts' | 'subjectsAfter' | 'applyFanOut'>
  judging: Judging
  live: Pick<Live, 'refresh'>
  clock: () => number
  log: Log
  ticker: Ticker
  waking: Waking
  rejudged: Rejudged
  /** As of `Projecting`. */
  onApplied: () => void
  signal: AbortSignal
}

/** Subjects in one transaction, which holds the thread while it runs. */
const pageSize = 250

/** Longest wait between two tries, ms. */
const longestWait = 10_000

type Due = Awaited<ReturnType<ReadModel['due']>>

const nextDue = ({ keys }: JudgedSubject): number =>
  keys.reduce((first, { dueAt }) => (dueAt === null ? first : Math.min(first, dueAt)), Number.POSITIVE_INFINITY)

/** As many of a page as come before what the first of them are due to become next: so changes are told in the order of their times, whoever they concern. */
const inOrder = (due: Due, judged: readonly JudgedSubject[]): JudgedSubject[] => {
  let next = Number.POSITIVE_INFINITY
  const end = due.findIndex(({ dueAt }, n) => {
    const late = dueAt > next
    const subject = judged[n]
    if (subject !== undefined) next = Math.min(next, nextDue(subject))
    return late
  })
  return end === -1 ? [...judged] : judged.slice(0, end)
}

const isSame = (one: Due, other: Due): boolean =>
  one.length === other.length && one.every(({ subjectId, dueAt }, n) => other[n]?.subjectId === subjectId && other[n].dueAt === dueAt)

/** Tells everything that has come due, each change at its time, however long ago that was. */
const tellDue = async ({ readModel, judging, clock, rejudged, onApplied, log, signal }: Rejudging): Promise<void> => {
  let before: Due = []
  while (!signal.aborted) {
    const now = clock()
    const due = await readModel.due(now, pageSize)
    const [earliest] = due
    rejudged.toldBy = earliest === undefined ? now : earliest.dueAt - 1
    if (earliest === undefined) return
    if (isSame(due, before)) return log.warn({ subjects: due.length }, 'what came due does not change, looked at again at the next tick')
    before = due
    const judged = await eachInTurn(due, ({ controller, subjectId, dueAt }) => judging.subject(controller, subjectId, dueAt))
    // A crash before this returns leaves them due, and they are judged again.
    await readModel.applyJudged(inOrder(due, judged))
    onApplied()
  }
}

const isMoved = (error: unknown): boolean => error instanceof LedgerError && error.code === 'CHECKPOINT_MOVED'

/** Judges the next page, and says whether there may be more. False where somebody else was first: a later change of the catalogue, another projector, a rebuild. */
const fanOutOn = async ({ readModel, judging, clock, rejudged, onApplied }: Rejudging, fanOut: FanOut): Promise<boolean> => {
  const { controller, causeAt, cursor } = fanOut
  const ids = await readModel.subjectsAfter(controller, cursor, pageSize)
  const judged = await eachInTurn(ids, (subjectId) => judging.subject(controller, subjectId, clock(), causeAt))
  try {
    // A crash before this returns leaves the cursor where it was, and the same page is judged again.
    await readModel.applyFanOut(fanOut, judged, ids.length < pageSize ? null : (ids.at(-1) ?? null))
  } catch (error) {
    if (isMoved(error)) return false
    throw error
  }
  onApplied()
  if (rejudged.fanOut !== null) {
    rejudged.fanOut.subjects += ids.length
    rejudged.fanOut.pages++
  }
  return true
}

/** Everything that is to be judged again now. What comes due while a fan-out is under way is told between two of its pages. */
const rejudgeAll = async (rejudging: Rejudging): Promise<void> => {
  const { readModel, live, rejudged, signal } = rejudging
  while (!signal.aborted) {
    await tellDue(rejudging)
    const [fanOut] = signal.aborted ? [] : await readModel.fanOuts()
    if (fanOut === undefined) break
    const run = `${fanOut.controller} ${fanOut.run}`
    if (run !== rejudged.fanOut?.run) {
      // Begun by another process, or before this one was killed: its own catalogue need not know the change yet.
      await live.refresh()
      rejudged.fanOut = { run, subjects: 0, pages: 0 }
    }
    if (!(await fanOutOn(rejudging, fanOut))) return
  }
  rejudged.fanOut = null
}

/**
 * Tells what comes due and judges all subjects again where that was begun, at once and then at each tick or when woken, until `signal` aborts. To be run only while
 * the same projector follows, and level: what stands by leaves it to the one at work. Errors: CHECKPOINT_MOVED (another projector is at work, or a rebuild), and all that does not pass.
 */
export const keepRejudging = async (rejudging: Rejudging): Promise<void> => {
  const { log, ticker, waking, signal } = rejudging
  let failures = 0
  while (!signal.aborted) {
    try {
      await rejudgeAll(rejudging)
      failures = 0
      await waking.next(ticker, signal)
    } catch (error) {
      if (signal.aborted) return
      if (!isPassing(error)) throw error
      const waitMs = Math.round(backOff(++failures, longestWait))
      log.warn({ code: error.code, reason: error.message, failures, waitMs }, 'what came due is told late, trying again')
      await pause(waitMs, signal)
    }
  }
}
