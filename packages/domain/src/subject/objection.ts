// Objections (GDPR Art. 21): when one is in force, and what ends it.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { allChannels } from '../catalogue/reading.ts'
import { iso } from '../time.ts'
import type { Channel } from '../words.ts'
import type { Answer } from './answers.ts'
import { threadKey, type Cut, type Subject } from './subject.ts'

type No = { eventId: string; orderAt: number; inheritedFrom?: string }
type Question = {
  subject: Subject
  catalogue: Catalogue
  cut: Cut
  /** Purposes already asked about, so that a circle of `replaces` ends. */ asked: readonly string[]
}

const knownBy =
  (cut: Cut) =>
  (fact: { orderAt: number; recordedAt: number }): boolean =>
    fact.recordedAt <= cut.knownAt && fact.orderAt <= cut.at

const latest = <T extends { orderAt: number }>(facts: readonly T[]): T | undefined =>
  facts.reduce<T | undefined>((last, fact) => (last === undefined || fact.orderAt >= last.orderAt ? fact : last), undefined)

/** The last answer that counts. An import never lifts a no. */
const lastSaid = (answers: readonly Answer[], cut: Cut): Answer | undefined =>
  answers
    .filter(knownBy(cut))
    .filter((answer) => answer.said !== 'request' && answer.since <= cut.at)
    .reduce<Answer | undefined>(
      (last, answer) => (answer.imported && answer.said === 'yes' && last !== undefined && last.said !== 'yes' ? last : answer),
      undefined,
    )

/** The no that stands on one purpose and channel, whatever it was called: the last answer if it was a no, or an objection in force. */
const noTo = (question: Question, purpose: string, channel: Channel): No | undefined => {
  const thread = question.subject.threads.get(threadKey(purpose, channel))
  const said = lastSaid(thread?.answers ?? [], question.cut)
  const refusal = said && (said.said === 'refused' || said.said === 'withdrawn') ? [said] : []
  const objection = inForce(question, purpose, channel)
  return latest<No>([...refusal, ...(objection ? [objection] : [])])
}

/**
 * A no to any purpose that this one replaces, in any of its versions: what a version once carried over, a later one cannot drop. On the same channel, or
 * on any channel of the old purpose if it never had this one.
 */
const inherited = (question: Question, purpose: string, channel: Channel): No | undefined => {
  const { catalogue, subject } = question
  const replaced = new Set((catalogue.purposes.get(purpose)?.versions ?? []).flatMap((version) => version.replaces ?? []))
  const noes = [...replaced]
    .filter((old) => !question.asked.includes(old))
    .flatMap((old) => {
      const known = catalogue.purposes.get(old)
      const had = known ? allChannels(known) : []
      const said = [...subject.threads.values()].filter((thread) => thread.purpose === old).map((thread) => thread.channel)
      const channels = had.includes(channel) ? [channel] : [...new Set([...had, ...said])]
      const asking = { ...question, asked: [...question.asked, old] }
      return channels.flatMap((on) => noTo(asking, old, on) ?? []).map((no) => ({ ...no, inheritedFrom: old }))
    })
  return latest(noes)
}

const inForce = (question: Question, purpose: string, channel: Channel): No | undefined => {
  const { subject, cut } = question
  const thread = subject.threads.get(threadKey(purpose, channel))
  const own: No[] = (thread?.objections ?? []).filter(knownBy(cut))
  const old = inherited(question, purpose, channel)
  const no = latest([...(old ? [old] : []), ...own])
  if (!no) return undefined
  const ends = [...(thread?.lifts ?? []), ...(thread?.answers ?? []).filter((answer) => answer.lifts && answer.since <= cut.at)].filter(
    knownBy(cut),
  )
  return ends.some((end) => end.orderAt > no.orderAt) ? undefined : no
}

/**
 * The objection in force on a purpose and channel at `cut`, or null. It is ended by a later lift of the DPO, or by a later yes of the person (secret key
 * or confirmed, never an import) to that purpose on that channel; at equal times it stands. Who refused or withdrew a purpose, or objected to it, starts
 * objected in the one that replaces it, and in what replaces that. `eventId` is the no that stands.
 */
export const objectionOn = (
  subject: Subject,
  catalogue: Catalogue,
  purpose: string,
  channel: Channel,
  cut: Cut,
): { since: string; eventId: string; inheritedFrom?: string } | null => {
  const no = inForce({ subject, catalogue, cut, asked: [purpose] }, purpose, channel)
  if (!no) return null
  return { since: iso(no.orderAt), eventId: no.eventId, ...(no.inheritedFrom === undefined ? {} : { inheritedFrom: no.inheritedFrom }) }
}
