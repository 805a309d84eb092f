// The receipt of a no: a site and staff are told the same of where the person stands, whoever wrote it down.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseSettings } from '@consent-ledger/edge'
import { startStandalone, type Standalone } from '@consent-ledger/standalone'

let directory: string
let ledger: Standalone
before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'receipts-'))
  const settings = parseSettings({ LEDGER_DATA: join(directory, 'data'), LEDGER_PORT: '0', LOG_LEVEL: 'silent' })
  ledger = await startStandalone({ settings, say: () => {}, onFatal: (fault) => assert.fail(String(fault)) })
})
after(async () => {
  await ledger.stop()
  rmSync(directory, { recursive: true })
})

type Row = Record<string, unknown>
type Receipt = { subjectId: string; events: Row[]; state: Row[] }
const post = async (key: string | undefined, path: string, body: object): Promise<Receipt> => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const reply = await fetch(`${ledger.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.equal(reply.status, 201)
  return ((await reply.json()) as { receipt: Receipt }).receipt
}

/** What is the same for everybody who said the same: not the times, nor whose stream it is. */
const shape = ({ events, state }: Receipt) => ({
  events: events.map(({ type, purpose }) => ({ type, purpose })),
  state: state.map((row) => ({ ...row, askAgainFrom: typeof row['askAgainFrom'], until: typeof row['until'] })),
})

for (const [right, body] of [
  ['withdrawals', { purposes: ['commercial-mail'], channels: ['email'] }],
  ['objections', { purposes: ['commercial-mail'], channels: ['email'] }],
  ['objections', { purposes: 'marketing' }],
] as const)
  test(`${right} to ${String(body.purposes)}: the receipt of staff is that of a site`, async () => {
    const { sites, operators } = ledger.keys ?? assert.fail()
    const secret = sites['huttopia-fr']?.secret
    const known = async () => {
      const subject = { identifiers: [{ scheme: 'email', value: `${randomUUID()}@example.org` }] }
      const notice = { id: 'newsletter-form', version: 1, language: 'fr' }
      const choices = [{ purpose: 'commercial-mail', decision: 'given', channels: ['email'] }]
      return { subject, ...(await post(secret, '/v1/consents', { subject, notice, choices })) }
    }
    const [one, other] = [await known(), await known()]
    const bySite = await post(secret, `/v1/${right}`, { subject: one.subject, ...body })
    const byStaff = await post(operators['dpo'], `/v1/subjects/${other.subjectId}/${right}`, body)
    assert.deepEqual(shape(byStaff), shape(bySite))
    assert.ok(byStaff.state.length > 0)
    const { site, ...same } = bySite as Receipt & { site?: string }
    assert.equal(site, 'huttopia-fr')
    assert.deepEqual(Object.keys(byStaff), Object.keys(same))
  })
