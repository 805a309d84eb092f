// Random histories of one subject and of the catalogue that it is judged by. Every time is a midnight in UTC, so that all instants at which anything can change can be tried.
import fc from 'fast-check'
import { iso, type Channel, type ControllerFact, type PurposeEntry, type SubjectFact, type Trust } from '../../src/index.ts'
import { appendedTo, day, Scene } from '../scene.ts'
import { basisOf, dayOf, firstCatalogue, firstPurposes, midnight, noticeOf, profile, purposes } from './firstCatalogue.ts'

const some = <const T>(...values: readonly T[]) => fc.constantFrom(...values)
const purpose = some(...purposes)
const which = some<Channel[]>(['email'], ['sms'], ['post'], ['email', 'sms'], ['email', 'post'])
/** Days from the act to its being recorded; mostly none. */
const late = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) })
const trust = some<Trust>('secret', 'secret', 'publishable', 'imported')
const lasting = fc.option(fc.integer({ min: 3, max: 45 }))

const steps = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: some('gives'),
      purpose,
      which,
      late,
      trust,
      lasting,
      exported: fc.option(fc.integer({ min: 0, max: 30 })),
      notice: fc.option(some(1, 2)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: some('refuses', 'withdraws', 'objects'),
      purpose,
      which,
      late,
      trust,
      every: fc.boolean(),
      word: some(false, false, true),
      dismissed: some(false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: some('requests'), purpose, which, late, trust }) },
  { weight: 2, arbitrary: fc.record({ does: some('confirms'), nth: fc.nat(2), lasting }) },
  { weight: 1, arbitrary: fc.record({ does: some('liftsRestriction'), nth: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ does: some('liftsObjection'), purpose, which, last: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ does: some('contacts'), late, trust }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: some('buys'), late, seller: some('stays', 'stays', 'tents'), category: some('stay', 'stay', 'tent'), collected: some(true, true, false), offered: some<string[]>(['sale'], []), refused: some<string[]>([], [], ['sale']) }), // prettier-ignore
  },
  { weight: 1, arbitrary: fc.record({ does: some('restricts'), purposes: some<'all' | string[]>('all', ['news', 'clock'], ['post']) }) },
  { weight: 1, arbitrary: fc.record({ does: some('links', 'sees'), trust }) },
  { weight: 1, arbitrary: fc.record({ does: some('erases'), really: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ does: some('publishes'), purpose: some(...firstPurposes.map(({ id }) => id)), to: some<Partial<PurposeEntry>>({ marketing: false }, { channels: ['email'] }, { channels: ['post', 'sms'] }, { lapse: 'P10D' }, { replaces: 'news' }, { replaces: 'again' }, {}) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ does: some('retires'), purpose, in: fc.integer({ min: -10, max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ does: some('changesNotice'), change: some('editorial' as const, 'material' as const, 'new-processing' as const), shows: some<string[]>([], ['news', 'asked'], ['news', 'clock', 'again']), in: fc.integer({ min: -10, max: 40 }) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ does: some('appliesProfile'), turn: fc.integer({ min: 0, max: 120 }) }) },
)
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never
/** `gap`: days since the step before; each is recorded on a day of its own. */
export const histories = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 12 }), step: steps }), { minLength: 1, maxLength: 12 })
export type History = { gap: number; step: Step }[]

/** A subject with its events, the catalogue, and the last day on which something was recorded. */
export class Told {
  readonly scene = new Scene(firstCatalogue())
  today = 1

