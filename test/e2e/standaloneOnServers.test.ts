// The whole ledger in one process with its events in EventStoreDB: people and read model in files, or in PostgreSQL.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { Apart, eventually } from '../harness/apart.ts'
import { startEventStoreDouble } from '../harness/eventstoredb/index.ts'
import { request, signUp, type LedgerProcess, type Reply } from '../harness/ledger.ts'
import { openPostgres, type Postgres } from '../harness/postgres.ts'

let postgres: Postgres
before(async () => void (postgres = await openPostgres()))
after(() => postgres.close())

const emptyServers = async (t: TestContext): Promise<Apart> => {
  const double = await startEventStoreDouble()
  const apart = new Apart({ eventStoreUrl: double.url, databaseUrl: await postgres.newDatabase() })
  t.after(async () => {
    await apart.end()
    await double.stop()
  })
  return apart
}

const main = 'standalone/src/main.ts'
const inFiles = { DATABASE_URL: '' }
const consent = ({ url, keys }: LedgerProcess, idempotencyKey = 'one'): Promise<Reply> =>
  request(url, 'POST', '/v1/consents', {
    key: keys.sites['huttopia-fr']?.secret ?? '',
    idempotencyKey,
    body: signUp('anna.martin@example.org'),
  })

const demandRolledBack = async (apart: Apart, env: Record<string, string>): Promise<void> => {
  const { code, output } = await apart.launch(main, env).ended
  assert.equal(code, 70, output)
  assert.match(output, /DATA_ROLLED_BACK: The event store is missing or empty, though this ledger has recorded events/)
}

test('people in files: after kill -9 all is there; beside another event store nothing starts', { timeout: 120_000 }, async (t) => {
  const apart = await emptyServers(t)
  const first = await apart.launch(main, inFiles).answering()
  const given = await consent(first)
  assert.equal(given.status, 201, given.text)
  await first.stop('SIGKILL')
  const again = await apart.launch(main, inFiles).answering()
  const told = await consent(again)
  assert.deepEqual([told.status, told.json.receipt], [200, given.json.receipt])
  assert.equal((await again.stop()).code, 0)
  const { data, keys } = apart.where
  assert.deepEqual(
    ['vault.sqlite', 'readmodel.esdb.sqlite', 'events.sqlite'].map((file) => existsSync(join(data, file))),
    [true, true, false],
  )
  assert.match(readFileSync(join(keys, 'high-water.json'), 'utf8'), /"store":"esdb",.*"vault":"sqlite"/)
  const elsewhere = await startEventStoreDouble()
  t.after(() => elsewhere.stop())
  await demandRolledBack(apart, { ...inFiles, EVENTSTORE_URL: elsewhere.url })
})

test('a ledger that was begun embedded does not begin once more where its events were not copied to', { timeout: 60_000 }, async (t) => {
  const apart = await emptyServers(t)
  const embedded = await apart.launch(main, { LEDGER_STORE: 'sqlite' }).answering()
  assert.equal((await embedded.stop()).code, 0)
  await demandRolledBack(apart, {})
  await demandRolledBack(apart, inFiles)
})

test('all on servers: a second one beside it works on the same ledger', { timeout: 120_000 }, async (t) => {
  const apart = await emptyServers(t)
  const first = await apart.launch(main).answering()
  await first.says(/^DEMO/)
  const second = await apart.launch(main).answering()
  assert.doesNotMatch(second.output, /DEMO|keys\.json/)
  const [one, other] = await Promise.all([consent(first), consent(second)])
  assert.deepEqual(new Set([one.status, other.status]), new Set([200, 201]))
  assert.deepEqual(one.json.receipt, other.json.receipt)
  assert.equal(existsSync(join(apart.where.data, 'vault.sqlite')), false)
  await first.stop('SIGKILL')
  assert.equal((await consent(second, 'two')).status, 201)
  // It stood by, and now seals: the first one's hold on the log went with it.
  await eventually(
    async () => (await request(second.url, 'GET', '/metrics')).text,
    (text) => /^ledger_log_size [1-9]/m.test(text),
  )
  assert.equal((await second.stop()).code, 0)
})
