// Given / when / then for the domain: a catalogue, a clock, a subject, and acts that arrive.
import { randomUUID } from 'node:crypto'
import {
  addDuration,
  CatalogueFile,
  decideAct,
  decideCatalogue,
  decideConfirmation,
  evolveCatalogue,
  evolveSubject,
  initialCatalogue,
  initialSubject,
  iso,
  admitConsent,
  admitObjection,
  admitWithdrawal,
  shippedProfiles,
  statesOf,
  subjectView,
  type Catalogue,
  type Channel,
  type ConsentPost,
  type ConsentState,
  type ControllerFact,
  type Cut,
  type Fact,
  type Admission,
  type ObjectionPost,
  type RecordedEvent,
  type RegulatorProfile,
  type StateRow,
  type Subject,
  type SubjectFact,
  type Trust,
  type WithdrawalPost,
} from '../src/index.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
/** Noon of 1 March 2026 in UTC: where each scene begins. */
export const noon = Date.parse('2026-03-01T12:00:00.000Z')

const everywhere = { source: 'test', from: '2000-01-01' }
export const profile: RegulatorProfile = {
  id: 'XX-TEST',
  version: 1,
  checked: '2026-01-01',
  bases: [
    ...(['email', 'sms', 'phone', 'post', 'push', 'web'] as const).map((channel) => ({
      basis: 'consent' as const,
      channel,
      audience: 'consumer' as const,
      ...everywhere,
    })),
    { basis: 'legitimate-interest', channel: 'post', audience: 'consumer', ...everywhere },
    { basis: 'legitimate-interest', channel: 'web', audience: 'consumer', ...everywhere },
  ],
  longestValidity: [{ channel: 'phone', value: 'P1Y', ...everywhere }],
  choiceMemory: [{ channel: 'web', value: 'P6M', ...everywhere }],
  ageOfConsent: [{ value: 15, ...everywhere }],
  clocks: [
    { name: 'skew', value: 'PT5M', ...everywhere },
    { name: 'late', value: 'PT24H', ...everywhere },
    { name: 'confirmation', value: 'PT72H', ...everywhere },
  ],
}

const text = (title: string) => ({ fr: { title, description: title } })
const purpose = (id: string, over: object = {}) => ({
  id,
  version: 1,
  legalBasis: 'consent',
  marketing: true,
  channels: ['email', 'sms'],
  dataKinds: ['contact'],
  recipients: [],
  retention: 'P3Y',
  validity: 'P13M',
  text: text(id),
  ...over,
})
export const notice = (version: number, over: object = {}) => ({
  id: 'form',
  version,
  change: 'new-processing',
  validFrom: '2020-01-01',
  purposes: ['news', 'ads', 'calls', 'checked'],
  withdrawal: { fr: 'lien' },
  text: { fr: `Texte ${version}`, en: `Text ${version}` },
  ...over,
})
export const file = (over: object = {}): CatalogueFile =>
  CatalogueFile.parse({
    controller: {
      id: 'campo',
      name: 'Campo SAS',
      address: '1 rue du Test, Lyon',
      contact: 'dpo@campo.example.org',
      jurisdiction: 'FR',
      regulator: 'XX-TEST',
    },
    sites: [{ id: 'campo-fr', name: 'Campo', origins: ['https://campo.example.org'], manageConsentLink: true }],
    purposes: [
      purpose('news'),
      purpose('ads', { channels: ['web'], validity: 'P6M' }),
      purpose('calls', { channels: ['phone', 'email'], validity: undefined }),
      purpose('checked', { channels: ['email'], confirmation: 'double-opt-in' }),
      purpose('orders', { legalBasis: 'contract', marketing: false, channels: ['email'], validity: undefined }),
      purpose('prospects', { legalBasis: 'legitimate-interest', channels: ['post'], validity: undefined }),
    ],
    notices: [notice(1)],
    ...over,
  })

let places = 0n
const record = (
  stream: string,
  facts: readonly Fact[],
  revision: bigint,
  recordedAt: number,
  trust: Trust,
  actId: string = randomUUID(),
): RecordedEvent[] =>
  facts.map((fact, n) => ({
    ...fact,
    id: randomUUID(),
    metadata: {
      schemaVersion: 1,
      recordedAt: iso(recordedAt),
      writer: { kind: trust === 'imported' ? 'import' : 'site', id: 'campo-fr', trust },
      actId,
    },
    stream,
    revision: revision + 1n + BigInt(n),
    position: (places += 1n),
  }))

/** The catalogue after `facts`, whether or not a file could have them published. */
export const appendedTo = (catalogue: Catalogue, facts: readonly ControllerFact[], at: number): Catalogue =>
  record('controller-campo', facts as readonly Fact[], catalogue.lastRevision, at, 'operator').reduce(evolveCatalogue, catalogue)

export const published = (catalogue: Catalogue, next: CatalogueFile, at: number): Catalogue =>
  appendedTo(catalogue, decideCatalogue(catalogue, next, { 'XX-TEST': profile, ...shippedProfiles }, at), at)

export const catalogueOf = (next: CatalogueFile = file(), at: number = noon - 400 * day): Catalogue =>
  published(initialCatalogue('campo'), next, at)

