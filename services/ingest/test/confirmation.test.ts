// Double opt-in: the person confirms before the ledger's own eyes.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { newsText } from './catalogue.ts'
import { consent, email, openLedger, types, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger({ site: 'campo-seen' })
})
after(() => ledger.close())

const club = { purpose: 'club', decision: 'given' }
const ask = async (over: object = {}) => {
  const subject = email()
  const { json, text } = await ledger.post('/v1/consents', consent(subject, [club], over))
  assert.ok(json.confirmation, text)
  return { subject, subjectId: json.receipt.subjectId, path: new URL(json.confirmation.url).pathname, json }
}
const press = (path: string) =>
  ledger.send('POST', path, {
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Browser/1' },
    ip: '198.51.100.7',
  })

test('the reply has what the site mails, valid for 72 h, and the same when it is asked for again', async () => {
  const idem = randomUUID()
  const body = consent(email(), [club])
  const first = await ledger.post('/v1/consents', body, { idem })
  assert.equal(first.json.receipt.state[0]?.state, 'requested')
  const { url, token, expiresAt } = first.json.confirmation
  assert.equal(url, `https://consent.example.org/confirm/${token}`)
  assert.equal(Date.parse(expiresAt) - Date.parse(first.json.receipt.recordedAt), 72 * 3_600_000)
  ledger.later(5000)
  assert.equal((await ledger.post('/v1/consents', body, { idem })).text, first.text)
})

test('GET shows the exact purpose and notice and confirms nothing; POST does, and the ledger keeps what it saw', async () => {
  const { path, subjectId } = await ask()
  const shown = await ledger.send('GET', path)
  assert.equal(shown.status, 200)
  for (const words of ['lang="fr"', 'Campo SAS', '<strong>Club</strong>', 'Club de Campo', newsText, 'Je confirme'])
    assert.ok(shown.text.includes(words), words)
  assert.match(String(shown.headers['content-security-policy']), /^default-src 'none'/)
  assert.doesNotMatch(shown.text, /<script/)
  assert.deepEqual(types(await ledger.events(subjectId)), ['ConsentRequested'])
  ledger.later(60_000)
  const done = await press(path)
  assert.equal(done.status, 200)
  assert.match(done.text, /Votre confirmation est enregistrée/)
  const [request, confirmation] = await ledger.events(subjectId)
  assert.equal(confirmation?.type, 'ConsentConfirmed')
  assert.equal(confirmation?.data['requestEventId'], request?.id)
  assert.deepEqual(confirmation?.metadata.writer, { kind: 'system', id: 'confirmation', trust: 'system' })
  assert.deepEqual(Object.keys(confirmation?.data['evidence'] as object), ['observedIp', 'observedUserAgent'])
})

test('pressing twice records once', async () => {
  const { path, subjectId } = await ask()
  const replies = await Promise.all([press(path), press(path), press(path)])
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.equal((await press(path)).status, 200)
  assert.deepEqual(types(await ledger.events(subjectId)), ['ConsentRequested', 'ConsentConfirmed'])
})

test('in English for an act in English', async () => {
  const { path } = await ask({ notice: { id: 'news-form', version: 1, language: 'en' } })
  const shown = await ledger.send('GET', path)
  for (const words of ['lang="en"', 'I confirm', 'Club (en)', 'I wish to receive offers']) assert.ok(shown.text.includes(words), words)
})

test('a no that came since closes it: 410, and nothing is recorded', async () => {
  const { path, subject, subjectId } = await ask()
  ledger.later(1000)
  await ledger.post('/v1/withdrawals', { subject, purposes: ['club'] })
  assert.equal((await ledger.send('GET', path)).status, 410)
  assert.equal((await press(path)).status, 410)
  assert.deepEqual(types(await ledger.events(subjectId)), ['ConsentRequested', 'ConsentWithdrawn'])
})

test('too late: 410', async () => {
  const { path } = await ask()
  ledger.later(72 * 3_600_000)
  assert.equal((await press(path)).status, 410)
})

test('a token that the ledger did not make: 404, a page all the same', async () => {
  const { path } = await ask()
  const forged = path.replace(/.$/, (sign) => (sign === '0' ? '1' : '0'))
  for (const url of [forged, '/confirm/x']) {
    const reply = await ledger.send('GET', url)
    assert.equal(reply.status, 404)
    assert.match(String(reply.headers['content-type']), /text\/html/)
  }
})

test('mail programs may add parameters to the link', async () => {
  const { path } = await ask()
  assert.equal((await ledger.send('GET', `${path}?utm_source=mail`)).status, 200)
})
