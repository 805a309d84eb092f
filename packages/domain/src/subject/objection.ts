// Objections (GDPR Art. 21): which are in force, and what ends them.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { allChannels, basisOf, isMarketing } from '../catalogue/reading.ts'
import { iso } from '../time.ts'
import type { Channel } from '../words.ts'
import type { Answer } from './answers.ts'
import { knownBy, threadKey, type Cut, type Objection, type Subject, type Thread, type WideNo } from './subject.ts'

/** A no that counts as an objection. Times epoch ms. `inheritedFrom`: the purpose to which it was said. */
export type No = { eventId: string; orderAt: number; recordedAt: number; scope: Objection['scope']; inheritedFrom?: string }
type Question = {
  subject: Subject
  catalogue: Catalogue
  cut: Cut
  /** Purposes already asked about, so that a circle of `replaces` ends. */ asked: readonly string[]
}

/** Whether a no that reaches further than what it names reaches this purpose and channel, which it does not name. */
const reaches = (no: WideNo, catalogue: Catalogue, purpose: string, channel: Channel): boolean => {
  const known = catalogue.purposes.get(purpose)
  const marketing = known !== undefined && isMarketing(known)
  if (no.objection && no.purpose === purpose)
    return no.everyChannel && !no.channels.includes(channel) && (no.scope === null || known === undefined || marketing)
  return no.scope !== null && marketing && (no.everyChannel || no.channels.includes(channel))
}

/** Every objection ever made that reaches a purpose and channel, whatever has ended it since; those that name them come last. What was said to all marketing is none to what never was. */
export const objectionsTo = (subject: Subject, catalogue: Catalogue, purpose: string, channel: Channel): Objection[] => {
  const known = catalogue.purposes.get(purpose)
  const own = subject.threads.get(threadKey(purpose, channel))?.objections ?? []
  const wide = subject.wide.filter((no) => reaches(no, catalogue, purpose, channel))
  return [
    ...wide.filter((no) => no.purpose !== purpose),
    ...wide.filter((no) => no.purpose === purpose),
    ...own.filter(({ scope }) => scope === null || known === undefined || isMarketing(known)),
  ]
}

/** The noes since the last yes that counts. An import never lifts a no. */
const refusals = (answers: readonly Answer[], cut: Cut): Answer[] => {
  let noes: Answer[] = []
  for (const answer of answers) {
    if (answer.said === 'request' || !knownBy(cut, answer) || answer.since > cut.at) continue
    if (answer.said !== 'yes') noes.push(answer)
    else if (!answer.imported || noes.length === 0) noes = []
  }
  return noes
}

const isSpokenOf = ({ answers, objections, lifts }: Thread, { knownAt }: Cut): boolean =>
  [answers, objections, lifts].some((facts) => facts.some(({ recordedAt }) => recordedAt <= knownAt))

/**
 * Each no to any purpose that this one replaces, in any of its versions: what a version once carried over, a later one cannot drop. On the same channel, or
 * on any channel of the old purpose if it never had this one.
 */
const inherited = (question: Question, purpose: string, channel: Channel): No[] => {
  const { catalogue, subject, cut } = question
  const replaced = new Set((catalogue.purposes.get(purpose)?.versions ?? []).flatMap((version) => version.replaces ?? []))
  return [...replaced]
    .filter((old) => !question.asked.includes(old))
    .flatMap((old) => {
      const known = catalogue.purposes.get(old)
      const had = known ? allChannels(known) : []
      const said = [...subject.threads.values()]
        .filter((thread) => thread.purpose === old && isSpokenOf(thread, cut))
        .map((thread) => thread.channel)
      const channels = had.includes(channel) ? [channel] : [...new Set([...had, ...said])]
      const asking = { ...question, asked: [...question.asked, old] }
      return channels
        .flatMap((on): No[] => [
          ...refusals(subject.threads.get(threadKey(old, on))?.answers ?? [], cut).map((no) => ({ ...no, scope: null })),
          ...inForce(asking, old, on),
        ])
        .map((no) => ({ ...no, scope: null, inheritedFrom: old }))
    })
}

/** What was said on a consent purpose since all was withdrawn goes before that word, as it does before the withdrawal itself. */
const overtakes = (answer: Answer, no: No): boolean =>
  answer.said === 'yes' ? !answer.imported && answer.orderAt > no.orderAt : answer.said !== 'request' && answer.orderAt >= no.orderAt

const isEnded = (no: No, { lifts, answers }: Thread, onConsent: boolean, cut: Cut): boolean =>
  lifts.some((lift) => knownBy(cut, lift) && lift.objections.has(no.eventId)) ||
  (onConsent &&
    answers.some(
      (answer) =>
        knownBy(cut, answer) &&
        answer.since <= cut.at &&
        ((answer.lifts && answer.orderAt > no.orderAt) || (no.scope === 'all' && overtakes(answer, no))),
    ))

const inForce = (question: Question, purpose: string, channel: Channel): No[] => {
  const { subject, catalogue, cut } = question
  const own = objectionsTo(subject, catalogue, purpose, channel).filter((no) => knownBy(cut, no))
  const noes: No[] = [...inherited(question, purpose, channel), ...own]
  const thread = subject.threads.get(threadKey(purpose, channel))
  if (noes.length === 0 || thread === undefined) return noes
  const known = catalogue.purposes.get(purpose)
  // On another basis nobody can say yes: whatever is recorded as one ends nothing.
  const onConsent = known === undefined || basisOf(known) === 'consent'
  return noes.filter((no) => !isEnded(no, thread, onConsent, cut))
}

/**
 * Every objection in force on a purpose and channel at `cut`, own, inherited, and made to all marketing. One is ended by a lift of the DPO that names it, for the
 * purpose and channels of the lift, or by a later yes of the person (secret key or confirmed, never an import) to that consent purpose on that channel; at equal times
 * it stands. Who refused or withdrew a purpose, or objected to it, starts objected in the one that replaces it, and in what replaces that. Who objected to marketing
 * objected to every purpose that is or was marketing, whenever it was published.
 */
export const objectionsOn = (subject: Subject, catalogue: Catalogue, purpose: string, channel: Channel, cut: Cut): No[] =>
  inForce({ subject, catalogue, cut, asked: [purpose] }, purpose, channel)

/** The last of the objections in force on a purpose and channel at `cut`, by when it was made; null without one. `eventId` is the no that stands. */
export const objectionOn = (
  subject: Subject,
  catalogue: Catalogue,
  purpose: string,
  channel: Channel,
  cut: Cut,
): { since: string; eventId: string; inheritedFrom?: string } | null => {
  const no = objectionsOn(subject, catalogue, purpose, channel, cut).reduce<No | null>(
    (last, one) => (last === null || one.orderAt >= last.orderAt ? one : last),
    null,
  )
  if (no === null) return null
  return { since: iso(no.orderAt), eventId: no.eventId, ...(no.inheritedFrom === undefined ? {} : { inheritedFrom: no.inheritedFrom }) }
}
