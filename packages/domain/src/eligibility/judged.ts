// One subject, judged on every key that is worth a row: what the read model keeps and the feed tells.
import type { Catalogue, Purpose } from '../catalogue/catalogue.ts'
import { allChannels, basisOf, isMarketing, lineageOf } from '../catalogue/reading.ts'
import type { ConsentState } from '../subject/rows.ts'
import type { Key } from '../subject/state.ts'
import { initialSubject, threadKey, type Subject } from '../subject/subject.ts'
import { ms } from '../time.ts'
import { eligible, verdictOf } from './eligible.ts'
import { weigh, type Weighed } from './rule.ts'
import { turningPoints } from './turningPoints.ts'
import { allows, type Verdict } from './verdict.ts'

/**
 * Where one subject stands on one key: its answer (`state` to `answerRevision`, as in `StateRow`) and the verdict. Times epoch ms.
 * `effectiveAt`: since when it is so, by the recording of its cause or by the time that passed. `dueAt`: the next instant at which any of it changes with nothing arriving.
 * `marketing`: some version of the purpose is; what never was is in no feed. `founded`: the key was spoken about, or its basis has what it rests on, whatever else bars it.
 */
export type JudgedKey = Key &
  Verdict & {
    state: ConsentState
    since: number | null
    stateUntil: number | null
    /** The objection in force, if there is one; `since`: epoch ms. */
    objection: { eventId: string; since: number } | null
    notice: { id: string; version: number; language: string } | null
    site: string | null
    answerEventId: string | null
    answerRevision: bigint | null
    effectiveAt: number
    dueAt: number | null
    marketing: boolean
    founded?: true
  }

/**
 * Whether a row is needed: what has none is answered by `verdictWithoutRow`, and never comes due. What could once be told as a yes is told from then on, also where the
 * catalogue alone says no since: whoever makes the rows anew tells it too.
 */
export const isTold = ({ allowed, eventId, state, objection, dueAt, founded }: JudgedKey): boolean =>
  allowed || founded === true || eventId !== null || state !== 'unknown' || objection !== null || dueAt !== null

/** Needs no word of the person. */
const bySubject = (purpose: Purpose): boolean => {
  const basis = basisOf(purpose)
  return basis === 'legitimate-interest' || basis === 'soft-opt-in'
}

type JudgedOn = Key & { marketing: boolean }

/** Whether a basis that needs no word has what it rests on: data that were collected, or a sale of whatever kind, since the terms may change. */
const isFounded = ({ collections, contacts }: Subject, purpose: Purpose): boolean => {
  if (!isMarketing(purpose)) return false
  if (basisOf(purpose) === 'legitimate-interest') return collections.length > 0
  return basisOf(purpose) === 'soft-opt-in' && contacts.some(({ sale }) => sale !== null)
}

/** Keys of which something was said, of purposes that continue one of those or that one of those continues, and of those that need no word; all there are where an erasure, a restriction or a no to all marketing reaches them. */
const keysOf = (subject: Subject, catalogue: Catalogue): JudgedOn[] => {
  const all = subject.erased !== null || subject.restrictions.length > 0
  const said = new Set<string>()
  const keys = new Map<string, JudgedOn>()
  const toMarketing = subject.wide.some(({ scope }) => scope !== null)
  const isReached = (id: string): boolean => {
    const published = catalogue.purposes.get(id)
    return said.has(id) || (toMarketing && published !== undefined && isMarketing(published))
  }
  for (const [key, { purpose, channel }] of subject.threads) {
    const published = catalogue.purposes.get(purpose)
    said.add(purpose)
    keys.set(key, { purpose, channel, marketing: published !== undefined && isMarketing(published) })
  }
  const continued = new Set([...said].flatMap((id) => lineageOf(catalogue, id)))
  for (const purpose of catalogue.purposes.values()) {
    const marketing = isMarketing(purpose)
    if (all || (marketing && bySubject(purpose)) || continued.has(purpose.id) || lineageOf(catalogue, purpose.id).some(isReached))
      for (const channel of allChannels(purpose)) keys.set(threadKey(purpose.id, channel), { purpose: purpose.id, channel, marketing })
  }
  return [...keys.values()]
}

