// Objections (GDPR Art. 21): which are in force, and what ends them.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { allChannels, basisOf, heirsOf, isMarketing } from '../catalogue/reading.ts'
import { iso } from '../time.ts'
import type { Channel } from '../words.ts'
import type { Answer } from './answers.ts'
import { knownBy, threadKey, type Cut, type Objection, type Subject, type Thread, type WideNo } from './subject.ts'

/** A no that counts as an objection. Times epoch ms. `inheritedFrom`: the purpose to which it was said, or from which that came: one that this one continues, or that continues it. */
export type No = Omit<Objection, 'dismissed'> & { inheritedFrom?: string }
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
 * Each no to `other` that stands there: on the same channel, or on any of its channels if it never had this one. `objections`: those that stand on one of them, whatever
 * else was said there. `counts`: which of the refusals and withdrawals do.
 */
const noesTo = (
  { subject, catalogue, cut }: Question,
  other: string,
  channel: Channel,
  objections: (on: Channel) => No[],
  counts: (answer: Answer) => boolean = () => true,
): No[] => {
  const known = catalogue.purposes.get(other)
  const had = known ? allChannels(known) : []
  const said = [...subject.threads.values()]
    .filter((thread) => thread.purpose === other && isSpokenOf(thread, cut))
    .map((thread) => thread.channel)
  const channels = had.includes(channel) ? [channel] : [...new Set([...had, ...said])]
  return channels
    .flatMap((on) => [...refusals(subject.threads.get(threadKey(other, on))?.answers ?? [], cut).filter(counts), ...objections(on)])
    .map(({ eventId, orderAt, recordedAt }) => ({ eventId, orderAt, recordedAt, scope: null, inheritedFrom: other }))
}

/** Each no to any purpose that this one replaces, in any of its versions: what a version once carried over, a later one cannot drop. */
const inherited = (question: Question, purpose: string, channel: Channel): No[] => {
  const replaced = new Set((question.catalogue.purposes.get(purpose)?.versions ?? []).flatMap((version) => version.replaces ?? []))
  return [...replaced]
    .filter((old) => !question.asked.includes(old))
    .flatMap((old) => {
      const asking = { ...question, asked: [...question.asked, old] }
      return noesTo(asking, old, channel, (on) => inForce(asking, old, on))
    })
}

/**
 * Each no to any purpose that continues this one, if this one is marketing: that goes on under no older id, and consent that was taken back is not replaced by another
 * basis (EDPB 05/2020 ¶122). A word for all marketing reaches this purpose by itself, or leaves it. Nothing comes back that the later purpose has only inherited: of two
 * that continue the same one, a no to one says nothing about the other. A question that was closed without an answer comes back to nothing, and a refusal not to consent:
 * whoever is asked anew and refuses has not taken back what they gave.
 */
const handedBack = (question: Question, purpose: string, channel: Channel): No[] => {
  const { subject, catalogue } = question
  const heirs = heirsOf(catalogue, purpose)
  const known = catalogue.purposes.get(purpose)
  if (heirs.length === 0 || known === undefined || !isMarketing(known)) return []
  const worded = new Set(subject.wide.flatMap(({ scope, eventId }) => (scope === null ? [] : eventId)))
  const onConsent = basisOf(known) === 'consent'
  const said = (later: string, on: Channel) => ownTo(question, later, on).filter(({ dismissed }) => !dismissed)
  const comesBack = (answer: Answer): boolean => answer.said === 'withdrawn' || !(answer.dismissed || onConsent)
  return heirs
    .flatMap((later) => noesTo(question, later, channel, (on) => unended(question, said(later, on), later, on), comesBack))
    .filter(({ eventId }) => !worded.has(eventId))
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

/** Those of `noes` that nothing has ended on this purpose and channel. */
const unended = ({ subject, catalogue, cut }: Question, noes: No[], purpose: string, channel: Channel): No[] => {
  const thread = subject.threads.get(threadKey(purpose, channel))
  if (noes.length === 0 || thread === undefined) return noes
  const known = catalogue.purposes.get(purpose)
  // On another basis nobody can say yes: whatever is recorded as one ends nothing.
  const onConsent = known === undefined || basisOf(known) === 'consent'
  return noes.filter((no) => !isEnded(no, thread, onConsent, cut))
}

const ownTo = ({ subject, catalogue, cut }: Question, purpose: string, channel: Channel): Objection[] =>
  objectionsTo(subject, catalogue, purpose, channel).filter((no) => knownBy(cut, no))

const inForce = (question: Question, purpose: string, channel: Channel): No[] =>
  unended(question, [...inherited(question, purpose, channel), ...ownTo(question, purpose, channel)], purpose, channel)

/**
 * Every objection in force on a purpose and channel at `cut`, own, inherited, and made to all marketing. One is ended by a lift of the DPO that names it, for the
 * purpose and channels of the lift, or by a later yes of the person (secret key or confirmed, never an import) to that consent purpose on that channel; at equal times
 * it stands. Who refused or withdrew a purpose, or objected to it, starts objected in the one that replaces it, and in what replaces that; and, but for what `handedBack`
 * leaves out, in marketing that it replaces. Who objected to marketing objected to every purpose that is or was marketing, whenever it was published.
 */
export const objectionsOn = (subject: Subject, catalogue: Catalogue, purpose: string, channel: Channel, cut: Cut): No[] => {
  const question = { subject, catalogue, cut, asked: [purpose] }
  return [...unended(question, handedBack(question, purpose, channel), purpose, channel), ...inForce(question, purpose, channel)]
}

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
