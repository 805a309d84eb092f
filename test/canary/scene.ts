// What happens to one person, and every mistake that a site, a browser or an operator can make about them, each with a canary in it.
import { request, type Body, type LedgerProcess } from '../harness/ledger.ts'
import { valueOf } from './canaries.ts'
import { catalogue, origin } from './catalogue.ts'

/** `opens`: this answer is there to show personal data to somebody who may see it. */
export type Told = { about: string; status: number; text: string; opens: boolean }
type Sent = {
  key?: string | undefined
  idempotencyKey?: string
  body?: unknown
  raw?: string
  headers?: Record<string, string>
  opens?: boolean
}
type Send = (method: string, path: string, sent?: Sent) => Promise<Body>
/** Who acts: `site` with its keys, and the operators. */
type Stage = { send: Send; operators: LedgerProcess['keys']['operators']; site: Record<'secret' | 'publishable', string> }

const email = { scheme: 'email', value: valueOf('email') }
const identifiers = [email, ...(['phone', 'customer', 'cookie', 'badge'] as const).map((scheme) => ({ scheme, value: valueOf(scheme) }))]
const evidence = {
  ip: valueOf('ip'),
  userAgent: valueOf('userAgent'),
  pageUrl: valueOf('pageUrl'),
  referrer: valueOf('referrer'),
  sessionId: valueOf('sessionId'),
  note: valueOf('note'),
  signals: { tcString: valueOf('signal'), gpc: true },
}
const sale = { seller: 'campo-sas', category: 'stay', addressCollectedThen: true, refusalOffered: ['letters'], refused: ['tracking'] }
const sold = { kind: 'sale', sale: { ...sale, reference: valueOf('saleReference') } }
const notice = { id: 'form', version: 1, language: 'fr' }
const method = { kind: 'phone', collector: { name: valueOf('collector') } }
const yes = { purpose: 'letters', decision: 'given' }
const no = { purpose: 'tracking', decision: 'refused' }
const person = (scheme: string, value: unknown): object => ({ subject: { identifiers: [{ scheme, value }] } })
const consent = (over: object = {}): object => ({ subject: { identifiers }, notice, choices: [yes, no], method, evidence, ...over })

const sender =
  (url: string, told: Told[]): Send =>
  async (method, path, { opens = false, headers = {}, key, ...sent } = {}) => {
    const usual = { 'user-agent': valueOf('seenUserAgent'), 'x-forwarded-for': valueOf('seenIp') }
    const reply = await request(url, method, path, { ...sent, ...(key === undefined ? {} : { key }), headers: { ...usual, ...headers } })
    told.push({ about: `${method} ${path}`, status: reply.status, text: reply.text + JSON.stringify([...reply.headers]), opens })
    return reply.json
  }

/** A person's whole life with a site. Returns their subject id. */
const live = async ({ send, operators, site }: Stage): Promise<string> => {
  const key = site.secret
  const { receipt } = await send('POST', '/v1/consents', { key, idempotencyKey: valueOf('idempotencyKey'), body: consent() })
  await send('POST', '/v1/consents', { key, idempotencyKey: valueOf('idempotencyKey'), body: consent() })
  await send('POST', '/v1/consents', { key, idempotencyKey: 'v6', body: consent({ evidence: { ...evidence, ip: valueOf('ipv6') } }) })
  const { confirmation } = await send('POST', '/v1/consents', {
    key,
    idempotencyKey: 'optin',
    body: consent({ choices: [{ purpose: 'confirmed', decision: 'given' }] }),
  })
  await send('GET', `/confirm/${confirmation.token}`)
  await send('POST', `/confirm/${confirmation.token}`)
  const device = { subject: { identifiers: [{ scheme: 'device', value: valueOf('device') }] } }
  await send('POST', '/v1/consents', { key: site.publishable, headers: { origin }, body: consent(device) })
  await send('POST', '/v1/withdrawals', {
    key: site.publishable,
    headers: { origin },
    body: { subject: { identifiers: [email] }, purposes: ['letters'], evidence },
  })
  await send('POST', '/v1/objections', {
    key,
    idempotencyKey: 'objection',
    body: { subject: { identifiers }, purposes: 'marketing', method, evidence },
  })
  await send('POST', '/v1/contacts', { key, idempotencyKey: 'sale', body: { subject: { identifiers }, ...sold } })
  await send('POST', '/v1/notice-views', { key, idempotencyKey: 'view', body: { ...device, notice } })
  const items = [
    { idempotencyKey: valueOf('itemKey'), ...consent() },
    { idempotencyKey: 'w', act: 'withdrawal', subject: { identifiers }, purposes: 'all', evidence },
  ]
  await send('POST', '/v1/consents/batch', { key, body: { items } })
  await send('POST', '/v1/consents?dryRun=true', { key, idempotencyKey: 'dry', body: consent() })
  await send('POST', '/v1/preferences/lookup', { key, body: { subject: { identifiers } } })
  const { legal, dpo, auditor } = operators
  await send('POST', '/v1/subjects/lookup', { key: legal, body: { identifiers } })
  await send('POST', '/v1/subjects/lookup', { key: auditor, body: { receiptId: receipt.id } })
  const person = `/v1/subjects/${receipt.subjectId}`
  for (const part of ['state', 'events', 'events?view=plain&language=en']) await send('GET', `${person}/${part}`, { key: legal })
  await send('POST', `${person}/proofs`, { key: dpo, idempotencyKey: 'proof', body: { reason: valueOf('reason') }, opens: true })
  await send('GET', `${person}/accesses`, { key: dpo })
  const unreadable = [{ scheme: 'email', value: valueOf('badIdentifier') }, { [valueOf('unknownField')]: valueOf('unknownValue') }]
  const list = [...identifiers, ...unreadable].map((line) => JSON.stringify(line))
  await send('POST', '/v1/eligibility/scrub?purpose=letters&channel=email', {
    key: operators.marketing,
    raw: [...list, `{"${valueOf('brokenJson')}": `, valueOf('otherEmail')].join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  })
  await send('GET', '/v1/eligibility/scrubs', { key: auditor })
  await send('GET', '/log/checkpoint')
  await send('GET', `/v1/receipts/${receipt.id}/proof`, { key: legal, headers: { accept: 'application/json' } })
  return receipt.subjectId
}

