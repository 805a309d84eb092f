// A controller, a notice and a person's stream to prove things about: invented, at example.org.
import { createHash } from 'node:crypto'
import {
  evolveCatalogue,
  initialCatalogue,
  iso,
  shippedProfiles,
  subjectStream,
  type Catalogue,
  type ControllerFact,
  type JsonObject,
  type RecordedEvent,
  type SubjectEventType,
  type Writer,
} from '@consent-ledger/domain'
import { buildProof, type Issued, type Opened, type OpenedField, type Proof } from '../src/index.ts'

export const subjectId = '0123456789abcdef0123456789abcdef'
export const start = Date.parse('2026-11-20T09:00:00.000Z')
export const day = 86_400_000
export const text = 'Je souhaite recevoir les offres. Je peux me retirer à tout moment.'
export const sha256 = (value: string): string => createHash('sha256').update(value, 'utf8').digest('hex')
const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
export const secret: Writer = { kind: 'site', id: 'campo-fr', trust: 'secret' }
export const imported: Writer = { kind: 'import', id: 'campo-fr', trust: 'imported' }

type Fact<T extends ControllerFact['type']> = Extract<ControllerFact, { type: T }>['data']
/** `late`: what came to the ledger only after `start`, by `lateBy` (a day). `profile`: under FR-CNIL, with its limit for clocks. */
type Standing = {
  late?: ControllerFact['type'][]
  lateBy?: number
  profile?: true
  purpose?: Partial<Fact<'PurposePublished'>>
  notice?: Partial<Fact<'NoticePublished'>>
  presentation?: Partial<Fact<'PresentationPublished'>['presentation']> | null
}

const controller: ControllerFact = {
  type: 'ControllerRegistered',
  data: {
    id: 'campo',
    name: 'Campo SAS',
    address: '1 rue du Pré, Lyon',
    contact: 'privacy@example.org',
    jurisdiction: 'FR',
    regulator: 'FR-CNIL',
    entities: [],
    timeZone: 'Europe/Paris',
    languages: ['fr', 'en'],
    country: 'FR',
    fourEyes: [],
    identifiers: [],
    emailLocalPart: 'fold',
  },
}
const site: ControllerFact = {
  type: 'SiteRegistered',
  data: { id: 'campo-fr', name: 'Campo France', origins: [], manageConsentLink: true, capture: { ip: 'none', userAgent: false } },
}
const news: Fact<'PurposePublished'> = {
  id: 'news',
  version: 1,
  legalBasis: 'consent',
  marketing: true,
  channels: ['email'],
  dataKinds: ['contact'],
  recipients: [{ name: 'Envoi SARL', country: 'FR', role: 'processor' }],
  retention: 'P3Y',
  confirmation: 'none',
  audience: 'consumer',
  evidence: { retention: 'P5Y', ground: '17(3)(e)' },
  text: { fr: { title: 'Offres', description: 'Nos offres par e-mail' }, en: { title: 'Offers', description: 'Our offers by e-mail' } },
}
const form: Fact<'NoticePublished'> = {
  id: 'news-form',
  version: 1,
  change: 'new-processing',
  validFrom: '2026-01-01',
  purposes: ['news'],
  contentType: 'text/plain',
  language: 'fr',
  text,
  sha256: sha256(text),
  withdrawal: 'Par le lien de chaque e-mail',
}
const formA: Fact<'PresentationPublished'>['presentation'] = {
  id: 'form-a',
  codeSha256: sha256('code'),
  screenshots: [{ viewport: '1280x800', sha256: sha256('png'), at: '2026-11-01T00:00:00.000Z' }],
  controls: { default: 'off', accept: { layer: 1, clicks: 1 }, refuse: { layer: 1, clicks: 1 } },
}

const rules = (): ControllerFact[] => {
  const profile = shippedProfiles['FR-CNIL']
  return profile ? [{ type: 'RegulatorProfileApplied', data: { profile, sha256: sha256('rules') } }] : []
}
const factsOf = (standing: Standing): ControllerFact[] => [
  controller,
  site,
  ...(standing.profile ? rules() : []),
  { type: 'PurposePublished', data: { ...news, ...standing.purpose } },
  { type: 'NoticePublished', data: { ...form, ...standing.notice } },
  ...(standing.presentation === null
    ? []
    : [
        {
          type: 'PresentationPublished' as const,
          data: { notice: 'news-form', version: 1, presentation: { ...formA, ...standing.presentation } },
        },
      ]),
]

