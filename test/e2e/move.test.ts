// A small site begins on files and grows: its ledger moved to EventStoreDB, killed in between, without losing a proof, a receipt or a retry.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually, notReady } from '../harness/apart.ts'
import { bareEnvironment } from '../harness/environment.ts'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { LedgerProcess, place, request, signUp, type Body, type Ended, type Keys, type Reply } from '../harness/ledger.ts'
import { ask, openPostgres } from '../harness/postgres.ts'

const cli = fileURLToPath(new URL('../../services/cli/src/main.ts', import.meta.url))

/** `ledger copy` as a process; `kill` ends it as a power cut would. */
const copy = (server: string, data: string, database?: string): { ended: Promise<Ended>; kill: () => void } => {
  const vault = database === undefined ? [] : ['--vault', 'postgres:']
  const child = spawn(process.execPath, [cli, 'copy', '--from', `sqlite:${data}`, '--to', 'esdb:', ...vault], {
    env: { ...bareEnvironment, EVENTSTORE_URL: server, ...(database === undefined ? {} : { DATABASE_URL: database }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString('utf8')))
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal, output })))
  return { ended, kill: () => void child.kill('SIGKILL') }
}

type Person = { key: string; body: object; receipt: Body['receipt']; subjectId: string }
type Known = { keys: Keys; operator: string; people: Person[]; proof: Body; answers: string[] }

const as = (ledger: LedgerProcess, key: string, path: string, body?: object): Promise<Reply> =>
  request(ledger.url, body === undefined ? 'GET' : 'POST', path, { key, ...(body === undefined ? {} : { body }) })
const ready = async (ledger: LedgerProcess): Promise<void> =>
  void (await eventually(() => notReady(ledger), (names) => names.length === 0)) // prettier-ignore
const prove = async (ledger: LedgerProcess, key: string, subjectId: string): Promise<Body> => {
  const reply = await as(ledger, key, `/v1/subjects/${subjectId}/proofs`, { reason: 'Dispute 42' })
  assert.equal(reply.status, 201, reply.text)
  return reply.json.proof
}
/** What the read model answers once it has read all that was said until now. */
const answersOf = async (ledger: LedgerProcess, key: string): Promise<string[]> => {
  const asked = Date.now()
  await ready(ledger)
  const { json } = await eventually(
    () => as(ledger, key, '/v1/answers?limit=1000'),
    ({ json: { asOf } }) => asOf !== null && Date.parse(asOf) > asked,
  )
  return json.answers.map(({ subjectId, purpose, channel, answer }) => [subjectId, purpose, channel, answer].join(' ')).sort()
}

/** What people said, an operator of their own, a proof, the lists. */
const live = async (ledger: LedgerProcess, keys: Keys, people: number): Promise<Known> => {
  const site = keys.sites['huttopia-fr']?.secret ?? ''
  const post = async (path: string, body: object): Promise<Person> => {
    const key = randomUUID()
    const { status, text, json } = await request(ledger.url, 'POST', path, { key: site, idempotencyKey: key, body })
    assert.equal(status, 201, text)
    return { key, body, receipt: json.receipt, subjectId: json.receipt.subjectId }
  }
  const evidence = { ip: '203.0.113.9', userAgent: 'Mozilla/5.0' }
  const said: Person[] = []
  for (let n = 0; n < people; n++) said.push(await post('/v1/consents', signUp(`visitor-${n}@example.org`, { evidence })))
  await post('/v1/withdrawals', {
    subject: { identifiers: [{ scheme: 'email', value: 'visitor-0@example.org' }] },
    purposes: ['commercial-mail'],
  })
  const { key: operator } = (await as(ledger, keys.operators.admin, '/v1/operators', { name: 'Jeanne Moreau', roles: ['legal'] })).json
  const proof = await prove(ledger, operator, said[0]?.subjectId ?? '')
  return { keys, operator, people: said, proof, answers: await answersOf(ledger, operator) }
}

/** Whether this ledger is the one that people spoke to: the same proof, the old receipts, the old answers to old keys, the lists. */
const demandSameLedger = async (ledger: LedgerProcess, { keys, operator, people, proof, answers }: Known): Promise<void> => {
  assert.deepEqual(await answersOf(ledger, operator), answers)
  const again = await prove(ledger, operator, proof.subjectId)
  assert.deepEqual(again.events.slice(0, proof.events.length), proof.events)
  for (const part of ['identifiers', 'notices', 'states'] as const) assert.deepEqual(again[part], proof[part], part)
  for (const { key, body, receipt, subjectId } of people) {
    const site = keys.sites['huttopia-fr']?.secret ?? ''
    const retried = await request(ledger.url, 'POST', '/v1/consents', { key: site, idempotencyKey: key, body })
    assert.equal(retried.status, 200, retried.text)
    assert.deepEqual(retried.json.receipt, receipt)
    assert.equal((await as(ledger, operator, '/v1/subjects/lookup', { receiptId: receipt.id })).json.subjectId, subjectId)
  }
}

