// Time is an event: the instants at which an answer may change with nothing arriving.
import type { Catalogue, PurposeVersion } from '../catalogue/catalogue.ts'
import { kinOf, longestUntil, prospectClocks, replacedAt, zoneOf } from '../catalogue/reading.ts'
import { standing, type Key } from '../subject/state.ts'
import type { Cut, Subject, Thread } from '../subject/subject.ts'
import { addDuration, dayIn, startOfDay } from '../time.ts'
import { collection, eachContact, firstKnown, isKnown, lastContact } from './lastContact.ts'

/** Takes an instant (epoch ms) that may be one; null is none. */
type Add = (at: number | null) => void

/** Where no answer is still to come, and no restriction asks what was said after it, only the answer that stands can end by itself. */
const ofAnswers = (thread: Thread, catalogue: Catalogue, cut: Cut, restricted: boolean, add: Add): void => {
  const known = thread.answers.filter(({ recordedAt }) => recordedAt <= cut.knownAt)
  if (!restricted && known.every(({ since }) => since <= cut.at)) return add(standing(catalogue, thread, cut).until)
  for (const answer of known) {
    add(answer.orderAt)
    add(answer.since)
    add(answer.until)
    add(longestUntil(catalogue, thread.channel, answer.since))
    add(replacedAt(catalogue, thread.purpose, answer))
  }
}

const ofSubject = (subject: Subject, catalogue: Catalogue, { purpose }: Key, cut: Cut, add: Add): void => {
  const kin = kinOf(catalogue, purpose)
  for (const thread of subject.threads.values()) {
    if (!kin.includes(thread.purpose)) continue
    ofAnswers(thread, catalogue, cut, subject.restrictions.length > 0, add)
    for (const { orderAt } of thread.objections) add(orderAt)
    for (const { orderAt } of thread.lifts) add(orderAt)
  }
  for (const { orderAt } of subject.wide) add(orderAt)
  for (const { orderAt, lift } of subject.restrictions) {
    add(orderAt)
    add(lift && lift.orderAt)
  }
  add(subject.erased && subject.erased.orderAt)
}

const lapsesByProfile = ({ legalBasis, lapse }: PurposeVersion): boolean => legalBasis === 'legitimate-interest' && lapse === undefined

/** Of the contacts before `cut` only the last can end by time; each later one begins the clock anew. */
const ofContacts = (subject: Subject, catalogue: Catalogue, versions: readonly PurposeVersion[], cut: Cut, add: Add): void => {
  const ofProfile = versions.some(lapsesByProfile) ? prospectClocks(catalogue) : []
  const lapses = new Set([...versions.flatMap(({ lapse }) => lapse ?? []), ...ofProfile.map(({ value }) => value)])
  if (lapses.size === 0 && versions.every(({ softOptIn }) => softOptIn === undefined)) return
  const from = (at: number): void => {
    add(at)
    for (const lapse of lapses) add(addDuration(at, lapse, zoneOf(catalogue)))
  }
  const last = lastContact(subject, cut)
  if (last !== null) from(last.at)
  const collected = collection(subject, cut.knownAt)
  if (collected !== null && collected.at > cut.at) from(collected.at)
  eachContact(subject, cut.knownAt, (at) => {
    if (at > cut.at) from(at)
  })
}

const ofCatalogue = (catalogue: Catalogue, { purpose: id, channel }: Key, cut: Cut, add: Add): void => {
  const zone = zoneOf(catalogue)
  const today = dayIn(cut.at, zone)
  const addDay = (day: string | undefined): void => {
    if (day !== undefined && day > today) add(startOfDay(day, zone))
  }
  const purpose = catalogue.purposes.get(id)
  addDay(purpose?.retired?.from)
  for (const { recordedAt } of purpose?.versions ?? []) add(recordedAt)
  for (const { from, until } of purpose?.versions.some(lapsesByProfile) ? prospectClocks(catalogue) : []) {
    addDay(from)
    addDay(until)
  }
  for (const entry of catalogue.profile?.bases ?? []) {
    if (entry.channel !== channel || entry.basis !== purpose?.versions[0]?.legalBasis) continue
    addDay(entry.from)
    addDay(entry.until)
  }
}

/**
 * Instants (epoch ms, ascending, each once) after `cut.at` between which the answer on `key` stays as it is, as far as is known at `cut.knownAt`. At some of them it
 * may stay as it is, too. `catalogue`: as known then.
 */
export const turningPoints = (subject: Subject, catalogue: Catalogue, key: Key, cut: Cut): number[] => {
  const found = new Set<number>()
  const add: Add = (at) => {
    if (at !== null && at > cut.at) found.add(at)
  }
  if (!isKnown(subject, cut)) add(firstKnown(subject, cut.knownAt))
  add(collection(subject, cut.knownAt)?.at ?? null)
  ofSubject(subject, catalogue, key, cut, add)
  ofContacts(subject, catalogue, catalogue.purposes.get(key.purpose)?.versions ?? [], cut, add)
  ofCatalogue(catalogue, key, cut, add)
  return [...found].toSorted((a, b) => a - b)
}
