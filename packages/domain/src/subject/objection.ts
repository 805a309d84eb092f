// Objections (GDPR Art. 21): when one is in force, and what ends it.
import type { Catalogue } from '../catalogue/catalogue.ts'
import { iso } from '../time.ts'
import type { Channel } from '../words.ts'
import type { Cut } from './state.ts'
import { threadKey, type Subject, type Thread } from './subject.ts'

type No = { eventId: string; orderAt: number; inheritedFrom?: string }

const knownBy =
  (cut: Cut) =>
  (fact: { orderAt: number; recordedAt: number }): boolean =>
    fact.recordedAt <= cut.knownAt && fact.orderAt <= cut.at

const latest = <T extends { orderAt: number }>(facts: T[]): T | undefined => facts.toSorted((a, b) => a.orderAt - b.orderAt).at(-1)

const latestNo = (thread: Thread | undefined, cut: Cut): No | undefined => {
  const said = latest((thread?.answers ?? []).filter(knownBy(cut)).filter((answer) => answer.said !== 'request'))
  const refusal = said && (said.said === 'refused' || said.said === 'withdrawn') ? said : undefined
  return latest([...(refusal ? [refusal] : []), ...(thread?.objections ?? []).filter(knownBy(cut))])
}

/** A no to the purpose that this one replaces, on the same channel, or on any if the old one never had that channel. */
const inherited = (subject: Subject, catalogue: Catalogue, purpose: string, channel: Channel, cut: Cut): No | undefined => {
  const old = catalogue.purposes.get(purpose)?.versions.at(-1)?.replaces
  if (old === undefined) return undefined
  const had = catalogue.purposes.get(old)?.versions.some((version) => version.channels.includes(channel))
  const threads = [...subject.threads.values()].filter((thread) => thread.purpose === old && (!had || thread.channel === channel))
  const no = latest(threads.flatMap((thread) => latestNo(thread, cut) ?? []))
  return no && { eventId: no.eventId, orderAt: no.orderAt, inheritedFrom: old }
}

/**
 * The objection in force on a purpose and channel at `cut`, or null. It is ended by a later lift of the DPO, or by a later yes of the person (secret key
 * or confirmed, never an import) to that purpose on that channel; at equal times it stands. Who refused or withdrew a purpose starts objected in the one that replaces it.
 */
export const objectionOn = (
  subject: Subject,
  catalogue: Catalogue,
  purpose: string,
  channel: Channel,
  cut: Cut,
): { since: string; eventId: string; inheritedFrom?: string } | null => {
  const thread = subject.threads.get(threadKey(purpose, channel))
  const own: No | undefined = latest((thread?.objections ?? []).filter(knownBy(cut)))
  const old = inherited(subject, catalogue, purpose, channel, cut)
  const no = latest([...(old ? [old] : []), ...(own ? [own] : [])])
  if (!no) return null
  const ends = [...(thread?.lifts ?? []), ...(thread?.answers ?? []).filter((answer) => answer.lifts && answer.since <= cut.at)].filter(
    knownBy(cut),
  )
  if (ends.some((end) => end.orderAt > no.orderAt)) return null
  return { since: iso(no.orderAt), eventId: no.eventId, ...(no.inheritedFrom === undefined ? {} : { inheritedFrom: no.inheritedFrom }) }
}
