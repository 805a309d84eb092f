// What staff do on a subject's stream: a no that came by post or phone, an objection lifted, a link undone. A proof handed out is its own event, and decides nothing.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { kinOf } from '../catalogue/reading.ts'
import { refuse, type LedgerError } from '../errors.ts'
import type { SealedField } from '../sealed.ts'
import { iso } from '../time.ts'
import { decideAct, type ActContext } from './decide.ts'
import type { Method, SubjectFact } from './events.ts'
import { errorOf, unknownPurpose, type AdmittedAnswer } from './admission.ts'
import { objectionsOn } from './objection.ts'
import type { ObjectionRow } from './rows.ts'
import { subjectView } from './state.ts'
import type { Subject, Thread } from './subject.ts'

/** Undoes a link. What was recorded while it stood stays. Errors: NOT_FOUND if no such link is in force. */
export const decideUnlink = (subject: Subject, controller: string, linkId: string, reason: SealedField): SubjectFact[] => {
  if (!subject.links.has(linkId)) throw refuse('NOT_FOUND', '', 'in-force', 'No such link is in force')
  return [{ type: 'IdentityUnlinked', data: { controller, linkId, reason } }]
}

/** What is told about purposes that were named and are not among those recorded: they never existed then. A word for several names none. */
export const refusalOfOthers = (named: string | readonly string[], recorded: ReadonlySet<string>): LedgerError | null =>
  typeof named === 'string' ? null : errorOf(named.flatMap((id, place) => (recorded.has(id) ? [] : [unknownPurpose(`/purposes/${place}`)])))

const withReason = (fact: SubjectFact, reason: SealedField): SubjectFact => {
  if (fact.type === 'ConsentWithdrawn') return { ...fact, data: { ...fact.data, reason } }
  return fact.type === 'ObjectionRecorded' ? { ...fact, data: { ...fact.data, reason } } : fact
}

/** A withdrawal or an objection that reached staff (GDPR Art. 7(3), 21): as if a site had posted it. Their own words stand once, on the first event. */
export const decideStaffNo = (
  subject: Subject,
  catalogue: Catalogue,
  noes: readonly AdmittedAnswer[],
  act: ActContext,
  reason: SealedField | undefined,
): SubjectFact[] => {
  const [first, ...others] = decideAct(subject, catalogue, noes, act)
  if (first === undefined) return []
  return [reason === undefined ? first : withReason(first, reason), ...others]
}

/** Whether an event of this stream is or ever was an objection: recorded as one, or a no to a purpose that another one continues or that continues another one. */
const wasObjection = (subject: Subject, catalogue: Catalogue, eventId: string): boolean =>
  subject.wide.some((no) => no.eventId === eventId) ||
  [...subject.threads.values()].some(
    ({ purpose, objections, answers }) =>
      objections.some((one) => one.eventId === eventId) ||
      (answers.some((one) => one.eventId === eventId && (one.said === 'refused' || one.said === 'withdrawn')) &&
        kinOf(catalogue, purpose).length > 1),
  )

/** The events that say no, by name, to one of the purposes to which `eventId` does: to no word, on whatever channel. */
const besides = (subject: Subject, eventId: string): ReadonlySet<string> => {
  const worded = new Set(subject.wide.flatMap(({ scope, eventId }) => (scope === null ? [] : eventId)))
  const noesOf = ({ answers, objections }: Thread): string[] => [...answers, ...objections].map((no) => no.eventId)
  const threads = [...subject.threads.values()].filter((thread) => noesOf(thread).includes(eventId))
  const purposes = new Set(threads.map(({ purpose }) => purpose))
  const all = [...subject.threads.values()].filter(({ purpose }) => purposes.has(purpose)).flatMap(noesOf)
  return new Set(all.filter((id) => id === eventId || !worded.has(id)))
}

/**
 * The DPO ends one objection, on the channels on which it is what stands: where a later one was made since, that one stands. With it end those in force behind it on
 * these channels, each by its id: what is recorded later the DPO has not seen. An objection that is inherited from a no to an earlier or later purpose is ended where
 * it is inherited, and with it only what was said to that same purpose: the person's own objection stands, and one to all marketing. The no itself stays. One to all marketing ends for the purposes that there are, and for none that comes. Consent that was in force beside the objection counts again; none is made.
 * `recordedAt`: epoch ms. Errors: NOT_FOUND if this person has no such objection, ALREADY_DONE if it no longer stands on any channel.
 */
export const decideObjectionLift = (
  subject: Subject,
  catalogue: Catalogue,
  lift: { objection: string; recordedAt: number; method: Method; reason: SealedField },
): SubjectFact[] => {
  const { objection, recordedAt, method, reason } = lift
  const cut = { at: recordedAt, knownAt: Number.POSITIVE_INFINITY }
  const standing = subjectView(subject, catalogue, cut).objections.filter(({ eventId }) => eventId === objection)
  if (standing.length === 0) {
    if (!wasObjection(subject, catalogue, objection)) throw refuse('NOT_FOUND', '', 'in-force', 'This person has no such objection')
    throw refuse('ALREADY_DONE', '', 'in-force', 'This objection is no longer the one in force on any channel')
  }
  // Lifted where it was made it is inherited nowhere.
  const own = standing.filter(({ inheritedFrom }) => inheritedFrom === undefined)
  const named = own.length > 0 ? null : besides(subject, objection)
  const byPurpose = Map.groupBy<string, ObjectionRow>(own.length > 0 ? own : standing, ({ purpose }) => purpose)
  return [...byPurpose].map(([purpose, rows]) => ({
    type: 'ObjectionLifted',
    data: {
      controller: catalogue.controllerId,
      purpose,
      channels: rows.map(({ channel }) => channel),
      objections: [
        ...new Set(
          rows
            .flatMap(({ channel }) => objectionsOn(subject, catalogue, purpose, channel, cut).map(({ eventId }) => eventId))
            .filter((id) => named === null || named.has(id)),
        ),
      ],
      by: 'dpo',
      orderAt: iso(recordedAt),
      method,
      reason,
    },
  }))
}