const startDouble = async (t: TestContext): Promise<EventStoreDouble> => {
  const double = await startEventStoreDouble()
  t.after(() => double.stop())
  return double
}
const start = async (t: TestContext, data: string, env: Record<string, string> = {}): Promise<LedgerProcess> => {
  const ledger = await LedgerProcess.start(data, { env })
  t.after(() => ledger.stop('SIGKILL'))
  return ledger
}
const refused = async (data: string, env: Record<string, string>, why: RegExp): Promise<void> => {
  const { code, output } = await LedgerProcess.refused(data, env)
  assert.equal(code, 70, output)
  assert.match(output, why)
}

test('from files to EventStoreDB, every proof, receipt and retry with it', { timeout: 180_000 }, async (t) => {
  const { data, remove } = place()
  t.after(remove)
  const double = await startDouble(t)
  const onServer = { LEDGER_STORE: 'esdb', EVENTSTORE_URL: double.url }
  const first = await start(t, data)
  const { keys } = first
  const known = await live(first, keys, 12)
  await first.stop()

  const moved = await copy(double.url, data).ended
  assert.equal(moved.code, 0, moved.output)
  assert.match(moved.output, /^Moved: \d+ events in \d+ streams/)
  await refused(data, {}, /LEDGER_MOVED/)

  const second = await start(t, data, onServer)
  await demandSameLedger(second, known)
  await live(second, keys, 3)
  await second.stop()
  const checked = await copy(double.url, data).ended
  assert.match(checked.output, /^It was moved before, and all is there: .*\nSince then the target has recorded \d+ events more\.$/m)
})

test(
  'killed in the middle, with an append that arrives only later: the target does not start, the source does, the next try ends it',
  {
    timeout: 180_000,
  },
  async (t) => {
    const { data, remove } = place()
    t.after(remove)
    const double = await startDouble(t)
    const onServer = { LEDGER_STORE: 'esdb', EVENTSTORE_URL: double.url }
    const first = await start(t, data)
    const { keys } = first
    const { people } = await live(first, keys, 40)
    await first.stop()

    const held = double.faults.next('append', 'late', { stream: people[20]?.receipt.events[0]?.stream ?? '' })
    const killed = copy(double.url, data)
    await held.met
    killed.kill()
    assert.equal((await killed.ended).signal, 'SIGKILL')
    await refused(data, onServer, /DATA_FOREIGN/)
    const still = await start(t, data)
    const known = await live(still, keys, 2)
    await still.stop()

    const moved = await copy(double.url, data).ended
    assert.equal(moved.code, 0, moved.output)
    held.release()
    await refused(data, {}, /LEDGER_MOVED/)
    const second = await start(t, data, onServer)
    await demandSameLedger(second, { ...known, people: [...people, ...known.people] })
    await second.stop()
    const checked = await copy(double.url, data).ended
    assert.match(checked.output, /^It was moved before, and all is there/)
  },
)

test('with its vault to PostgreSQL, where people are found again', { timeout: 180_000 }, async (t) => {
  const { data, keys: keyDirectory, remove } = place()
  t.after(remove)
  const [double, postgres] = [await startDouble(t), await openPostgres()]
  t.after(() => postgres.close())
  const [database, other] = [await postgres.newDatabase(), await postgres.newDatabase()]
  const silent = new URL(database)
  silent.port = '1'
  await ask(other, 'CREATE SCHEMA vault')
  await ask(other, 'CREATE TABLE vault.wine (year integer)')
  const first = await start(t, data)
  const { keys } = first
  await live(first, keys, 6)
  await first.stop()

  for (const [wrong, why] of [
    [silent.href, /VAULT_UNAVAILABLE/],
    [other, /DATA_FOREIGN: .*schema named vault/],
  ] as const) {
    const { code, output } = await copy(double.url, data, wrong).ended
    assert.equal(code, 1, output)
    assert.match(output, why)
  }
  const still = await start(t, data)
  const known = await live(still, keys, 2)
  await still.stop()

  const moved = await copy(double.url, data, database).ended
  assert.equal(moved.code, 0, moved.output)
  assert.match(moved.output, /^The vault was copied: \d+ rows/m)
  await refused(data, { LEDGER_STORE: 'esdb', EVENTSTORE_URL: double.url }, /DATA_CORRUPT: .*vault\.sqlite is missing or empty/)
  const elsewhere = join(data, 'elsewhere')
  const onServers = {
    LEDGER_STORE: 'esdb',
    EVENTSTORE_URL: double.url,
    DATABASE_URL: database,
    LEDGER_KEYS: keyDirectory,
    LEDGER_LOG: join(data, 'log'),
  }
  const second = await start(t, elsewhere, onServers)
  await demandSameLedger(second, known)
  await live(second, keys, 2)
  await second.stop()
  assert.match((await copy(double.url, data, database).ended).output, /^It was moved before, and all is there/)
  const nowhere = await copy(double.url, data, await postgres.newDatabase()).ended
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.output, /^LEDGER_MOVED: .*the database does not hold its vault/)
})
