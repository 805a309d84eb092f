// Double opt-in from end to end: the catalogue asks for it, the site mails the link, the person confirms on the ledger's own page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LedgerProcess, place, request, type Reply } from '../harness/ledger.ts'

const where = place()
let ledger: LedgerProcess
let key: string
before(async () => {
  ledger = await LedgerProcess.start(where.data)
  const { admin } = ledger.keys.operators
  assert.equal((await request(ledger.url, 'PUT', '/v1/catalogue', { key: admin, body: catalogue })).status, 200)
  key = (await request(ledger.url, 'POST', '/v1/sites/campo-fr/keys', { key: admin, body: {} })).json.secret
})
after(async () => {
  await ledger.stop()
  where.remove()
})

const catalogue = {
  controller: {
    id: 'campo',
    name: 'Campo SAS',
    address: '1 rue du Test, Lyon',
    contact: 'dpo@campo.example.org',
    jurisdiction: 'FR',
    regulator: 'FR-CNIL',
  },
  sites: [{ id: 'campo-fr', name: 'Campo', origins: ['https://campo.example.org'], manageConsentLink: true }],
  purposes: [
    {
      id: 'letters',
      version: 1,
      legalBasis: 'consent',
      marketing: true,
      channels: ['email'],
      dataKinds: ['contact'],
      recipients: [],
      retention: 'P3Y',
      confirmation: 'double-opt-in',
      text: { fr: { title: 'La lettre de Campo', description: 'Recevoir la lettre <chaque mois>' } },
    },
  ],
  notices: [
    {
      id: 'letters-form',
      version: 1,
      change: 'new-processing',
      validFrom: '2026-01-01',
      purposes: ['letters'],
      withdrawal: { fr: 'Par le lien de chaque lettre' },
      text: { fr: 'Je veux la lettre & rien d’autre.' },
    },
  ],
}
const subject = (name: string): object => ({ identifiers: [{ scheme: 'email', value: `${name}@example.org` }] })
const signUp = (name: string): Promise<Reply> =>
  request(ledger.url, 'POST', '/v1/consents', {
    key,
    idempotencyKey: `sign-up-${name}`,
    body: {
      subject: subject(name),
      notice: { id: 'letters-form', version: 1, language: 'fr' },
      choices: [{ purpose: 'letters', decision: 'given' }],
      method: { kind: 'web-form' },
    },
  })
const stateOf = async (subjectId: string): Promise<string | undefined> =>
  (await request(ledger.url, 'GET', `/v1/subjects/${subjectId}/state`, { key: ledger.keys.operators.legal })).json.states.find(
    ({ purpose }) => purpose === 'letters',
  )?.state
const page = async (url: string, method = 'GET'): Promise<Reply> => request('', method, url)

test('the link shows what was asked, opening it confirms nothing, pressing the button does, once', async () => {
  const { json } = await signUp('anna.martin')
  const { subjectId, events } = json.receipt
  assert.deepEqual(
    events.map(({ type }) => type),
    ['ConsentRequested'],
  )
  assert.equal(await stateOf(subjectId), 'requested')
  const { url } = json.confirmation
  assert.ok(url.startsWith(`${ledger.url}/confirm/`), 'the link leads to where the ledger listens')
  for (const method of ['GET', 'HEAD', 'GET']) assert.equal((await page(url, method)).status, 200)
  const asked = await page(url)
  assert.match(asked.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(asked.text, /lang="fr"/)
  assert.match(asked.text, /Campo SAS.*La lettre de Campo.*&lt;chaque mois&gt;.*Je veux la lettre &amp; rien d’autre\./s)
  assert.match(asked.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  assert.equal(await stateOf(subjectId), 'requested', 'a mail scanner opened it')
  for (let times = 0; times < 2; times++) assert.equal((await page(url, 'POST')).status, 200)
  assert.equal(await stateOf(subjectId), 'given')
  const history = await request(ledger.url, 'GET', `/v1/subjects/${subjectId}/events`, { key: ledger.keys.operators.legal })
  assert.deepEqual(
    history.json.events.map(({ type }) => type),
    ['ConsentRequested', 'ConsentConfirmed'],
  )
})

test('after a withdrawal the link gives nothing back', async () => {
  const { json } = await signUp('marc.petit')
  await request(ledger.url, 'POST', '/v1/withdrawals', {
    key,
    idempotencyKey: 'no',
    body: { subject: subject('marc.petit'), purposes: ['letters'] },
  })
  assert.ok((await page(json.confirmation.url, 'POST')).status >= 400)
  assert.equal(await stateOf(json.receipt.subjectId), 'withdrawn')
})

test('a link that the ledger did not make is nobody’s', async () => {
  const { json } = await signUp('lea.roux')
  const forged = json.confirmation.url.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  for (const method of ['GET', 'POST']) assert.equal((await page(forged, method)).status, 404)
  assert.equal(await stateOf(json.receipt.subjectId), 'requested')
})
