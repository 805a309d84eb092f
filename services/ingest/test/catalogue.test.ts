// PUT /v1/catalogue: repeatable, only differences become events, published texts stay.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { campo } from './catalogue.ts'
import { openLedger, types, type TestLedger } from './ledger.ts'

let ledger: TestLedger
before(async () => {
  ledger = await openLedger()
})
after(() => ledger.close())

const put = (body: unknown, sent = {}, query = '') => ledger.send('PUT', `/v1/catalogue${query}`, { key: ledger.keys.admin, body, ...sent })
const other = (id: string) =>
  campo({ controller: { ...campo().controller, id }, sites: [{ id: `${id}-fr`, name: 'Other', origins: [], manageConsentLink: true }] })

test('a new controller: named in the ledger, its events answered by type and id', async () => {
  const { status, json } = await put(other('lodge'))
  assert.equal(status, 200)
  assert.deepEqual(
    json.events.slice(0, 3).map(({ type, id }) => [type, id]),
    [
      ['ControllerRegistered', 'lodge'],
      ['RegulatorProfileApplied', 'FR-CNIL'],
      ['SiteRegistered', 'lodge-fr'],
    ],
  )
  assert.ok(ledger.deps.live.ledger().controllers.includes('lodge'))
})

test('applying again changes nothing', async () => {
  const size = await ledger.size()
  assert.deepEqual((await put(campo())).json.events, [])
  assert.equal(await ledger.size(), size)
})

test('a dry run shows what it would make, and makes nothing: not even the controller', async () => {
  const size = await ledger.size()
  const { json } = await put(other('dry'), {}, '?dryRun=true')
  assert.ok(types(json.events).includes('NoticePublished'))
  assert.ok(json.events.every(({ eventId }) => eventId === undefined))
  assert.equal(await ledger.size(), size)
})

test('a published text is never changed; another language may be added', async () => {
  const changed = campo()
  changed.notices[0]!.text['fr'] += ' (changé)'
  const refused = await put(changed)
  assert.equal(refused.status, 409)
  assert.equal(refused.json.code, 'NOTICE_VERSION_FIXED')
  const more = campo()
  more.notices[0]!.text['de'] = 'Ich möchte Angebote erhalten.'
  assert.deepEqual(
    (await put(more)).json.events.map(({ type, id }) => [type, id]),
    [['NoticePublished', 'news-form']],
  )
})

test('a basis that the regulator does not allow on a channel: 422, and the controller is not even named', async () => {
  const file = other('wrong')
  file.purposes = file.purposes.map((purpose) => (purpose.id === 'prospects' ? { ...purpose, channels: ['email'] } : purpose))
  const { status, json } = await put(file)
  assert.equal(status, 422)
  assert.equal(json.code, 'BASIS_NOT_FOR_CHANNEL')
  assert.equal(ledger.deps.live.ledger().controllers.includes('wrong'), false)
})

test('a repeated Idempotency-Key: the first answer again; with another file 409', async () => {
  const idem = randomUUID()
  const first = await put(other('twice'), { idem })
  const again = await put(other('twice'), { idem })
  assert.equal(again.headers['idempotency-replayed'], 'true')
  assert.deepEqual(again.json, first.json)
  const changed = other('twice')
  changed.sites[0]!.name = 'Renamed'
  assert.equal((await put(changed, { idem })).json.code, 'IDEMPOTENCY_CONFLICT')
})

test('only an administrator, and only of that controller', async () => {
  assert.equal((await put(campo(), { key: ledger.keys.secret })).status, 403)
  const { json } = await ledger.send('POST', '/v1/operators', {
    key: ledger.keys.admin,
    body: { name: 'Lodge Admin', roles: ['admin'], controller: 'lodge' },
  })
  assert.equal((await put(campo(), { key: json.key })).status, 403)
  assert.equal((await put(other('lodge'), { key: json.key })).status, 200)
})

test('notices of one id at several controllers: the controller must be named', async () => {
  const get = (query: string) => ledger.send('GET', `/v1/notices/news-form?language=fr${query}`)
  assert.equal((await get('')).json.code, 'CONTROLLER_NEEDED')
  assert.equal((await get('&controller=campo')).status, 200)
  assert.equal((await ledger.send('GET', '/v1/notices/news-form?language=fr', { key: ledger.keys.secret })).status, 200)
})