const sameRow = (one: Weighed, other: Weighed): boolean =>
  one.reason === other.reason &&
  one.eventId === other.eventId &&
  one.standing.state === other.standing.state &&
  one.standing.answer === other.standing.answer &&
  one.objection?.eventId === other.objection?.eventId

const answerOf = ({ standing: { state, since, until, answer }, objection }: Weighed) => ({
  state,
  since,
  stateUntil: until,
  objection: objection && { eventId: objection.eventId, since: ms(objection.since) },
  notice: answer?.notice ?? null,
  site: answer?.site ?? null,
  answerEventId: answer?.eventId ?? null,
  answerRevision: answer?.revision ?? null,
})

/** The first of `points` at which anything of the row is another, and the first at which a yes has become a no. */
const lookAhead = (
  points: readonly number[],
  weighed: (at: number) => Weighed,
  now: Weighed,
): { dueAt: number | null; until: number | null } => {
  let dueAt: number | null = null
  for (const point of points) {
    const then = weighed(point)
    if (dueAt === null && !sameRow(then, now)) dueAt = point
    if (allows(now) ? !allows(then) : dueAt !== null) return { dueAt, until: allows(now) ? point : null }
  }
  return { dueAt, until: null }
}

const judgeKey = (subject: Subject, catalogue: Catalogue, key: JudgedOn, at: number, causeAt: number): JudgedKey => {
  const weighed = (moment: number): Weighed => weigh(subject, catalogue, key, { at: moment, knownAt: Number.POSITIVE_INFINITY })
  const now = weighed(at)
  const causedAt = Math.min(at, Math.max(subject.lastRecordedAt, causeAt))
  const points = turningPoints(subject, catalogue, key, { at: causedAt, knownAt: Number.POSITIVE_INFINITY })
  const later = points.filter((point) => point > at)
  const purpose = catalogue.purposes.get(key.purpose)
  const founded = subject.threads.has(threadKey(key.purpose, key.channel)) || (purpose !== undefined && isFounded(subject, purpose))
  const { dueAt, until } = lookAhead(later, weighed, now)
  return {
    purpose: key.purpose,
    channel: key.channel,
    marketing: key.marketing,
    ...verdictOf(catalogue, key, now, until),
    ...answerOf(now),
    effectiveAt: points.findLast((point) => point <= at && !sameRow(weighed(point - 1), now)) ?? causedAt,
    dueAt,
    ...(founded ? { founded } : {}),
  }
}

/**
 * Judges a subject at `at` (epoch ms), which is not before its last event, on every key that may have a row; those for which `isTold` is false need one only to
 * correct one that is there. `causeAt`: when what made this necessary was recorded, if it is not in the subject's own stream (a change of the catalogue).
 */
export const judgeSubject = (subject: Subject, catalogue: Catalogue, at: number, causeAt: number = Number.NEGATIVE_INFINITY): JudgedKey[] =>
  keysOf(subject, catalogue).map((key) => judgeKey(subject, catalogue, key, at, causeAt))

/** A person who is known, and of whom nothing bears on any purpose: nothing was said, bought or collected. */
const blank = (): Subject => ({ ...initialSubject(), first: { eventId: '', recordedAt: Number.NEGATIVE_INFINITY, collectedAt: 0 } })

/**
 * The verdict on a known subject that has no row for `key`, at `at` (epoch ms): a no by the catalogue alone. Null where only the subject's own stream can tell, which
 * is so of every key that the catalogue does not have: nobody has a row for it.
 */
export const verdictWithoutRow = (catalogue: Catalogue, key: Key, at: number): Verdict | null => {
  const purpose = catalogue.purposes.get(key.purpose)
  if (!purpose || !allChannels(purpose).includes(key.channel)) return null
  return eligible(blank(), catalogue, key, { at, knownAt: Number.POSITIVE_INFINITY })
}