export type Arrival = { trust?: Trust; recordedAt?: number; actId?: string; method?: ConsentPost['method'] }

/** One subject at one controller; `now` moves by a minute with each act that names no time of its own. */
export class Scene {
  catalogue: Catalogue
  subject: Subject = initialSubject()
  events: RecordedEvent[] = []
  now = noon
  constructor(catalogue: Catalogue = catalogueOf()) {
    this.catalogue = catalogue
  }
  #take(admitted: Admission, arrival: Arrival): SubjectFact[] {
    const recordedAt = Math.max(arrival.recordedAt ?? this.now, this.subject.lastRecordedAt + 1)
    const trust = arrival.trust ?? 'secret'
    const facts = decideAct(this.subject, this.catalogue, admitted.answers, {
      site: 'campo-fr',
      trust,
      recordedAt,
      occurred: admitted.occurred,
      method: arrival.method,
      links: [],
      flags: [],
    })
    this.append(facts, recordedAt, trust, arrival.actId)
    return facts
  }
  append(facts: readonly SubjectFact[], recordedAt: number, trust: Trust, actId?: string): void {
    const events = record('subject-0', facts, this.subject.lastRevision, recordedAt, trust, actId)
    this.events.push(...events)
    this.subject = events.reduce(evolveSubject, this.subject)
  }
  /** A consents post arrives. `occurredAt` epoch ms. */
  answers(
    choices: ConsentPost['choices'],
    when: { occurredAt?: number } & Arrival & { notice?: ConsentPost['notice'] | null } = {},
  ): { facts: SubjectFact[]; admitted: Admission } {
    const { occurredAt, notice: shown = { id: 'form', version: 1, language: 'fr' } } = when
    const receivedAt = when.recordedAt ?? (this.now += minute)
    const post: ConsentPost = {
      ...(shown ? { notice: shown } : {}),
      choices,
      ...(when.method ? { method: when.method } : {}),
      ...(occurredAt === undefined ? {} : { occurredAt: iso(occurredAt) }),
    }
    const admitted = admitConsent(this.catalogue, post, { trust: when.trust ?? 'secret', receivedAt })
    return { admitted, facts: this.#take(admitted, { recordedAt: receivedAt, ...when }) }
  }
  gives(purpose: string, when: Parameters<Scene['answers']>[1] = {}, channels?: Channel[]): SubjectFact[] {
    return this.answers([{ purpose, decision: 'given', channels }], when).facts
  }
  refuses(purpose: string, when: Parameters<Scene['answers']>[1] = {}, channels?: Channel[]): SubjectFact[] {
    return this.answers([{ purpose, decision: 'refused', channels }], when).facts
  }
  withdraws(purposes: WithdrawalPost['purposes'], when: { occurredAt?: number; channels?: Channel[] } & Arrival = {}): SubjectFact[] {
    const receivedAt = when.recordedAt ?? (this.now += minute)
    const post: WithdrawalPost = {
      purposes,
      channels: when.channels,
      ...(when.occurredAt === undefined ? {} : { occurredAt: iso(when.occurredAt) }),
    }
    return this.#take(admitWithdrawal(this.catalogue, post, { trust: when.trust ?? 'secret', receivedAt }), {
      recordedAt: receivedAt,
      ...when,
    })
  }
  objects(purposes: ObjectionPost['purposes'], when: { occurredAt?: number; channels?: Channel[] } & Arrival = {}): SubjectFact[] {
    const receivedAt = when.recordedAt ?? (this.now += minute)
    const post: ObjectionPost = {
      purposes,
      channels: when.channels,
      ...(when.occurredAt === undefined ? {} : { occurredAt: iso(when.occurredAt) }),
    }
    const admitted = admitObjection(this.catalogue, post, { trust: when.trust ?? 'secret', receivedAt })
    return this.#take(admitted, { recordedAt: receivedAt, ...when })
  }
  confirms(actId: string, at: number): SubjectFact[] {
    const facts = decideConfirmation(this.subject, this.catalogue, actId, { recordedAt: at })
    this.append(facts, at, 'system')
    return facts
  }
  state(purpose: string, channel: Channel = 'email', cut: Partial<Cut> = {}): ConsentState {
    return rowAt(this.subject, this.catalogue, purpose, channel, this.cut(cut)).state
  }
  cut(cut: Partial<Cut> = {}): Cut {
    const latest = Math.max(this.now, this.subject.lastRecordedAt)
    return { at: latest, knownAt: latest, ...cut }
  }
  view(cut: Partial<Cut> = {}) {
    return subjectView(this.subject, this.catalogue, this.cut(cut))
  }
}

export const types = (facts: readonly { type: string }[]): string[] => facts.map((fact) => fact.type)
export const months = (from: number, n: number): number => addDuration(from, `P${n}M`, 'Europe/Paris')

export const rowAt = (subject: Subject, catalogue: Catalogue, purpose: string, channel: Channel, cut: Cut): StateRow => {
  const [row] = statesOf(subject, catalogue, [{ purpose, channel }], cut)
  if (!row) throw new Error('no row')
  return row
}
