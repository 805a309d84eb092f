// The verdicts on many subjects at once: what the read model keeps where that still holds, else their streams, judged by the one function of the domain.
import {
  eligible,
  initialSubject,
  LedgerError,
  subjectAggregate,
  verdictWithoutRow,
  type Catalogue,
  type Key,
  type Subject,
  type Verdict,
} from '@consent-ledger/domain'
import { eachInTurn, fold } from '@consent-ledger/eventstore'
import type { EligibilityRow, FanOut } from '@consent-ledger/readmodel'
import type { ReportsDeps } from '../deps.ts'

type Judges = Pick<ReportsDeps, 'readModel' | 'store' | 'clock'>

/** Which rows of one controller still hold: not those that came due since, nor those that a fan-out has not reached, which may be judged by an older catalogue. */
export type StillHolds = (row: { subjectId: string; dueAt: number | null }) => boolean

/** What of one controller's rows holds. To be asked before the rows are: a fan-out that begins in between changes nothing of what was true then. */
const holding = async (
  { readModel }: Pick<Judges, 'readModel'>,
  controller: string,
  now: number,
): Promise<{ judged: boolean; holds: StillHolds }> => {
  const fanOuts = (await readModel.fanOuts()).filter((fanOut) => fanOut.controller === controller)
  const reached = ({ cursor }: FanOut, subjectId: string): boolean => cursor !== null && subjectId <= cursor
  return {
    judged: fanOuts.length === 0,
    holds: ({ subjectId, dueAt }) => (dueAt === null || dueAt > now) && fanOuts.every((fanOut) => reached(fanOut, subjectId)),
  }
}

/** The same; `everything`: all of them hold. */
export const whatHolds = async (
  judges: Pick<Judges, 'readModel' | 'clock'>,
  controller: string,
): Promise<{ everything: boolean; holds: StillHolds }> => {
  const now = judges.clock()
  const [{ judged, holds }, due] = await Promise.all([holding(judges, controller, now), judges.readModel.due(now, 1)])
  return { everything: judged && due.length === 0, holds }
}

/** `row`: null without one. `holds`: whether it, or that there is none, still tells how things are. */
export type Kept = { subjectId: string; row: EligibilityRow | null; holds: boolean }

/** What the read model keeps on one key, in the order of `subjectIds`. Errors: STALE if a rebuild began meanwhile: its rows go through what was long ago. */
export const keptVerdicts = async (
  judges: Pick<Judges, 'readModel' | 'clock'>,
  controller: string,
  { purpose, channel }: Key,
  subjectIds: readonly string[],
): Promise<Kept[]> => {
  const { readModel } = judges
  const { holds } = await holding(judges, controller, judges.clock())
  const rows = await readModel.verdicts({ controller, purpose, channel, subjectIds })
  if ((await readModel.progress()).asOf === null) throw new LedgerError('STALE', 'The read model is being built from zero.')
  return subjectIds.map((subjectId, place) => {
    const row = rows[place] ?? null
    return { subjectId, row, holds: holds({ subjectId, dueAt: row?.dueAt ?? null }) }
  })
}

/** A subject as its stream says, and the time at which it is judged: its stream goes on past the clock where a server's clock ran ahead. */
export const readSubject = async ({ store, clock }: Judges, subjectId: string): Promise<{ subject: Subject; now: number }> => {
  const subject = await fold(store, subjectAggregate(subjectId))
  return { subject, now: Math.max(clock(), subject.lastRecordedAt) }
}

const everything = Number.POSITIVE_INFINITY

/** The verdict as the stream says it now. */
export const verdictOfStream = async (judges: Judges, catalogue: Catalogue, key: Key, subjectId: string): Promise<Verdict> => {
  const { subject, now } = await readSubject(judges, subjectId)
  return eligible(subject, catalogue, key, { at: now, knownAt: everything })
}

/** What is told of whom nobody knows. */
export const unknownSubject = (catalogue: Catalogue, key: Key): Verdict =>
  eligible(initialSubject(), catalogue, key, { at: 0, knownAt: everything })

/** What is told to whoever asked by an identifier: an erased person is unknown by it. */
export const byIdentifier = (catalogue: Catalogue, key: Key, verdict: Verdict): Verdict =>
  verdict.reason === 'ERASED' ? unknownSubject(catalogue, key) : verdict

/**
 * The verdicts on one key, now, in the order of `subjectIds`, which are subjects of the catalogue's controller. Nothing that depends on the key alone is done more
 * than once; streams are read only of those whose row no longer holds, or who have none where the catalogue alone cannot tell. Errors: STALE if a rebuild began
 * meanwhile, and those of read model and store.
 */
export const verdictsFor = async (judges: Judges, catalogue: Catalogue, key: Key, subjectIds: readonly string[]): Promise<Verdict[]> => {
  const kept = await keptVerdicts(judges, catalogue.controllerId, key, subjectIds)
  const without = verdictWithoutRow(catalogue, key, judges.clock())
  const verdicts = kept.map(({ row, holds }) => (holds ? (row ?? without) : null))
  const unread = kept.flatMap(({ subjectId }, place) => (verdicts[place] === null ? [{ subjectId, place }] : []))
  await eachInTurn(unread, async ({ subjectId, place }) => {
    verdicts[place] = await verdictOfStream(judges, catalogue, key, subjectId)
  })
  return verdicts.filter((verdict) => verdict !== null)
}
