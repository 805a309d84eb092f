// What a site may show a person about their own choices; asking writes nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { both, consent, cookie, email, noAds, openLedger, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const look = (subject: unknown) => ledger.post('/v1/preferences/lookup', { subject }, { idem: null })

test('every purpose on every channel with askAgainFrom, and objections', async () => {
  const subject = email()
  await ledger.post('/v1/consents', consent(subject, [yes, noAds, { purpose: 'prospects', decision: 'refused' }]))
  const size = await ledger.size()
  const { status, json } = await look(subject)
  assert.equal(status, 200)
  const rows = Object.fromEntries(
    json.states.map(({ purpose, channel, state, askAgainFrom }) => [`${purpose} ${channel}`, [state, askAgainFrom !== null]]),
  )
  assert.deepEqual(rows['news email'], ['given', true])
  assert.deepEqual(rows['ads web'], ['refused', true])
  assert.deepEqual(rows['club email'], ['unknown', false])
  assert.deepEqual(
    json.objections.map(({ purpose }) => purpose),
    ['prospects'],
  )
  assert.equal(await ledger.size(), size)
})

test('an unknown person: null, everything unknown, and nobody is made', async () => {
  const subject = email()
  const { json } = await look(subject)
  assert.equal(json.subjectId, null)
  assert.ok(json.states.every(({ state }) => state === 'unknown'))
  assert.equal((await look(subject)).json.subjectId, null)
})

test('a device is not its account: nothing leaks over a link', async () => {
  const [person, device] = [email(), cookie()]
  await ledger.post('/v1/consents', consent(both(person, device), [yes]))
  assert.equal((await look(device)).json.subjectId, null)
})

test('identifiers of two people: 409', async () => {
  const [a, b] = [email(), { identifiers: [{ scheme: 'customer', value: 'c-1' }] }]
  await ledger.post('/v1/consents', consent(a, [yes]))
  await ledger.post('/v1/consents', consent(b, [yes]))
  assert.equal((await look(both(a, b))).json.code, 'IDENTITY_CONFLICT')
})

test('asking writes nothing anyhow, so there is nothing to rehearse', async () => {
  assert.equal((await ledger.post('/v1/preferences/lookup?dryRun=true', { subject: email() }, { idem: null })).status, 400)
})
