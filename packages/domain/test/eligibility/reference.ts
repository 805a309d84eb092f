// Eligibility once more, slow and obvious: every event read again for every question. It shares nothing with the sources but types, calendar and the events' schemas.
import { addDuration, startOfDay } from '../../src/index.ts'
import type { Channel, SubjectFact } from '../../src/index.ts'
import { Answered, answerTypes, type Key, type Said, type Told } from './answered.ts'
import { time, type Fact } from './known.ts'

/** A no in force. `id`: its event. `all`: it came with a withdrawal of all, and names nothing here. */
type No = { id: string; at: number; all: boolean }
/** What counts as something that happened with the person. */
const happenings = [...answerTypes, 'ObjectionRecorded', 'ContactRecorded', 'ProcessingRestricted']
const collecting = ['ConsentGiven', 'ConsentRequested', 'ConsentConfirmed', 'ContactRecorded', 'NoticeShown']

export class Reference extends Answered {
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
    return this.replaces(purpose)
      .filter((old) => !asked.includes(old))
      .flatMap((old) => {
        return this.#channelsOf(old, channel).flatMap((on) => [
          ...this.#refusals({ purpose: old, channel: on }),
          ...this.#noes({ purpose: old, channel: on }, [...asked, old]).map((no) => ({ ...no, all: false })),
        ])
      })
  }
  /** Where a no to another purpose was said that counts for `channel`. */
  #channelsOf(other: string, channel: Channel): Channel[] {
    const spoken = this.events.flatMap(({ data }) =>
      'purpose' in data && data.purpose === other && 'channels' in data ? data.channels : [],
    )
    return this.channels(other).includes(channel) ? [channel] : [...this.channels(other), ...spoken]
  }
  #refusals(key: Key): No[] {
    const answers = this.counting(this.answers(key))
    const sinceYes = answers.slice(answers.findLastIndex((answer) => this.isYes(answer)) + 1)
    return sinceYes.map(({ id, data }) => ({ id, at: time(data.orderAt), all: false }))
  }
  /** What was said, by its name, to purposes that continue this one. */
  #handedBack({ purpose, channel }: Key): No[] {
    if (!this.#isMarketing(purpose)) return []
    const onConsent = this.versions(purpose)[0]?.data.legalBasis === 'consent'
    const staying = this.events
      .filter(
        ({ type, data }) =>
          ('scope' in data && data.scope !== undefined) ||
          ('flags' in data && data.flags?.includes('dismissed')) ||
          (onConsent && type === 'ConsentRefused'),
      ) // prettier-ignore
      .map(({ id }) => id)
    const named = this.events.flatMap(({ data }) => ('purpose' in data && data.purpose !== purpose ? (data.purpose ?? []) : []))
    return [...new Set(named)]
      .filter((later) => this.#lineage(later).includes(purpose))
      .flatMap((later) =>
        this.#channelsOf(later, channel).flatMap((on) => {
          const key = { purpose: later, channel: on }
          return [...this.#refusals(key), ...this.#unended(key, this.#said(key))]
        }),
      )
      .filter(({ id }) => !staying.includes(id))
      .map((no) => ({ ...no, all: false }))
  }
  #noes(key: Key, asked: readonly string[]): No[] {
    return this.#unended(key, [...this.#said(key), ...this.#inherited(key, asked)])
  }
  #unended(key: Key, noes: No[]): No[] {
    const { purpose, channel } = key
    const lifted = this.done(this.of('ObjectionLifted'))
      .filter(({ data }) => data.by === 'dpo' && data.purpose === purpose && data.channels.includes(channel))
      .flatMap(({ data }) => data.objections)
    const [first] = this.versions(purpose)
    const answers = first === undefined || first.data.legalBasis === 'consent' ? this.answers(key) : []
    const isEnded = ({ id, at, all }: No): boolean =>
      lifted.includes(id) ||
      answers.some((answer) => this.isVouched(answer) && time(answer.data.orderAt) > at) ||
      (all && answers.some((answer) => this.isYes(answer) && !this.isFile(answer) && time(answer.data.orderAt) > at)) ||
      (all && answers.some(({ type, data }) => (type === 'ConsentRefused' || type === 'ConsentWithdrawn') && time(data.orderAt) >= at))
    return noes.filter((no) => !isEnded(no))
  }

  // ---- restriction, contacts, sales ----

  #lineage(purpose: string, found: readonly string[] = []): string[] {
    if (found.includes(purpose)) return [...found]
    return this.replaces(purpose).reduce<string[]>((all, old) => this.#lineage(old, all), [...found, purpose])
  }
  #consentAfter(key: Key, restrictedAt: number): boolean {
    const last = this.answers(key).findLast(
      (answer) =>
        answer.type === 'ConsentRefused' ||
        answer.type === 'ConsentWithdrawn' ||
        (this.isVouched(answer) && time(answer.data.orderAt) > restrictedAt),
    )
    return last !== undefined && this.isYes(last) && this.at < this.end(last, key.channel)
  }
  #restriction(key: Key): string | undefined {
    const lifted = this.done(this.of('RestrictionLifted')).map(({ data }) => data.restriction)
    return this.done(this.of('ProcessingRestricted'))
      .filter(({ id }) => !lifted.includes(id))
      .filter(
        ({ data }) =>
          data.purposes === 'all' ||
          data.purposes.some((id) => this.#lineage(key.purpose).includes(id) || this.#lineage(id).includes(key.purpose)),
      )
      .find(({ data }) => !this.#consentAfter(key, time(data.orderAt)))?.id
  }
  #when(event: Fact<SubjectFact>): number {
    if (event.type === 'ConsentGiven') return this.order(event)
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
      .map((answer) => ({ at: this.since(answer), by: [answer.id] }))
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
    const noes = [...this.#noes(key, [key.purpose]), ...this.#unended(key, this.#handedBack(key))]
    const objected = this.#last(noes.map(({ id, at }) => ({ at, by: [id] })))
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
    const lapses = this.#lapses(version)
    const told = this.#byBasis(key, version, lapses)
    const last = this.#lastContact()
    const allowed = ['CONSENT_GIVEN', 'SOFT_OPT_IN', 'LEGITIMATE_INTEREST'].includes(told.reason)
    if (!allowed || lapses.every((lapse) => last !== null && this.at < addDuration(last.at, lapse, this.zone))) return told
    return { reason: 'PROSPECT_LAPSED', by: last?.by ?? [] }
  }
  /** The clocks that run on this day: the purpose's, else on legitimate interest those of the profile. */
  #lapses({ lapse, legalBasis }: { lapse?: string | undefined; legalBasis: string }): string[] {
    if (lapse !== undefined) return [lapse]
    const clocks = this.rulesOf('RegulatorProfileApplied').at(-1)?.data.profile.clocks ?? []
    return clocks
      .filter(({ name }) => name === 'prospect' && legalBasis === 'legitimate-interest')
      .filter(
        ({ from, until }) => startOfDay(from, this.zone) <= this.at && (until === undefined || this.at < startOfDay(until, this.zone)),
      )
      .map(({ value }) => value)
  }
  #byBasis(
    key: Key,
    version: { id: string; legalBasis: string; softOptIn?: { seller: string; categories: string[] } | undefined },
    lapses: readonly string[],
  ): Told {
    if (version.legalBasis === 'legitimate-interest') {
      const collected = this.#collected()
      if (collected === null || collected.at > this.at) return { reason: 'UNKNOWN_SUBJECT', by: [] }
      return { reason: 'LEGITIMATE_INTEREST', by: (lapses.length === 0 ? collected : this.#lastContact())?.by ?? [] }
    }
    if (version.legalBasis === 'soft-opt-in') {
      const by = this.#sale(version.id, version.softOptIn)
      return by.length === 0 ? { reason: 'NO_SALE', by } : { reason: 'SOFT_OPT_IN', by }
    }
    const told = this.consent(key)
    if (told !== null) return told
    const others: Channel[] = ['email', 'sms', 'phone', 'post', 'push', 'web']
    const elsewhere = others
      .flatMap((channel) => this.consent({ ...key, channel }) ?? [])
      .filter(({ reason }) => reason === 'CONSENT_GIVEN')
    return elsewhere.length === 0
      ? { reason: 'NO_CONSENT', by: [] }
      : { reason: 'CHANNEL_NOT_COVERED', by: elsewhere.flatMap(({ by }) => by) }
  }
}
