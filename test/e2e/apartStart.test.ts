// How services that run apart come to their ledger: one program begins it, the others wait for it, and a typical mistake is named.
import assert from 'node:assert/strict'
import { cpSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { Apart, type Service } from '../harness/apart.ts'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { request, type Ended } from '../harness/ledger.ts'
import { openPostgres, type Postgres } from '../harness/postgres.ts'

let postgres: Postgres
before(async () => void (postgres = await openPostgres()))
after(() => postgres.close())

/** Those that work with people, by the master key. */
const withPeople: readonly Service[] = ['ingest', 'projector', 'reports']
const services: readonly Service[] = [...withPeople, 'sequencer']

/** Servers without a ledger, and the processes that are going to work on them. */
const emptyServers = async (t: TestContext): Promise<{ double: EventStoreDouble; apart: Apart }> => {
  const double = await startEventStoreDouble()
  const apart = new Apart({ eventStoreUrl: double.url, databaseUrl: await postgres.newDatabase() })
  t.after(async () => {
    await apart.end()
    await double.stop()
  })
  return { double, apart }
}

const demandRefusal = ({ code, output }: Ended, says: RegExp): void => {
  assert.equal(code, 70, output)
  assert.match(output, says)
  assert.doesNotMatch(output, /Ready at/)
}

test('the one-shot begins a ledger; again, it has nothing to do', { timeout: 60_000 }, async (t) => {
  const { apart } = await emptyServers(t)
  const first = await apart.bootstrap()
  assert.equal(first.code, 0, first.output)
  assert.match(first.output, /DEMO: the example catalogue/)
  assert.match(first.output, /^The first keys are in \S+keys\.json\..*\nThe ledger has begun\.$/m)
  assert.doesNotMatch(first.output, /sk_|ok_/)
  const { keys } = apart
  assert.equal(statSync(join(apart.where.data, 'keys.json')).mode & 0o777, 0o600)
  const again = await apart.bootstrap()
  assert.equal(again.code, 0, again.output)
  assert.match(again.output, /begun before: nothing to do/)
  assert.deepEqual(apart.keys, keys)
})

test('a service waits for a ledger and says so once; none begins it by itself', { timeout: 60_000 }, async (t) => {
  const { apart } = await emptyServers(t)
  const waiting = services.map((service) => apart.launch(`${service}/src/main.ts`))
  for (const one of waiting) await one.says(/^Waiting\. NOT_READY: .*bootstrap/)
  const [ingest, ...others] = waiting
  const stopped = await ingest?.stop()
  assert.deepEqual([stopped?.code, stopped?.signal], [0, null], 'one that waits stops when it is told to')
  const begun = await apart.bootstrap()
  assert.match(begun.output, /The ledger has begun\./)
  for (const one of others) {
    await one.answering()
    const waits = one.output.match(/^Waiting.*$/gm) ?? []
    assert.equal(new Set(waits).size, waits.length)
    assert.equal((await one.stop()).code, 0)
  }
})

test('servers that are away are waited for', { timeout: 60_000 }, async (t) => {
  const { apart, double } = await emptyServers(t)
  await apart.bootstrap()
  await double.kill()
  const ingest = apart.launch('ingest/src/main.ts')
  await ingest.says(/^Waiting\. STORE_UNAVAILABLE/)
  await double.start()
  await ingest.answering()
  assert.equal((await request(ingest.url, 'GET', '/livez')).status, 200)
})

test('a typical mistake is named, and nothing of an address repeated', { timeout: 120_000 }, async (t) => {
  const { apart } = await emptyServers(t)
  await apart.bootstrap()
  const mistakes: [Record<string, string>, RegExp][] = [
    [{ EVENTSTORE_URL: '' }, /SETTING_INVALID: EVENTSTORE_URL: must be set/],
    [{ DATABASE_URL: '' }, /SETTING_INVALID: DATABASE_URL: must be set/],
    [{ LEDGER_STORE: '' }, /SETTING_INVALID: LEDGER_STORE: must be esdb/],
    [{ EVENTSTORE_URL: 'http://zz:zz@127.0.0.1:2113' }, /SETTING_INVALID: EVENTSTORE_URL: a connection string that begins with esdb:/],
    [{ DATABASE_URL: 'mysql://zz:zz@127.0.0.1/ledger' }, /SETTING_INVALID: DATABASE_URL: a connection string that begins with postgres:/],
    [{ LEDGER_KEYS: join(apart.where.data, 'elsewhere') }, /MASTER_KEY_WRONG: .*master\.key is missing/],
  ]
  const refused = mistakes.map(async ([env, says]) => {
    const ended = await apart.launch('ingest/src/main.ts', env).ended
    demandRefusal(ended, says)
    assert.doesNotMatch(ended.output, /zz/)
  })
  await Promise.all(refused)
})

test('another ledger’s master key, and another ledger’s database, are refused', { timeout: 120_000 }, async (t) => {
  const [{ apart: ours }, { apart: theirs }] = [await emptyServers(t), await emptyServers(t)]
  await Promise.all([ours.bootstrap(), theirs.bootstrap()])
  const wrongKey = { LEDGER_KEYS: join(ours.where.data, 'copied') }
  cpSync(theirs.where.keys, wrongKey.LEDGER_KEYS, { recursive: true })
  const foreign = { DATABASE_URL: theirs.servers.databaseUrl }
  const empty = { DATABASE_URL: await postgres.newDatabase() }
  const refused = withPeople.map(async (service) => {
    demandRefusal(await ours.launch(`${service}/src/main.ts`, wrongKey).ended, /MASTER_KEY_WRONG: .*bring back/)
    demandRefusal(await ours.launch(`${service}/src/main.ts`, foreign).ended, /MASTER_KEY_WRONG|DATA_FOREIGN/)
  })
  await Promise.all(refused)
  demandRefusal(await ours.launch('reports/src/main.ts', empty).ended, /DATA_CORRUPT: The vault .*missing or empty/)
})
