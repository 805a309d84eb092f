// Every event in plain English: one sentence that a judge can read.
import type { Channel, ContactKind, RestrictionGround, Method } from '@consent-ledger/domain'
import { sentence, type Names, type Sentences, type Vocabulary } from './sentences.ts'

const channelWords: Record<Channel, string> = {
  email: 'e-mail',
  sms: 'SMS',
  phone: 'telephone',
  post: 'post',
  push: 'notification',
  web: 'the web site',
}
const methodWords: Record<Method['kind'], string> = {
  'web-form': 'on a web form',
  banner: 'on the banner',
  'preference-centre': 'in the preference centre',
  'mobile-app': 'in the mobile app',
  phone: 'by telephone',
  paper: 'on paper',
  'in-person': 'in person',
  'email-link': 'by a link in an e-mail',
  api: 'through a technical interface',
  import: 'taken over from another system',
}
const basisWords = {
  consent: 'consent',
  'legitimate-interest': 'legitimate interest',
  'soft-opt-in': 'existing customer, similar products',
  contract: 'contract',
  'legal-obligation': 'legal obligation',
  exempt: 'exempt from consent',
} as const
const schemeKind = { account: 'an account identifier', device: 'a device identifier' } as const

type Said = {
  purpose: string
  purposeVersion: number
  channels: Channel[]
  site?: string | undefined
  occurredAt: string
  method?: Method | undefined
}
type Shown = { id: string; version: number; language: string } | undefined

const on = (channels: Channel[]) => `by ${channels.map((channel) => channelWords[channel]).join(', ')}`
const about = (data: { purpose: string; purposeVersion: number; channels: Channel[] }, names: Names) =>
  `“${names.purpose(data.purpose, data.purposeVersion)}” (version ${data.purposeVersion}) ${on(data.channels)}`
const how = (data: Pick<Said, 'site' | 'occurredAt' | 'method'>, names: Names) =>
  [
    data.method && methodWords[data.method.kind],
    data.site !== undefined && `on ${names.site(data.site)}`,
    `at ${names.time(data.occurredAt)}`,
  ]
    .filter((part) => typeof part === 'string')
    .join(', ')
const shown = (notice: Shown) => notice && `notice ${notice.id} version ${notice.version} (${notice.language})`

const contactWords = {
  sale: 'a purchase',
  click: 'a click',
  reply: 'a reply',
  login: 'a log-in',
  visit: 'a visit',
  call: 'a call',
} as const satisfies Record<ContactKind, string>
const groundWords = {
  accuracy: 'the accuracy of the data is contested',
  unlawful: 'the processing was unlawful and the person does not want erasure',
  claims: 'the person needs the data for legal claims',
  objection: 'an objection is being examined',
} as const satisfies Record<RestrictionGround, string>

