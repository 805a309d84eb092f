// From what is given in the decision table to a subject and a catalogue, by the decisions through which every act goes.
import { randomUUID } from 'node:crypto'
import {
  CatalogueFile,
  decideContact,
  decideObjectionLift,
  decideRestriction,
  decideRestrictionLift,
  evolveCatalogue,
  initialCatalogue,
  iso,
  admitContact,
  type Catalogue,
} from '../../src/index.ts'
import { appendedTo, published as publishedAs, Scene } from '../scene.ts'
import type { Given, Time } from './given.ts'
import { bonus, later, notice, published } from './world.ts'

const sealed = { commitment: 'a'.repeat(64), sealed: 'key.iv.words' }
const shown = { id: 'form', language: 'en' }
const source = { system: 'crm', fileSha256: 'a'.repeat(64), line: 1 }

/** Epoch ms. */
export const msOf = (time: Time): number => Date.parse(time.length === 10 ? `${time}T12:00:00.000Z` : time)

/** A subject and a catalogue after all that was given. `events`: ids, for each of the givens. */
export type Played = { scene: Scene; events: string[][] }

/** The catalogue of the table as first published. */
export const firstCatalogue = (): Catalogue => {
  const at = msOf('2025-01-02')
  const catalogue = publishedAs(initialCatalogue('campo'), published, at)
  return appendedTo(catalogue, [{ type: 'PurposePublished', data: bonus }], at)
}

const trustOf = { browser: 'publishable', file: 'imported' } as const

class Play {
  readonly scene = new Scene(firstCatalogue())
  readonly events: string[][] = []
  readonly #acts: string[] = []
  #file = published

  #publish(file: object, at: number): void {
    this.#file = CatalogueFile.parse({ ...this.#file, ...file })
    this.scene.catalogue = publishedAs(this.scene.catalogue, this.#file, at)
  }