/** What a site may get wrong. */
const err = async ({ send, site }: Stage): Promise<void> => {
  const post = (body: unknown, more: Sent = {}): Promise<Body> =>
    send('POST', '/v1/consents', { key: site.secret, idempotencyKey: crypto.randomUUID(), body, ...more })
  await post(consent({ [valueOf('unknownField')]: 1, choises: valueOf('unknownValue') }))
  await post(consent({ choices: valueOf('badType') }))
  await post(consent({ choices: [{ purpose: 'letters', decision: valueOf('badType') }] }))
  await post(consent({ method: { kind: valueOf('badType') } }))
  await post(consent({ occurredAt: valueOf('badTime') }))
  await post(consent({ evidence: { ip: valueOf('badType'), userAgent: 7, signals: { [valueOf('unknownField')]: 1 } } }))
  await post(consent(person('email', valueOf('badIdentifier'))))
  await post(consent(person('phone', valueOf('badIdentifier'))))
  await post(consent(person(valueOf('badScheme'), 'x')))
  await post(consent(person('nobody', valueOf('otherEmail'))))
  await post(consent({ choices: [{ purpose: valueOf('unknownPurpose'), decision: 'given' }] }))
  await post(consent({ choices: [yes, { purpose: 'nowhere', decision: 'given' }], ...person('email', valueOf('otherEmail')) }))
  await post(consent({ notice: { ...notice, showing: valueOf('unknownValue') }, ...person('email', valueOf('otherEmail')) }))
  await post(consent({ evidence: { note: `pays with ${valueOf('card')}` } }))
  await post(consent({ choices: [no], evidence: { note: `pays from ${valueOf('iban')}`, pageUrl: valueOf('pageUrl') } }))
  await post({ subject: { identifiers }, purposes: valueOf('badType') }, { idempotencyKey: valueOf('idempotencyKey') })
  await post(consent({ choices: [no] }), { idempotencyKey: valueOf('idempotencyKey') })
  await post(consent(), { idempotencyKey: `${valueOf('idempotencyKey')} with spaces` })
  await post(consent(), { headers: { 'content-type': `text/${valueOf('header')}` } })
  await post(undefined, { raw: `{"${valueOf('brokenJson')}": ` })
  await post(consent(person('email', valueOf('otherEmail'))), { key: site.publishable, headers: { origin } })
  await post(consent(), { key: site.publishable, headers: { origin: valueOf('origin') } })
  await post(consent(), { key: valueOf('wrongKey') })
  await post(consent(), { key: undefined, headers: { authorization: `Basic ${valueOf('wrongKey')}` } })
  const contact = (over: object): Promise<Body> =>
    send('POST', '/v1/contacts', {
      key: site.secret,
      idempotencyKey: crypto.randomUUID(),
      body: { subject: { identifiers: [email] }, ...sold, ...over },
    })
  await contact({ kind: valueOf('badType') })
  await contact({ kind: 'open' })
  await contact({ sale: { ...sale, reference: valueOf('card') } })
  await contact({ sale: { ...sale, refusalOffered: [valueOf('unknownPurpose')] } })
  const items = [
    { idempotencyKey: valueOf('itemKey'), ...consent({ evidence: { note: valueOf('card') } }) },
    { [valueOf('unknownField')]: valueOf('unknownValue') },
    valueOf('badType'),
  ]
  await send('POST', '/v1/consents/batch', { key: site.secret, body: { items } })
}