const events: Sentences = {
  NoticeShown: (data, names) =>
    sentence(`the person was shown ${shown(data.notice)}`, `on ${names.site(data.site)}`, `at ${names.time(data.occurredAt)}`),
  ConsentGiven: (data, names) =>
    sentence(
      `the person said yes to ${about(data, names)}`,
      how(data, names),
      shown(data.notice) ?? 'no notice recorded',
      data.until === undefined ? 'without an end date' : `valid until ${names.time(data.until)}`,
    ),
  ConsentRefused: (data, names) =>
    sentence(
      data.flags?.includes('dismissed') === true
        ? `the person closed the question without an answer, which counts as a no to ${about(data, names)}`
        : `the person said no to ${about(data, names)}`,
      how(data, names),
      shown(data.notice),
    ),
  ConsentWithdrawn: (data, names) => sentence(`the person withdrew consent to ${about(data, names)}`, how(data, names)),
  ConsentRequested: (data, names) =>
    sentence(
      `the person said yes to ${about(data, names)}`,
      how(data, names),
      shown(data.notice),
      data.awaiting.includes('parent') ? 'without effect until a parent consents' : 'without effect until the person confirms',
      data.expiresAt !== undefined && `to be confirmed before ${names.time(data.expiresAt)}`,
    ),
  ConsentConfirmed: (data, names) =>
    sentence(
      `the yes to ${about(data, names)} was confirmed on the ledger's own page`,
      'over a link that was handed to the site to mail',
      `at ${names.time(data.confirmedAt)}`,
      data.until === undefined ? 'without an end date' : `valid until ${names.time(data.until)}`,
    ),
  ObjectionRecorded: (data, names) =>
    sentence(
      `the person objected to ${about(data, names)} (basis: ${basisWords[data.basis]})`,
      data.scope === undefined
        ? data.everyChannel === true && 'on every channel, also later ones'
        : 'as part of a no to all marketing, also for purposes that come later',
      how(data, names),
    ),
  ObjectionLifted: (data, names) =>
    sentence(
      `the objection to “${names.purpose(data.purpose)}” ${on(data.channels)} ended`,
      data.by === 'consent' ? 'by a later yes of the person' : 'by decision of the data protection officer',
    ),
  ContactRecorded: (data, names) => sentence(`the person got in touch: ${contactWords[data.kind]}`, how(data, names)),
  ProcessingRestricted: (data, names) =>
    sentence(
      data.purposes === 'all'
        ? 'all processing was restricted: stored, not used'
        : `processing was restricted for ${data.purposes.map((purpose) => `“${names.purpose(purpose)}”`).join(', ')}: stored, not used`,
      `ground: ${groundWords[data.ground]}`,
    ),
  RestrictionLifted: (data, names) => sentence('a restriction ended', `the person was told at ${names.time(data.notifiedAt)}`),
  SubjectErased: () => sentence('the person was erased: nobody is contacted under this id any more'),
  IdentityLinked: (data) => sentence(`${schemeKind[data.kind]} (${data.scheme}) was linked to the person`, 'nothing is inherited over it'),
  IdentityUnlinked: () => sentence('a link to an identifier was undone by the data protection officer'),
  ProofIssued: (data, names) =>
    sentence(`a proof was handed out (role: ${data.role})`, `at ${names.time(data.issuedAt)}`, `up to revision ${data.lastRevision}`),
  ControllerRegistered: (data) => sentence(`controller: ${data.name}`, data.address, `contact ${data.contact}`),
  SiteRegistered: (data) => sentence(`site registered: ${data.name}`),
  SiteKeyIssued: (data, names) => sentence(`a ${data.kind} key was issued to ${names.site(data.site)}`),
  SiteKeyRevoked: (data, names) => sentence(`a key of ${names.site(data.site)} was revoked`),
  PurposePublished: (data) =>
    sentence(`purpose published: “${data.text['en']?.title ?? data.id}” version ${data.version}`, `basis: ${basisWords[data.legalBasis]}`),
  PurposeRetired: (data, names) => sentence(`purpose “${names.purpose(data.purpose)}” retired from ${data.from}`),
  NoticePublished: (data) => sentence(`text published: ${shown(data)}`, `in force from ${data.validFrom}`, `SHA-256 ${data.sha256}`),
  PresentationPublished: (data) =>
    sentence(`presentation ${data.presentation.id} published for notice ${data.notice} version ${data.version}`),
  StatementPublished: (data) => sentence(`promise noted in notice ${data.notice}`, data.section),
  RegulatorProfileApplied: (data) =>
    sentence(`rules ${data.profile.id} version ${data.profile.version} applied`, `checked on ${data.profile.checked}`),
  IntakeReported: (data, names) =>
    sentence(`${data.counts.reduce((sum, entry) => sum + entry.count, 0)} request(s) turned away in the hour of ${names.time(data.hour)}`),
  ScrubPerformed: (data, names) =>
    sentence(
      `${data.count} address(es) were checked for “${names.purpose(data.purpose)}” ${on([data.channel])}`,
      `${data.allowed} may be contacted`,
      data.cutOff && 'the answer was cut off',
    ),
  LedgerCreated: () => sentence('the ledger was created'),
  FirstKeysIssued: () => sentence('the first keys were made and handed out'),
  LedgerMoved: ({ to }) => sentence(`the ledger was moved to a store of kind ${to} and goes on there`),
  LogKeyIntroduced: () => sentence('the key of the transparency log was named'),
  LogKeyRotated: () => sentence('the transparency log goes on under another key'),
  StatementKeyIntroduced: () => sentence('a key for signed statements was named'),
  ControllerNamed: (data) => sentence(`the ledger keeps a stream for ${data.controller}`),
  OperatorAdded: (data) => sentence(`an operator was added (roles: ${data.roles.join(', ')})`),
  OperatorRevoked: () => sentence("an operator's access was revoked"),
}

export const en: Vocabulary = { events, unknown: (type) => sentence(`a fact that this version cannot describe (${type})`) }
