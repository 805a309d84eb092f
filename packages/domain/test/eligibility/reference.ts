// Eligibility once more, slow and obvious: every event read again for every question. It shares nothing with the sources but types, calendar and the events' schemas.
import { addDuration, startOfDay } from '../../src/index.ts'
import type { Channel, EligibilityReason, SubjectFact } from '../../src/index.ts'
import { Known, time, type Fact } from './known.ts'

type Key = { purpose: string; channel: Channel }
type Said = Fact<
  Extract<SubjectFact, { type: 'ConsentGiven' | 'ConsentRefused' | 'ConsentWithdrawn' | 'ConsentRequested' | 'ConsentConfirmed' }>
>
/** A no in force. `id`: its event. `all`: it came with a withdrawal of all, and names nothing here. */
type No = { id: string; at: number; all: boolean }
/** `by`: events one of which decided; several where they were done at the same time. */
export type Told = { reason: EligibilityReason; by: string[] }

const answerTypes = ['ConsentGiven', 'ConsentRefused', 'ConsentWithdrawn', 'ConsentRequested', 'ConsentConfirmed']
/** What counts as something that happened with the person. */
const happenings = [...answerTypes, 'ObjectionRecorded', 'ContactRecorded', 'ProcessingRestricted']
const collecting = ['ConsentGiven', 'ConsentRequested', 'ConsentConfirmed', 'ContactRecorded', 'NoticeShown']

export class Reference extends Known {
  // ---- answers ----