  constructor(history: History) {
    for (const { gap, step } of history) {
      this.today += gap
      this.#take(step)
    }
  }
  /** The day by which whatever can change by itself has changed. */
  get settled(): number {
    return Math.max(this.today + 60, 140)
  }
  get #now(): number {
    return midnight(this.today)
  }
  #when(late: number) {
    const at = iso(this.#now - late * day)
    return { controller: 'campo', occurredAt: at, occurredAtFrom: 'site' as const, orderAt: at }
  }
  /** As a file tells it that does not say when. `exported`: days ago. */
  #undated(exported: number) {
    const source = { system: 'crm', exportedAt: iso(this.#now - exported * day), fileSha256: 'a'.repeat(64), line: 1 }
    return { ...this.#when(0), occurredAtFrom: 'ledger' as const, method: { kind: 'import' as const, source } }
  }
  #append(fact: SubjectFact, trust: Trust = 'secret'): void {
    this.scene.append([fact], this.#now, trust)
  }
  #rule(fact: ControllerFact): void {
    this.scene.catalogue = appendedTo(this.scene.catalogue, [fact], this.#now)
  }
  #until(lasting: number | null, late = 0): { until?: string } {
    return lasting === null ? {} : { until: iso(this.#now + (lasting - late) * day) }
  }
  #of(type: string, nth: number) {
    const found = this.scene.events.filter((event) => event.type === type)
    return found[nth % Math.max(1, found.length)]
  }
  #take(step: Step): void {
    switch (step.does) {
      case 'gives': {
        // Nobody can give what does not rest on consent.
        if (basisOf(step.purpose) !== 'consent') return
        const { purpose, which, late, trust, lasting, exported, notice } = step
        const shown = notice === null ? {} : { notice: { id: 'form', version: notice, language: 'en', sha256: 'a'.repeat(64) } }
        const when = trust === 'imported' && exported !== null ? this.#undated(exported) : this.#when(late)
        const data = { ...when, purpose, purposeVersion: 1, channels: which, ...shown, ...this.#until(lasting, late) }
        return this.#append({ type: 'ConsentGiven', data }, trust)
      }
      case 'refuses':
      case 'withdraws':
      case 'objects': {
        const { purpose, which, late, trust, every, word, dismissed } = step
        const flags = dismissed && step.does === 'refuses' ? { flags: ['dismissed' as const] } : {}
        const data = { ...this.#when(late), purpose, purposeVersion: 1, channels: which, ...flags }
        const basis = basisOf(purpose)
        const everyChannel = every ? { everyChannel: true as const } : {}
        if (basis !== 'consent' || step.does === 'objects') {
          const scope = word ? { scope: step.does === 'objects' ? ('marketing' as const) : ('all' as const) } : {}
          return this.#append({ type: 'ObjectionRecorded', data: { ...data, ...everyChannel, ...scope, basis } }, trust)
        }
        if (step.does === 'refuses') return this.#append({ type: 'ConsentRefused', data }, trust)
        return this.#append({ type: 'ConsentWithdrawn', data: { ...data, ...(word ? { ...everyChannel, scope: 'all' } : {}) } }, trust)
      }
      case 'requests': {
        if (basisOf(step.purpose) !== 'consent') return
        const data = { ...this.#when(step.late), purpose: step.purpose, purposeVersion: 1, channels: step.which }
        return this.#append({ type: 'ConsentRequested', data: { ...data, awaiting: ['confirmation'] } }, step.trust)
      }
      case 'confirms': {
        const request = this.#of('ConsentRequested', step.nth) as (SubjectFact & { id: string }) | undefined
        if (request?.type !== 'ConsentRequested') return
        const { awaiting: _, ...data } = request.data
        const confirmed = { ...data, requestEventId: request.id, confirmedAt: iso(this.#now), ...this.#until(step.lasting) }
        return this.#append({ type: 'ConsentConfirmed', data: confirmed }, 'system')
      }
      default:
        return this.#takeOther(step)
    }
  }
  #takeOther(step: Exclude<Step, { does: 'gives' | 'refuses' | 'withdraws' | 'objects' | 'requests' | 'confirms' }>): void {
    const controller = 'campo'
    const orderAt = iso(this.#now)
    const sealed = { commitment: 'a'.repeat(64), sealed: 'a.b.c' }
    switch (step.does) {
      case 'liftsObjection': {
        const noes = this.scene.events.filter(({ type }) => ['ObjectionRecorded', 'ConsentRefused', 'ConsentWithdrawn'].includes(type))
        const objections = noes.slice(-1 - step.last).map(({ id }) => id)
        return this.#append({ type: 'ObjectionLifted', data: { controller, purpose: step.purpose, channels: step.which, objections, by: 'dpo', orderAt } }, 'operator') // prettier-ignore
      }
      case 'liftsRestriction': {
        const restriction = this.#of('ProcessingRestricted', step.nth)?.id
        if (restriction === undefined) return
        return this.#append({ type: 'RestrictionLifted', data: { controller, restriction, orderAt, notifiedAt: orderAt, notification: sealed, reason: sealed } }, 'operator') // prettier-ignore
      }
      case 'restricts':
        return this.#append(
          { type: 'ProcessingRestricted', data: { controller, purposes: step.purposes, ground: 'accuracy', orderAt } },
          'operator',
        )
      case 'contacts':
        return this.#append({ type: 'ContactRecorded', data: { ...this.#when(step.late), kind: 'click' } }, step.trust)
      case 'buys': {
        const { seller, category, collected, offered, refused } = step
        const sale = { seller, category, addressCollectedThen: collected, refusalOffered: offered, refused }
        return this.#append({ type: 'ContactRecorded', data: { ...this.#when(step.late), kind: 'sale', sale } })
      }
      case 'links':
        return this.#append({ type: 'IdentityLinked', data: { controller, linkId: `${this.today}`, scheme: 'cookie', kind: 'device', commitment: 'a'.repeat(64) } }) // prettier-ignore
      case 'sees':
        return this.#append({ type: 'NoticeShown', data: { ...this.#when(0), site: 'campo-fr', notice: { id: 'form', version: 1, language: 'en', sha256: 'a'.repeat(64) } } }, step.trust) // prettier-ignore
      case 'erases':
        return step.really === 0 ? this.#append({ type: 'SubjectErased', data: { controller, orderAt } }, 'operator') : undefined
      default:
        return this.#takeRule(step)
    }
  }
  #takeRule(step: Extract<Step, { does: 'publishes' | 'retires' | 'changesNotice' | 'appliesProfile' }>): void {
    switch (step.does) {
      case 'publishes': {
        const versions = this.scene.catalogue.purposes.get(step.purpose)?.versions ?? []
        const last = versions.at(-1)
        if (last === undefined) return
        const { recordedAt: _, eventId: __, ...data } = last
        return this.#rule({ type: 'PurposePublished', data: { ...data, ...step.to, version: last.version + 1 } })
      }
      case 'retires':
        return this.#rule({ type: 'PurposeRetired', data: { purpose: step.purpose, from: dayOf(this.today + step.in) } })
      case 'changesNotice': {
        const version = (this.scene.catalogue.notices.get('form')?.versions.length ?? 0) + 1
        return this.#rule(noticeOf(version, step.change, dayOf(this.today + step.in), step.shows))
      }
      case 'appliesProfile':
        return this.#rule({ type: 'RegulatorProfileApplied', data: { profile: profile(step.turn), sha256: 'a'.repeat(64) } })
    }
  }
}
