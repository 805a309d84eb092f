// The state of each purpose on each channel, in DPV's words: a fold over the answers in their order, never in the order of arrival.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { catalogueKnownAt } from '../catalogue/catalogue.ts'
import { allChannels, longestUntil, rememberedUntil, replacedAt } from '../catalogue/reading.ts'
import { iso } from '../time.ts'
import type { Channel } from '../words.ts'
import type { Answer } from './answers.ts'
import { objectionOn } from './objection.ts'
import type { ConsentState, ObjectionRow, StateRow } from './rows.ts'
import { threadKey, type Cut, type Subject, type Thread } from './subject.ts'

/** One purpose on one channel. */
export type Key = { purpose: string; channel: Channel }

const isNo = (answer: Answer): boolean => answer.said === 'refused' || answer.said === 'withdrawn'

/** When a yes on `channel` stops by itself: at its end, at the longest that the profile lets one hold, or at the replacement of its notice, whichever comes first. */
const stops = (catalogue: Catalogue, { purpose, channel }: Key, yes: Answer): { at: number; as: 'expired' | 'invalidated' } | null => {
  const ends = Math.min(yes.until ?? Infinity, longestUntil(catalogue, channel, yes.since) ?? Infinity)
  const replaced = replacedAt(catalogue, purpose, yes)
  if (replaced !== null && replaced < ends) return { at: replaced, as: 'invalidated' }
  return ends === Infinity ? null : { at: ends, as: 'expired' }
}

export type Standing = { state: ConsentState; since: number | null; until: number | null; answer: Answer | null }
const unknown: Standing = { state: 'unknown', since: null, until: null, answer: null }

/**
 * Where one thread stands at `cut`. A request never ends a yes in force and never outlives a later no; a confirmed request counts from its
 * confirmation, but a no that came after the request still stands; an import never lifts a no.
 */
export const standing = (catalogue: Catalogue, thread: Thread | undefined, cut: Cut): Standing => {
  let last: Answer | null = null
  let renewed = false
  let request: Answer | null = null
  if (thread === undefined) return unknown
  const stopsAt = (yes: Answer) => stops(catalogue, thread, yes)
  const inForce = (yes: Answer, at: number): boolean => (stopsAt(yes)?.at ?? Infinity) > at
  for (const answer of thread.answers) {
    if (answer.recordedAt > cut.knownAt || answer.orderAt > cut.at) continue
    if (answer.said === 'request') request = answer
    else if (isNo(answer)) last = answer
    else if (answer.since <= cut.at && !(answer.imported && last !== null && isNo(last))) {
      renewed = last !== null && !isNo(last) && inForce(last, answer.since)
      last = answer
    }
  }
  if (last !== null && !isNo(last) && inForce(last, cut.at)) {
    return { state: renewed ? 'renewed' : 'given', since: last.since, until: stopsAt(last)?.at ?? null, answer: last }
  }
  if (request !== null && (last === null || request.orderAt > last.orderAt))
    return { state: 'requested', since: request.since, until: null, answer: request }
  if (last === null) return unknown
  if (last.said === 'refused' || last.said === 'withdrawn') return { state: last.said, since: last.since, until: null, answer: last }
  const stopped = stopsAt(last)
  return { state: stopped?.as ?? 'expired', since: stopped?.at ?? null, until: null, answer: last }
}

const askAgainFrom = (catalogue: Catalogue, channel: Channel, { state, since, until, answer }: Standing): number | null => {
  if (state === 'given' || state === 'renewed') return until
  if (state === 'expired' || state === 'invalidated') return since
  return answer !== null && isNo(answer) ? rememberedUntil(catalogue, channel, answer.orderAt) : null
}

const text = (at: number | null): string | null => (at === null ? null : iso(at))

const keysOf = (subject: Subject, catalogue: Catalogue): Key[] => {
  const found = new Map<string, Key>()
  for (const purpose of catalogue.purposes.values())
    for (const channel of allChannels(purpose)) found.set(threadKey(purpose.id, channel), { purpose: purpose.id, channel })
  for (const [key, { purpose, channel }] of subject.threads) found.set(key, { purpose, channel })
  return [...found.values()]
}

const rowOf = (subject: Subject, catalogue: Catalogue, purpose: string, channel: Channel, cut: Cut): StateRow => {
  const found = standing(catalogue, subject.threads.get(threadKey(purpose, channel)), cut)
  const { state, since, until, answer } = found
  return {
    purpose,
    channel,
    state,
    since: text(since),
    until: text(until),
    askAgainFrom: text(askAgainFrom(catalogue, channel, found)),
    eventId: answer?.eventId ?? null,
    notice: answer?.notice ?? null,
    objected: objectionOn(subject, catalogue, purpose, channel, cut) !== null,
  }
}

/** The states of the purposes and channels named, in that order, at `cut`. */
export const statesOf = (subject: Subject, whole: Catalogue, wanted: readonly Key[], cut: Cut): StateRow[] => {
  const catalogue = catalogueKnownAt(whole, cut.knownAt)
  return wanted.map(({ purpose, channel }) => rowOf(subject, catalogue, purpose, channel, cut))
}

/** Each purpose × channel of the catalogue, also those that nobody asked about, and the objections in force, at `cut`. */
export const subjectView = (subject: Subject, whole: Catalogue, cut: Cut): { states: StateRow[]; objections: ObjectionRow[] } => {
  const catalogue = catalogueKnownAt(whole, cut.knownAt)
  const all = keysOf(subject, catalogue)
  return {
    states: all.map(({ purpose, channel }) => rowOf(subject, catalogue, purpose, channel, cut)),
    objections: all.flatMap(({ purpose, channel }) => {
      const objection = objectionOn(subject, catalogue, purpose, channel, cut)
      return objection ? [{ purpose, channel, ...objection }] : []
    }),
  }
}