  #since(answer: Said): number {
    return answer.type === 'ConsentConfirmed' ? time(answer.data.confirmedAt) : time(answer.data.orderAt)
  }
  #isFile(answer: Said): boolean {
    return answer.type !== 'ConsentConfirmed' && (answer.trust === 'imported' || answer.data.method?.kind === 'import')
  }
  #isYes(answer: Said): boolean {
    return answer.type === 'ConsentGiven' || answer.type === 'ConsentConfirmed'
  }
  #isVouched(answer: Said): boolean {
    return answer.type === 'ConsentConfirmed' || (answer.type === 'ConsentGiven' && answer.trust === 'secret' && !this.#isFile(answer))
  }
  #until(answer: Said): number {
    return 'until' in answer.data && answer.data.until !== undefined ? time(answer.data.until) : Infinity
  }
  #replaced(answer: Said): number {
    const notice = 'notice' in answer.data ? answer.data.notice : undefined
    if (notice === undefined) return Infinity
    const later = this.rulesOf('NoticePublished').filter(
      ({ data }) => data.id === notice.id && data.version > notice.version && data.change === 'new-processing',
    )
    return Math.min(...later.map(({ data }) => startOfDay(data.validFrom, this.zone)))
  }
  /** The end of an answer by itself: what it says, and on each day the longest that a consent may hold by the rules of that day. */
  #lasts(answer: Said, channel: Channel): number {
    const rules = (this.rulesOf('RegulatorProfileApplied').at(-1)?.data.profile.longestValidity ?? []).filter(
      (rule) => rule.channel === channel,
    )
    const ends = rules
      .map(({ from, until, value }) => ({
        at: Math.max(startOfDay(from, this.zone), addDuration(this.#since(answer), value, this.zone)),
        over: until === undefined ? Infinity : startOfDay(until, this.zone),
      }))
      .filter(({ at, over }) => at < over)
    return Math.min(this.#until(answer), ...ends.map(({ at }) => at))
  }
  #end(answer: Said, channel: Channel): number {
    return Math.min(this.#lasts(answer, channel), this.#replaced(answer))
  }
  /** Where an answer stands in the order in which answers count: text that sorts. */
  #place(answer: Said): string {
    const rank = answer.type === 'ConsentWithdrawn' ? 2 : answer.type === 'ConsentRefused' ? 1 : 0
    const until = this.#until(answer)
    const ending = until === Infinity ? '0' : String(9e15 - until).padStart(20, '0')
    return [answer.data.orderAt, rank, this.#isFile(answer) ? 0 : 1, ending].join(' ')
  }
  #answers({ purpose, channel }: Key): Said[] {
    return this.events
      .filter((event): event is Said => answerTypes.includes(event.type))
      .filter(({ data }) => data.purpose === purpose && data.channels.includes(channel))
      .filter((answer) => time(answer.data.orderAt) <= this.at && this.#since(answer) <= this.at)
      .sort((a, b) => (this.#place(a) === this.#place(b) ? (a.id < b.id ? -1 : 1) : this.#place(a) < this.#place(b) ? -1 : 1))
  }
  /** The answer that counts: the last one, but that a yes from a file does not follow a no. */
  #counts(answers: readonly Said[]): Said | undefined {
    return this.#counting(answers).at(-1)
  }
  #counting(answers: readonly Said[]): Said[] {
    const kept: Said[] = []
    for (const answer of answers.filter(({ type }) => type !== 'ConsentRequested')) {
      const before = kept.at(-1)
      if (this.#isYes(answer) && this.#isFile(answer) && before !== undefined && !this.#isYes(before)) continue
      kept.push(answer)
    }
    return kept
  }
  #consent(key: Key): Told | null {
    const answers = this.#answers(key)
    const counts = this.#counts(answers)
    const request = answers.findLast(({ type }) => type === 'ConsentRequested')
    if (counts !== undefined && this.#isYes(counts) && this.at < this.#end(counts, key.channel))
      return { reason: 'CONSENT_GIVEN', by: [counts.id] }
    if (request !== undefined && (counts === undefined || time(request.data.orderAt) > time(counts.data.orderAt)))
      return { reason: 'NOT_CONFIRMED', by: [request.id] }
    if (counts === undefined) return null
    if (counts.type === 'ConsentRefused') return { reason: 'CONSENT_REFUSED', by: [counts.id] }
    if (counts.type === 'ConsentWithdrawn') return { reason: 'CONSENT_WITHDRAWN', by: [counts.id] }
    return {
      reason: this.#replaced(counts) < this.#lasts(counts, key.channel) ? 'CONSENT_INVALIDATED' : 'CONSENT_EXPIRED',
      by: [counts.id],
    }
  }

  // ---- objections ----

  #last(noes: { at: number; by: string[] }[]): { at: number; by: string[] } | null {
    if (noes.length === 0) return null
    const at = Math.max(...noes.map((no) => no.at))
    return { at, by: noes.filter((no) => no.at === at).flatMap(({ by }) => by) }
  }
  #isMarketing(purpose: string): boolean {
    return this.versions(purpose).some(({ data }) => data.marketing)
  }
  /** What was said to this purpose on this channel, to this purpose on every channel, or to all marketing. */
  #said({ purpose, channel }: Key): No[] {
    const published = this.versions(purpose).length > 0
    const covers = ({ channels, everyChannel }: { channels: Channel[]; everyChannel?: true | undefined }) => everyChannel === true || channels.includes(channel) // prettier-ignore
    const objections = this.done(this.of('ObjectionRecorded'))
      .filter(({ data }) => covers(data))
      .filter(({ data }) => (data.scope === undefined ? data.purpose === purpose : this.#isMarketing(purpose) || (data.purpose === purpose && !published))) // prettier-ignore
    const withdrawals = this.done(this.of('ConsentWithdrawn')).filter(({ data }) => data.scope !== undefined && covers(data) && this.#isMarketing(purpose)) // prettier-ignore
    return [...objections, ...withdrawals].map(({ id, data }) => ({ id, at: time(data.orderAt), all: data.scope === 'all' }))
  }
  #inherited({ purpose, channel }: Key, asked: readonly string[]): No[] {
    return this.replacedBy(purpose)
      .filter((old) => !asked.includes(old))
      .flatMap((old) => {
        const spoken = this.events.flatMap(({ data }) =>
          'purpose' in data && data.purpose === old && 'channels' in data ? data.channels : [],
        )
        const channels = this.channels(old).includes(channel) ? [channel] : [...this.channels(old), ...spoken]
        return channels.flatMap((on) => {
          const answers = this.#counting(this.#answers({ purpose: old, channel: on }))
          const sinceYes = answers.slice(answers.findLastIndex((answer) => this.#isYes(answer)) + 1)
          return [
            ...sinceYes.map(({ id, data }) => ({ id, at: time(data.orderAt), all: false })),
            ...this.#noes({ purpose: old, channel: on }, [...asked, old]).map((no) => ({ ...no, all: false })),
          ]
        })
      })
  }
  #noes(key: Key, asked: readonly string[]): No[] {
    const { purpose, channel } = key
    const lifted = this.done(this.of('ObjectionLifted'))
      .filter(({ data }) => data.by === 'dpo' && data.purpose === purpose && data.channels.includes(channel))
      .flatMap(({ data }) => data.objections)
    const [first] = this.versions(purpose)
    const answers = first === undefined || first.data.legalBasis === 'consent' ? this.#answers(key) : []
    const isEnded = ({ id, at, all }: No): boolean =>
      lifted.includes(id) ||
      answers.some((answer) => this.#isVouched(answer) && time(answer.data.orderAt) > at) ||
      (all && answers.some((answer) => this.#isYes(answer) && !this.#isFile(answer) && time(answer.data.orderAt) > at)) ||
      (all && answers.some(({ type, data }) => (type === 'ConsentRefused' || type === 'ConsentWithdrawn') && time(data.orderAt) >= at))
    return [...this.#said(key), ...this.#inherited(key, asked)].filter((no) => !isEnded(no))
  }

  // ---- restriction, contacts, sales ----

  #lineage(purpose: string, found: readonly string[] = []): string[] {
    if (found.includes(purpose)) return [...found]
    return this.replacedBy(purpose).reduce<string[]>((all, old) => this.#lineage(old, all), [...found, purpose])
  }
  #consentAfter(key: Key, restrictedAt: number): boolean {
    const last = this.#answers(key).findLast(
      (answer) =>
        answer.type === 'ConsentRefused' ||
        answer.type === 'ConsentWithdrawn' ||
        (this.#isVouched(answer) && time(answer.data.orderAt) > restrictedAt),
    )
    return last !== undefined && this.#isYes(last) && this.at < this.#end(last, key.channel)
  }
  #restriction(key: Key): string | undefined {
    const lifted = this.done(this.of('RestrictionLifted')).map(({ data }) => data.restriction)
    return this.done(this.of('ProcessingRestricted'))
      .filter(({ id }) => !lifted.includes(id))
      .filter(({ data }) => data.purposes === 'all' || this.#lineage(key.purpose).some((id) => data.purposes.includes(id)))
      .find(({ data }) => !this.#consentAfter(key, time(data.orderAt)))?.id
  }
  #when(event: Fact<SubjectFact>): number {
    return 'orderAt' in event.data ? time(event.data.orderAt) : event.recordedAt
  }
  /** When anything was first known of the person. */
  #known(): number {
    return Math.min(...this.events.filter((event, n) => n === 0 || happenings.includes(event.type)).map((event) => this.#when(event)))
  }
  /** When the data came in that may be used: by no no, and not by a page. */
  #collected(): { at: number; by: string[] } | null {
    const found = this.events
      .filter((event) => collecting.includes(event.type) && event.trust !== 'publishable')
      .map((event) => ({ at: this.#when(event), by: [event.id] }))
    if (found.length === 0) return null
    const at = Math.min(...found.map((one) => one.at))
    return { at, by: found.filter((one) => one.at === at).flatMap(({ by }) => by) }
  }
  #lastContact(): { at: number; by: string[] } | null {
    const collected = this.#collected()
    const contacts = this.of('ContactRecorded').map(({ id, data }) => ({ at: time(data.orderAt), by: [id] }))
    const yeses = this.events
      .filter((event): event is Said => event.type === 'ConsentGiven' || event.type === 'ConsentConfirmed')
      .map((answer) => ({ at: this.#since(answer), by: [answer.id] }))
    return this.#last([...(collected ? [collected] : []), ...contacts, ...yeses].filter(({ at }) => at <= this.at))
  }
  #sale(purpose: string, terms: { seller: string; categories: string[] } | undefined): string[] {
    const sales = this.done(this.of('ContactRecorded')).flatMap(({ id, data }) =>
      data.sale ? [{ at: time(data.orderAt), by: [id], sale: data.sale }] : [],
    )
    const refusedAt = Math.max(-Infinity, ...sales.filter(({ sale }) => sale.refused.includes(purpose)).map(({ at }) => at))
    const good = sales.filter(
      ({ at, sale }) =>
        terms !== undefined &&
        sale.seller === terms.seller &&
        terms.categories.includes(sale.category) &&
        sale.addressCollectedThen &&
        sale.refusalOffered.includes(purpose) &&
        at > refusedAt,
    )
    return this.#last(good)?.by ?? []
  }

  // ---- the rules ----

  tell(key: Key): Told {
    if (this.#known() > this.at) return { reason: 'UNKNOWN_SUBJECT', by: [] }
    const [erased] = this.done(this.of('SubjectErased'))
    if (erased) return { reason: 'ERASED', by: [erased.id] }
    const restricted = this.#restriction(key)
    if (restricted !== undefined) return { reason: 'RESTRICTED', by: [restricted] }
    const objected = this.#last(this.#noes(key, [key.purpose]).map(({ id, at }) => ({ at, by: [id] })))
    if (objected) return { reason: 'OBJECTED', by: objected.by }
    return this.#byCatalogue(key)
  }
  #byCatalogue(key: Key): Told {
    const versions = this.versions(key.purpose)
    const version = (versions.findLast(({ recordedAt }) => recordedAt <= this.at) ?? versions[0])?.data
    if (version === undefined) return { reason: 'NOT_MARKETING', by: [] }
    const retired = this.rulesOf('PurposeRetired').findLast(({ data }) => data.purpose === key.purpose)
    if (retired && startOfDay(retired.data.from, this.zone) <= this.at) return { reason: 'PURPOSE_RETIRED', by: [] }
    if (!version.marketing) return { reason: 'NOT_MARKETING', by: [] }
    if (['contract', 'legal-obligation', 'exempt'].includes(version.legalBasis)) return { reason: 'BASIS_NEVER_MARKETING', by: [] }
    const listed = this.rulesOf('RegulatorProfileApplied')
      .at(-1)
      ?.data.profile.bases.some(
        ({ basis, channel, audience, from, until }) =>
          basis === version.legalBasis &&
          channel === key.channel &&
          audience === version.audience &&
          startOfDay(from, this.zone) <= this.at &&
          (until === undefined || this.at < startOfDay(until, this.zone)),
      )
    if (listed !== true) return { reason: 'BASIS_NOT_FOR_CHANNEL', by: [] }
    if (!version.channels.includes(key.channel)) return { reason: 'CHANNEL_NOT_COVERED', by: [] }
    const told = this.#byBasis(key, version)
    const last = this.#lastContact()
    const allowed = ['CONSENT_GIVEN', 'SOFT_OPT_IN', 'LEGITIMATE_INTEREST'].includes(told.reason)
    if (!allowed || version.lapse === undefined) return told
    if (last !== null && this.at < addDuration(last.at, version.lapse, this.zone)) return told
    return { reason: 'PROSPECT_LAPSED', by: last?.by ?? [] }
  }
  #byBasis(
    key: Key,
    version: {
      id: string
      legalBasis: string
      lapse?: string | undefined
      softOptIn?: { seller: string; categories: string[] } | undefined
    },
  ): Told {
    if (version.legalBasis === 'legitimate-interest') {
      const collected = this.#collected()
      if (collected === null || collected.at > this.at) return { reason: 'UNKNOWN_SUBJECT', by: [] }
      return { reason: 'LEGITIMATE_INTEREST', by: (version.lapse === undefined ? collected : this.#lastContact())?.by ?? [] }
    }
    if (version.legalBasis === 'soft-opt-in') {
      const by = this.#sale(version.id, version.softOptIn)
      return by.length === 0 ? { reason: 'NO_SALE', by } : { reason: 'SOFT_OPT_IN', by }
    }
    const told = this.#consent(key)
    if (told !== null) return told
    const others: Channel[] = ['email', 'sms', 'phone', 'post', 'push', 'web']
    const elsewhere = others
      .flatMap((channel) => this.#consent({ ...key, channel }) ?? [])
      .filter(({ reason }) => reason === 'CONSENT_GIVEN')
    return elsewhere.length === 0
      ? { reason: 'NO_CONSENT', by: [] }
      : { reason: 'CHANNEL_NOT_COVERED', by: elsewhere.flatMap(({ by }) => by) }
  }
}