/** What anybody, and what an operator may get wrong. */
const stray = async ({ send, operators }: Stage, subjectId: string): Promise<void> => {
  const { admin, legal, marketing } = operators
  const nowhere = encodeURIComponent(valueOf('path'))
  const query = `${valueOf('queryName')}=${encodeURIComponent(valueOf('query'))}&email=${encodeURIComponent(valueOf('email'))}`
  for (const path of [
    `/${nowhere}`,
    `/v1/${nowhere}`,
    `/v1/subjects/${nowhere}/state`,
    `/v1/notices/${nowhere}?language=fr`,
    `/confirm/${nowhere}`,
    `/v1/%zz${nowhere}`,
  ]) {
    await send('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`, { key: legal })
  }
  await send('GET', `/v1/notices/form?language=${nowhere}`)
  await send('GET', `/v1/answers?after=${nowhere}&controller=${nowhere}`, { key: legal })
  await send('POST', `/v1/subjects/${subjectId}/proofs`, { key: legal, body: { reason: `about ${valueOf('card')}` } })
  await send('POST', `/v1/subjects/${subjectId}/proofs`, {
    key: legal,
    body: { reason: 7, [valueOf('unknownField')]: valueOf('unknownValue') },
  })
  await send('POST', `/v1/subjects/${subjectId}/proofs`, { key: marketing, body: { reason: valueOf('reason') } })
  await send('POST', '/v1/subjects/lookup', { key: legal, body: { identifiers: [{ scheme: 'email', value: valueOf('otherEmail') }] } })
  await send('POST', '/v1/subjects/lookup', { key: legal, body: { identifiers: [{ scheme: 'email', value: valueOf('badIdentifier') }] } })
  await send('POST', '/v1/subjects/lookup', { key: legal, body: { receiptId: valueOf('badType') } })
  const bad = {
    ...catalogue,
    controller: { ...catalogue.controller, regulator: valueOf('catalogueText'), name: { [valueOf('unknownField')]: 1 } },
  }
  await send('PUT', '/v1/catalogue', { key: admin, body: bad })
  await send('PUT', '/v1/catalogue', {
    key: admin,
    body: { ...catalogue, notices: [{ ...catalogue.notices[0], text: { fr: valueOf('catalogueText') } }] },
  })
  await send('POST', '/v1/operators', { key: admin, body: { name: valueOf('operatorName'), roles: [valueOf('badType')] } })
  const headers = Object.fromEntries(
    ['referer', 'cookie', 'x-request-id', 'request-id', 'traceparent', 'forwarded', 'accept', 'x-real-ip'].map((name) => [
      name,
      valueOf('header'),
    ]),
  )
  await send('GET', '/livez', { headers })
  await send('GET', '/v1/subjects/none/state', { key: legal, headers: { ...headers, 'x-forwarded-host': valueOf('hostHeader') } })
}

/** Plays everything. Returns every answer, and every key that was handed out. */
export const play = async (ledger: LedgerProcess): Promise<{ told: Told[]; keys: string[] }> => {
  const told: Told[] = []
  const send = sender(ledger.url, told)
  const { operators, sites } = ledger.keys
  await send('PUT', '/v1/catalogue', { key: operators.admin, body: catalogue })
  const site = await send('POST', '/v1/sites/serinus-fr/keys', { key: operators.admin, body: {}, opens: true })
  const operator = await send('POST', '/v1/operators', {
    key: operators.admin,
    body: { name: valueOf('operatorName'), roles: ['legal'] },
    opens: true,
  })
  await send('GET', '/v1/operators', { key: operators.admin, opens: true })
  await send('GET', '/v1/sites/serinus-fr/keys', { key: operators.admin })
  const stage = { send, operators, site }
  const subjectId = await live(stage)
  await err(stage)
  await stray(stage, subjectId)
  for (const [path, key] of [
    ['/v1/answers?controller=serinus', operators.legal],
    ['/v1/activity?controller=serinus', operators.admin],
    ['/metrics', undefined],
    ['/readyz', undefined],
  ] as const) {
    await send('GET', path, { key })
  }
  const keys = [...Object.values(operators), ...Object.values(sites).flatMap(Object.values), site.secret, site.publishable, operator.key]
  return { told, keys }
}
