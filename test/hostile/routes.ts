// Every route of the ledger with a body that it takes: what the hostile requests are made from.
import type { Choices } from './choices.ts'

/** What a run knows of the ledger that it talks to. */
export type Known = {
  keys: {
    secret: string
    publishable: string
    revoked: string
    legal: string
    dpo: string
    marketing: string
    auditor: string
    admin: string
  }
  subjects: string[]
  receipts: string[]
  tokens: string[]
}
export type KeyName = keyof Known['keys']

export type Route = {
  method: string
  path: (choices: Choices, known: Known) => string
  key: KeyName | null
  body?: (choices: Choices, known: Known) => unknown
  /** How often beside the others. */
  weight: number
}

const anybody = (choices: Choices): object =>
  choices.pick([
    { scheme: 'email', value: `person-${choices.below(2000)}@example.org` },
    { scheme: 'phone', value: `+336${String(10_000_000 + choices.below(2000))}` },
    { scheme: 'customer', value: `C-${choices.below(2000)}` },
    { scheme: 'cookie', value: `cookie-${choices.below(2000)}` },
    { scheme: 'device', value: `device-${choices.below(2000)}` },
  ])
const subject = (choices: Choices): object => ({
  identifiers: Array.from({ length: 1 + choices.below(3) }, () => anybody(choices)),
  ...(choices.chance(40) ? { onConflict: 'first' } : {}),
})
const notice = { id: 'newsletter-form', version: 1, language: 'fr' }
const evidence = {
  ip: '203.0.113.9',
  userAgent: 'Mozilla/5.0',
  pageUrl: 'https://www.example.org/join',
  referrer: 'https://www.example.org/',
  sessionId: 's-1',
  note: 'said so',
  signals: { gpc: false, tcString: 'CP', layer: 2 },
}
const method = {
  kind: 'web-form',
  control: 'checkbox',
  layer: 1,
  workflow: 'newsletter',
  presentation: 'form-a',
  actor: { kind: 'self', ageBand: '18-or-over', how: 'declared' },
  collector: { name: 'A call centre', proofSha256: '0'.repeat(64) },
}
const time = '2026-03-01T10:00:00.000+01:00'

const consent = (choices: Choices): object => ({
  subject: subject(choices),
  notice,
  choices: [
    { purpose: 'commercial-mail', decision: choices.pick(['given', 'refused', 'dismissed']), channels: ['email'] },
    { purpose: 'personalised-ads', decision: 'refused' },
  ],
  occurredAt: time,
  method,
  evidence,
})
const imported = (choices: Choices): object => ({
  subject: subject(choices),
  choices: [{ purpose: 'commercial-mail', decision: 'given' }],
  method: { kind: 'import', source: { system: 'crm', exportedAt: time, fileSha256: '0'.repeat(64), line: 1 } },
})
const withdrawal = (choices: Choices): object => ({
  subject: subject(choices),
  purposes: choices.chance(50) ? 'all' : ['commercial-mail'],
  channels: ['email'],
  occurredAt: time,
  method: { kind: 'email-link' },
  evidence,
})
const objection = (choices: Choices): object => ({
  subject: subject(choices),
  purposes: choices.chance(50) ? 'marketing' : ['commercial-mail', 'orders'],
  channels: ['email'],
  occurredAt: time,
  method: { kind: 'email-link' },
  evidence,
})
const sale = {
  seller: 'huttopia-sa',
  category: 'stay',
  addressCollectedThen: true,
  refusalOffered: ['commercial-post'],
  refused: ['commercial-post', 'commercial-mail'],
  reference: 'R-1042',
}
const contact = (choices: Choices): object => {
  const kind = choices.pick(['sale', 'sale', 'click', 'visit', 'open'])
  return { subject: subject(choices), kind, occurredAt: time, ...(kind === 'sale' ? { sale } : {}) }
}
const view = (choices: Choices): object => ({ subject: subject(choices), notice, occurredAt: time })
const batch = (choices: Choices): object => ({
  items: [
    { idempotencyKey: choices.hex(12), ...consent(choices) },
    { idempotencyKey: choices.hex(12), act: 'withdrawal', ...withdrawal(choices) },
    { idempotencyKey: choices.hex(12), act: 'objection', ...objection(choices) },
    { idempotencyKey: choices.hex(12), act: 'contact', ...contact(choices) },
    { idempotencyKey: choices.hex(12), act: 'notice-view', ...view(choices) },
  ],
})
const controller = {
  id: 'hostile',
  name: 'Hostile SAS',
  address: '1 rue du Test',
  contact: 'dpo@example.org',
  jurisdiction: 'FR',
  regulator: 'FR-CNIL',
  identifiers: [{ scheme: 'badge', kind: 'account' }],
}
const purpose = {
  id: 'news',
  version: 1,
  legalBasis: 'consent',
  marketing: true,
  channels: ['email'],
  dataKinds: ['contact'],
  recipients: [{ name: 'AdCo', country: 'IE', role: 'processor' }],
  retention: 'P3Y',
  validity: 'P13M',
  text: { fr: { title: 'Offres', description: 'Recevoir les offres' } },
}
const catalogue = {
  controller,
  sites: [{ id: 'hostile-fr', name: 'Hostile FR', origins: ['https://hostile.example.org'], manageConsentLink: true }],
  purposes: [purpose],
  notices: [
    {
      id: 'news-form',
      version: 1,
      change: 'new-processing',
      validFrom: '2026-01-01',
      purposes: ['news'],
      withdrawal: { fr: 'Cliquez' },
      text: { fr: 'Oui' },
    },
  ],
  statements: [{ notice: 'news-form', section: '§1', quote: 'Oui', claim: 'Oui' }],
}
const someone = (choices: Choices, known: Known): string => choices.pick(known.subjects)
const of = (part: string) => (choices: Choices, known: Known) => `/v1/subjects/${someone(choices, known)}/${part}`
const at = (path: string) => (): string => path

