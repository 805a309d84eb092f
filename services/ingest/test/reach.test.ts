// An objection reaches every subject that its identifiers reach, also where a site calls it a refusal (API.md, Sites; GDPR Art. 21).
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { origin } from './catalogue.ts'
import { both, consent, cookie, email, noAds, openLedger, types, yes, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const object = { purpose: 'prospects', decision: 'refused' }
const loyalty = () => ({ identifiers: [{ scheme: 'loyalty-card', value: randomUUID() }] })
const known = async (...people: ReturnType<typeof email>[]) => {
  for (const person of people) await ledger.post('/v1/consents', consent(person, [yes]))
}
const after201 = async (subjectId: string | undefined) => types(await ledger.events(subjectId ?? '')).slice(1)

test('the account has all answers, a known device its objection alone', async () => {
  const [person, device] = [email(), cookie()]
  await known(person, device)
  const idem = randomUUID()
  const body = consent(both(person, device, cookie()), [yes, noAds, object])
  const reply = await ledger.post('/v1/consents', body, { idem })
  assert.equal(reply.status, 201, reply.text)
  assert.equal(reply.json.receipts.length, 2)
  const [account, own] = reply.json.receipts
  assert.deepEqual((await after201(account?.subjectId)).slice(0, 3), ['ConsentGiven', 'ConsentRefused', 'ObjectionRecorded'])
  assert.deepEqual(await after201(own?.subjectId), ['ObjectionRecorded'])
  assert.equal((await ledger.post('/v1/consents', body, { idem })).text, reply.text)
  const rehearsed = await ledger.post('/v1/consents?dryRun=true', body)
  assert.deepEqual(rehearsed.json.receipts.map(({ events }) => types(events).filter((type) => type !== 'IdentityLinked')), [['ConsentGiven', 'ConsentRefused', 'ObjectionRecorded'], ['ObjectionRecorded']]) // prettier-ignore
})

test('a refusal without an objection stays with the account', async () => {
  const [person, device] = [email(), cookie()]
  await known(person, device)
  const { json } = await ledger.post('/v1/consents', consent(both(person, device), [yes, noAds]))
  assert.equal('receipts' in json, false)
})

test('onConflict first: the first account alone, and the known devices', async () => {
  const [person, card, device] = [email(), loyalty(), cookie()]
  await known(person, card, device)
  const subject = { ...both(person, card, device), onConflict: 'first' }
  const { json } = await ledger.post('/v1/consents', consent(subject, [noAds, object]))
  assert.deepEqual(await Promise.all(json.receipts.map(({ subjectId }) => after201(subjectId))), [
    ['ConsentRefused', 'ObjectionRecorded'],
    ['ObjectionRecorded'],
  ])
})

test('two people and no word of whom: every no to everybody, as before', async () => {
  const [person, card, device] = [email(), loyalty(), cookie()]
  await known(person, card, device)
  const { json } = await ledger.post('/v1/consents', consent(both(person, card, device), [noAds, object]))
  for (const { subjectId } of json.receipts) assert.deepEqual(await after201(subjectId), ['ConsentRefused', 'ObjectionRecorded'])
  assert.equal(json.receipts.length, 3)
})

test('after a no by a browser every account that it named is found with that no, the unknown ones too', async () => {
  const sent = { key: ledger.keys.publishable, headers: { origin }, idem: null }
  for (const [path, no] of [
    ['/v1/withdrawals', { purposes: ['ads'] }],
    ['/v1/consents', { choices: [noAds] }],
  ] as const) {
    const [person, card, stranger] = [email(), loyalty(), email()]
    await known(person)
    assert.equal((await ledger.post(path, { subject: both(person, card, stranger), ...no }, sent)).status, 201)
    for (const subject of [person, card, stranger]) {
      const { json } = await ledger.post('/v1/preferences/lookup', { subject }, { idem: null })
      const row = json.states.find(({ purpose }) => purpose === 'ads')
      assert.ok(['refused', 'withdrawn'].includes(row?.state ?? ''), path)
    }
  }
})
