// When a person's data came in, and the prospect's clock: three years† from collection or from the last contact by the person (CNIL 2021-131).
import type { Cut, Subject } from '../subject/subject.ts'

type Happened = { at: number; eventId: string }

/** When anything was first known of a person, a no too, by the acts' own times and by what was recorded at `knownAt`; null of whom nothing was. An act that arrives late may be older than the first of the stream. */
export const firstKnown = ({ first, threads, contacts, restrictions }: Subject, knownAt: number): number | null => {
  if (first === null || first.recordedAt > knownAt) return null
  let earliest = first.collectedAt
  const look = (facts: readonly { orderAt: number; recordedAt: number }[]): void => {
    for (const { orderAt, recordedAt } of facts) if (recordedAt <= knownAt && orderAt < earliest) earliest = orderAt
  }
  for (const { answers, objections } of threads.values()) {
    look(answers)
    look(objections)
  }
  look(contacts)
  look(restrictions)
  return earliest
}

/** Whether anything had happened with this person at `cut`. */
export const isKnown = (subject: Subject, { at, knownAt }: Cut): boolean => {
  const { first } = subject
  if (first === null || first.recordedAt > knownAt) return false
  return first.collectedAt <= at || (firstKnown(subject, knownAt) ?? Infinity) <= at
}

/**
 * When and by what the person's data were first collected to be used, as recorded at `knownAt`: a yes, a request, a contact or a notice shown, by anybody but a page.
 * Null of whom only noes, or a page's word, are known: a refusal makes nobody contactable, and neither does a stranger who types an address.
 */
export const collection = ({ collections }: Subject, knownAt: number): Happened | null => {
  const earliest = collections.findLast(({ recordedAt }) => recordedAt <= knownAt)
  return earliest === undefined ? null : { at: earliest.orderAt, eventId: earliest.eventId }
}

/** Each contact by the person, as recorded at `knownAt`: what they did, and each yes that they gave or confirmed. A request is none before it is confirmed, and a no prolongs nothing. */
export const eachContact = ({ contacts, threads }: Subject, knownAt: number, tell: (at: number, eventId: string) => void): void => {
  for (const { orderAt, recordedAt, eventId } of contacts) if (recordedAt <= knownAt) tell(orderAt, eventId)
  for (const { answers } of threads.values())
    for (const { said, since, recordedAt, eventId } of answers) if (said === 'yes' && recordedAt <= knownAt) tell(since, eventId)
}

/** The last contact by the person at `cut`, or else the collection; null where there was neither by then. */
export const lastContact = (subject: Subject, cut: Cut): Happened | null => {
  const collected = collection(subject, cut.knownAt)
  let last = collected !== null && collected.at <= cut.at ? collected : null
  eachContact(subject, cut.knownAt, (at, eventId) => {
    if (at <= cut.at && (last === null || at > last.at)) last = { at, eventId }
  })
  return last
}