export const routes: readonly Route[] = [
  { method: 'POST', path: at('/v1/consents'), key: 'secret', body: consent, weight: 24 },
  { method: 'POST', path: at('/v1/consents'), key: 'publishable', body: consent, weight: 8 },
  { method: 'POST', path: at('/v1/consents'), key: 'secret', body: imported, weight: 4 },
  { method: 'POST', path: at('/v1/consents?dryRun=true'), key: 'secret', body: consent, weight: 4 },
  { method: 'POST', path: at('/v1/consents/batch'), key: 'secret', body: batch, weight: 4 },
  { method: 'POST', path: at('/v1/withdrawals'), key: 'secret', body: withdrawal, weight: 10 },
  { method: 'POST', path: at('/v1/withdrawals'), key: 'publishable', body: withdrawal, weight: 3 },
  { method: 'POST', path: at('/v1/objections'), key: 'secret', body: objection, weight: 8 },
  { method: 'POST', path: at('/v1/objections'), key: 'publishable', body: objection, weight: 3 },
  { method: 'POST', path: at('/v1/contacts'), key: 'secret', body: contact, weight: 8 },
  { method: 'POST', path: at('/v1/contacts'), key: 'publishable', body: contact, weight: 2 },
  { method: 'POST', path: at('/v1/notice-views'), key: 'secret', body: view, weight: 4 },
  { method: 'POST', path: at('/v1/preferences/lookup'), key: 'secret', body: (choices) => ({ subject: subject(choices) }), weight: 6 },
  { method: 'GET', path: at('/v1/notices/newsletter-form?language=fr&version=1'), key: null, weight: 2 },
  { method: 'POST', path: at('/v1/subjects/lookup'), key: 'legal', body: (choices) => ({ identifiers: [anybody(choices)] }), weight: 5 },
  {
    method: 'POST',
    path: at('/v1/subjects/lookup'),
    key: 'dpo',
    body: (choices, known) => ({ receiptId: choices.pick(known.receipts) }),
    weight: 2,
  },
  { method: 'GET', path: of('state?at=2026-01-01T00:00:00Z&knownAt=2027-01-01T00:00:00Z'), key: 'legal', weight: 1 },
  { method: 'GET', path: of('events?view=plain&language=fr&limit=10&after=0'), key: 'auditor', weight: 1 },
  { method: 'GET', path: of('accesses?limit=10'), key: 'dpo', weight: 1 },
  {
    method: 'POST',
    path: of('proofs'),
    key: 'legal',
    body: () => ({
      reason: 'Dispute 42',
      purpose: 'commercial-mail',
      from: time,
      to: '2027-01-01T00:00:00Z',
      language: 'fr',
      open: ['ip'],
    }),
    weight: 3,
  },
  {
    method: 'POST',
    path: (choices, known) => `/v1/subjects/${someone(choices, known)}/links/${choices.uuid()}/undo`,
    key: 'dpo',
    body: () => ({ reason: 'A shared browser' }),
    weight: 1,
  },
  {
    method: 'GET',
    path: at('/v1/answers?controller=huttopia&purpose=commercial-mail&channel=email&answer=given&limit=5'),
    key: 'legal',
    weight: 1,
  },
  {
    method: 'POST',
    path: at('/v1/eligibility'),
    key: 'marketing',
    body: (choices) => ({
      identifiers: [anybody(choices), anybody(choices)],
      purpose: 'commercial-mail',
      channel: 'email',
      controller: 'huttopia',
    }),
    weight: 5,
  },
  {
    method: 'POST',
    path: at('/v1/eligibility'),
    key: 'legal',
    body: (choices, known) => ({
      subjectId: someone(choices, known),
      purpose: 'commercial-post',
      channel: 'post',
      at: time,
      knownAt: '2027-01-01T00:00:00Z',
    }),
    weight: 2,
  },
  { method: 'GET', path: at('/v1/eligibility/snapshot?purpose=commercial-phone&channel=phone'), key: 'marketing', weight: 1 },
  { method: 'GET', path: at('/v1/eligibility/changes?after=1.0&wait=0&limit=10&channel=email'), key: 'marketing', weight: 1 },
  { method: 'GET', path: at('/v1/eligibility/changes?purpose=commercial-mail&limit=10'), key: 'auditor', weight: 1 },
  { method: 'POST', path: at('/v1/eligibility/scrub?purpose=commercial-mail&channel=email'), key: 'marketing', body: anybody, weight: 2 },
  { method: 'GET', path: at('/v1/eligibility/scrubs?controller=huttopia&limit=10'), key: 'marketing', weight: 1 },
  { method: 'GET', path: (choices) => `/v1/eligibility/scrubs/${choices.uuid()}/proof`, key: 'auditor', weight: 1 },
  { method: 'POST', path: at('/v1/eligibility/replay'), key: 'admin', weight: 1 },
  { method: 'GET', path: at('/v1/activity?site=huttopia-fr&from=2026-01-01&to=2027-01-01'), key: 'admin', weight: 1 },
  { method: 'PUT', path: at('/v1/catalogue?dryRun=true'), key: 'admin', body: () => catalogue, weight: 3 },
  {
    method: 'PUT',
    path: at('/v1/catalogue'),
    key: 'admin',
    body: () => ({ ...catalogue, purposes: [], notices: [], statements: [] }),
    weight: 1,
  },
  {
    method: 'POST',
    path: at('/v1/operators'),
    key: 'admin',
    body: () => ({ name: 'Jeanne', roles: ['nobody'], controller: 'huttopia' }),
    weight: 1,
  },
  { method: 'GET', path: at('/v1/operators?limit=10'), key: 'admin', weight: 1 },
  { method: 'DELETE', path: (choices) => `/v1/operators/${choices.uuid()}`, key: 'admin', weight: 1 },
  { method: 'POST', path: at('/v1/sites/nowhere/keys'), key: 'admin', body: () => ({}), weight: 1 },
  { method: 'GET', path: at('/v1/sites/huttopia-fr/keys?limit=10'), key: 'admin', weight: 1 },
  { method: 'DELETE', path: (choices) => `/v1/sites/huttopia-fr/keys/${choices.uuid()}`, key: 'admin', weight: 1 },
  { method: 'GET', path: (choices, known) => `/confirm/${choices.pick(known.tokens)}`, key: null, weight: 1 },
  { method: 'POST', path: (choices, known) => `/confirm/${choices.pick(known.tokens)}`, key: null, weight: 1 },
  { method: 'GET', path: at('/livez'), key: null, weight: 1 },
  { method: 'GET', path: at('/readyz'), key: null, weight: 1 },
]

const byWeight = routes.flatMap((route) => Array<Route>(route.weight).fill(route))
export const pickRoute = (choices: Choices): Route => choices.pick(byWeight)