  #says(given: Extract<Given, { does: 'gives' | 'refuses' | 'dismisses' | 'withdraws' | 'objects' }>, recordedAt: number): void {
    const { does, purpose, channels, through, done, exported = given.on } = given
    const version = this.scene.catalogue.notices.get('form')?.versions.findLast(({ validFrom }) => msOf(validFrom) <= recordedAt)?.version
    const when = {
      recordedAt,
      ...(done === undefined ? {} : { occurredAt: msOf(done) }),
      ...(through === undefined ? {} : { trust: trustOf[through] }),
      ...(through === 'file' ? { method: { kind: 'import' as const, source: { ...source, exportedAt: iso(msOf(exported)) } } } : {}),
      notice: through === 'file' ? null : { ...shown, version: version ?? 1 },
      actId: this.#acts[this.events.length] ?? '',
    }
    if (does === 'gives') this.scene.gives(purpose, when, channels)
    else if (does === 'refuses') this.scene.refuses(purpose, when, channels)
    else if (does === 'dismisses') this.scene.answers([{ purpose, decision: 'dismissed', channels }], when)
    else if (does === 'withdraws')
      this.scene.withdraws(purpose === 'all' ? 'all' : [purpose], { ...when, ...(channels ? { channels } : {}) })
    else this.scene.objects(purpose === 'marketing' ? 'marketing' : [purpose], { ...when, ...(channels ? { channels } : {}) })
  }

  #contacts(given: Extract<Given, { does: 'buys' | 'contacts' }>, recordedAt: number): void {
    const { subject, catalogue } = this.scene
    const occurredAt = given.done === undefined ? {} : { occurredAt: iso(msOf(given.done)) }
    const post =
      given.does === 'contacts'
        ? { kind: given.kind, ...occurredAt }
        : {
            kind: 'sale',
            ...occurredAt,
            sale: {
              seller: given.seller,
              category: given.category,
              addressCollectedThen: given.addressCollected,
              refusalOffered: given.offered,
              refused: given.refused,
            },
          }
    const { contact, answers, occurred } = admitContact(catalogue, post, { trust: 'secret', receivedAt: recordedAt })
    if (contact === null) throw new Error('no contact')
    const act = { site: 'campo-fr', trust: 'secret' as const, recordedAt, occurred, links: [], flags: [] }
    this.scene.append(decideContact(subject, catalogue, contact, answers, act), recordedAt, 'secret')
  }

  #staff(given: Extract<Given, { nth: number } | { does: 'restricts' | 'erases' | 'links' }>, recordedAt: number): void {
    const { subject, catalogue } = this.scene
    const named = 'nth' in given ? (this.events[given.nth - 1]?.at(-1) ?? '') : ''
    switch (given.does) {
      case 'confirms':
        this.scene.confirms(this.#acts[given.nth - 1] ?? '', recordedAt)
        break
      case 'liftsObjection': {
        const lift = { objection: named, recordedAt, method: { kind: 'phone' as const }, reason: sealed }
        this.scene.append(decideObjectionLift(subject, catalogue, lift), recordedAt, 'operator')
        break
      }
      case 'restricts':
        this.scene.append(decideRestriction('campo', { purposes: given.purposes, ground: 'accuracy', recordedAt }), recordedAt, 'operator')
        break
      case 'liftsRestriction': {
        const lift = { restriction: named, recordedAt, notifiedAt: recordedAt, notification: sealed, reason: sealed }
        this.scene.append(decideRestrictionLift(subject, 'campo', lift), recordedAt, 'operator')
        break
      }
      case 'erases':
        this.scene.append([{ type: 'SubjectErased', data: { controller: 'campo', orderAt: iso(recordedAt) } }], recordedAt, 'operator')
        break
      case 'links': {
        const link = { linkId: randomUUID(), scheme: 'cookie', kind: 'device' as const, commitment: 'b'.repeat(64) }
        this.scene.append([{ type: 'IdentityLinked', data: { controller: 'campo', ...link } }], recordedAt, 'secret')
        break
      }
    }
  }

  #catalogue(
    given: Extract<Given, { does: 'changesNotice' | 'changesPurpose' | 'publishes' | 'retires' | 'hasNoProfile' }>,
    at: number,
  ): void {
    const { notices, purposes } = this.#file
    if (given.does === 'changesNotice') {
      const known = notices.filter(({ id }) => id === (given.notice ?? 'form'))
      this.#publish({ notices: [...notices, notice(known.length + 1, given.change, given.from, given.notice, given.shows)] }, at)
    } else if (given.does === 'publishes') {
      this.#publish({ purposes: [...purposes, ...later.filter(({ id }) => id === given.purpose)] }, at)
    } else if (given.does === 'hasNoProfile') {
      const without = this.scene.catalogue.history.filter(({ type }) => type !== 'RegulatorProfileApplied')
      this.scene.catalogue = without.reduce(evolveCatalogue, initialCatalogue('campo'))
    } else {
      const to = given.does === 'retires' ? { retired: given.from } : { ...given.to, version: 2 }
      this.#publish({ purposes: purposes.map((one) => (one.id === given.purpose ? { ...one, ...to } : one)) }, at)
    }
  }

  take(given: Given): void {
    const at = msOf(given.on)
    const before = this.scene.events.length
    this.#acts.push(randomUUID())
    switch (given.does) {
      case 'gives':
      case 'refuses':
      case 'dismisses':
      case 'withdraws':
      case 'objects':
        this.#says(given, at)
        break
      case 'buys':
      case 'contacts':
        this.#contacts(given, at)
        break
      case 'changesNotice':
      case 'changesPurpose':
      case 'publishes':
      case 'retires':
      case 'hasNoProfile':
        this.#catalogue(given, at)
        break
      default:
        this.#staff(given, at)
    }
    this.events.push(this.scene.events.slice(before).map(({ id }) => id))
  }
}

/** Plays what was given, in its order. */
export const play = (givens: readonly Given[]): Played => {
  const played = new Play()
  for (const given of givens) played.take(given)
  return played
}
