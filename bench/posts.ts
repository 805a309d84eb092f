// What the load posts: sign-ups of people whom nobody knows yet, at the example's site.
import { number, type Template } from './running/load.ts'

/** As the first command that a start prints: one person, a yes and a no, two fields of evidence. Two events, four sealed values, two new keys. */
const newcomer = {
  subject: { identifiers: [{ scheme: 'email', value: `visitor.${number}@example.org` }] },
  notice: { id: 'newsletter-form', version: 1, language: 'fr' },
  choices: [
    { purpose: 'commercial-mail', decision: 'given', channels: ['email'] },
    { purpose: 'personalised-ads', decision: 'refused' },
  ],
  method: { kind: 'web-form', control: 'checkbox', layer: 1, workflow: 'newsletter' },
  evidence: { ip: '203.0.113.9', pageUrl: 'https://europe.huttopia.com/newsletter' },
}

/** One sign-up and one withdrawal by one person, without evidence: the patterns of a ledger with many events. */
export const signUp = {
  ...newcomer,
  subject: { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] },
  evidence: undefined,
}
export const withdraw = { subject: signUp.subject, purposes: ['commercial-mail'], method: { kind: 'email-link' } }

/** Posts one act. Throws unless it is recorded. */
export const post = async (url: string, key: string, path: string, body: object): Promise<void> => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': `bench${path}` }
  const reply = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (reply.status !== 201) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`)
}

/** POST /v1/consents, one act. */
export const single = (key: string): Template => ({
  path: '/v1/consents',
  headers: { authorization: `Bearer ${key}`, 'idempotency-key': `bench-${number}` },
  body: JSON.stringify(newcomer),
  items: 1,
})

/** POST /v1/consents/batch. */
export const batch = (key: string, items: number): Template => ({
  path: '/v1/consents/batch',
  headers: { authorization: `Bearer ${key}` },
  body: JSON.stringify({ items: Array.from({ length: items }, () => ({ idempotencyKey: `bench-${number}`, ...newcomer })) }),
  items,
})