/** A catalogue recorded a day before `start`, but for what came late. */
export const catalogue = (standing: Standing = {}): Catalogue => {
  const { late = [], lateBy = day } = standing
  const isLate = ({ type }: ControllerFact): boolean => late.includes(type)
  const facts = factsOf(standing)
  const inTime = [...facts.filter((fact) => !isLate(fact)), ...facts.filter(isLate)]
  const events = inTime.map((fact, n): RecordedEvent => ({
    id: uuid(1000 + n),
    type: fact.type,
    data: fact.data as JsonObject,
    stream: 'controller-campo',
    revision: BigInt(n),
    position: BigInt(n),
    metadata: {
      schemaVersion: 1,
      recordedAt: iso((isLate(fact) ? start + lateBy : start - day) + n),
      writer: { kind: 'operator', id: 'admin', trust: 'operator' },
      actId: uuid(900),
    },
  }))
  return events.reduce(evolveCatalogue, initialCatalogue('campo'))
}

export const shown = { id: 'news-form', version: 1, language: 'fr', sha256: sha256(text) }
const method = { kind: 'web-form', control: 'checkbox', layer: 1, workflow: 'checkout', presentation: 'form-a' }

/** Left out of the event: what the standard act has and this one has not. */
const without = (data: JsonObject): JsonObject => Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null))

/** What happened, one entry for each event; `act` groups events of one act (default: an act of its own), null takes a field away. Times in ms after `start`. */
export type Happened = { type: SubjectEventType; data?: JsonObject; at?: number; act?: number; writer?: Writer }

const base = (type: SubjectEventType, recordedAt: number): JsonObject => {
  const answer = { controller: 'campo', site: 'campo-fr', purpose: 'news', purposeVersion: 1, channels: ['email'] }
  const when = { occurredAt: iso(recordedAt), occurredAtFrom: 'site', orderAt: iso(recordedAt) }
  if (type === 'ConsentGiven') return { ...answer, ...when, method, notice: shown, until: iso(recordedAt + 365 * day) }
  if (type === 'ConsentRefused') return { ...answer, ...when, method, notice: shown }
  if (type === 'ConsentWithdrawn') return { ...answer, ...when }
  return {}
}

export const stream = (...happened: Happened[]): RecordedEvent[] =>
  happened.map(({ type, data = {}, at, act, writer = secret }, n) => ({
    id: uuid(n + 1),
    type,
    data: without({ ...base(type, start + (at ?? n * 1000)), ...data }),
    stream: subjectStream(subjectId),
    revision: BigInt(n),
    position: BigInt(n),
    metadata: { schemaVersion: 1, recordedAt: iso(start + (at ?? n * 1000)), writer, actId: uuid(500 + (act ?? n)) },
  }))

export const field = (value: string | number, status: OpenedField['status'] = 'opened'): OpenedField => {
  const commitment = sha256(JSON.stringify(value))
  return status === 'opened' ? { status, commitment, value, salt: 'c2FsdA' } : { status, commitment }
}

/** What event `n` of the stream held, all opened: an e-mail address and a session unless said otherwise. */
export const held = (n: number, fields: Record<string, OpenedField> = { sessionId: field('s-1') }): [string, Opened] => [
  uuid(n + 1),
  {
    identifiers: [
      {
        status: 'opened',
        scheme: 'email',
        kind: 'account',
        eventId: uuid(n + 1),
        commitment: sha256('mail'),
        value: 'anna.martin@example.org',
        salt: 'c2FsdA',
      },
    ],
    fields,
  },
]

export type Given = { events: RecordedEvent[]; catalogue?: Catalogue; opened?: [string, Opened][]; issued?: Partial<Issued> }

export const prove = (given: Given): Proof =>
  buildProof({
    subjectId,
    events: given.events,
    catalogue: given.catalogue ?? catalogue(),
    issued: {
      id: uuid(4000),
      issuedAt: start + 10 * day,
      reason: 'dispute 42',
      role: 'legal',
      language: 'en',
      lastRevision: BigInt(given.events.length - 1),
      ...given.issued,
    },
    opened: new Map(given.opened ?? given.events.slice(0, 1).map((_, n) => held(n))),
    otherSubjects: { device: 0, account: 0 },
  })

/** Row `n` of the evidence (LAW.md §1). */
export const row = (n: number, given: Given): Proof['evidence'][number] => {
  const found = prove(given).evidence[n - 1]
  if (!found) throw new Error(`no row ${n}`)
  return found
}
export const yes = stream({ type: 'ConsentGiven' })
export const no = stream({ type: 'ConsentRefused' })
