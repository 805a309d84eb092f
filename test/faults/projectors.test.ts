// Two projectors, each a process, on one store of events and one PostgreSQL: whichever is killed or frozen in the middle of its work, the other goes on, and every event is applied once and everybody judged by it.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { decideCatalogue, initialCatalogue, iso, shippedProfiles, type Fact, type NewEvent, type Trust } from '@consent-ledger/domain'
import { openLive } from '@consent-ledger/edge'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { openEsdbEventStore } from '@consent-ledger/eventstore/esdb'
import { startProjector } from '@consent-ledger/projector'
import type { ReadModel } from '@consent-ledger/readmodel'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'
import { eventually } from '../harness/apart.ts'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { openPostgres, type Postgres } from '../harness/postgres.ts'
import { campo } from './eventstoredb/catalogue.ts'

const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'
const start = Date.parse('2026-11-22T10:00:00.000Z')

let double: EventStoreDouble
let postgres: Postgres
let databaseUrl = ''
let store: EventStore
let readModel: ReadModel
const opened: { close(): Promise<void> }[] = []

/** `standsBy`: what it said last of its part. */
type Projecting = { child: ChildProcess; standsBy: boolean; output: string }
const projectors: Projecting[] = []

const launch = async (): Promise<Projecting> => {
  const program = join(import.meta.dirname, 'projecting.ts')
  const child = spawn(process.execPath, [program, double.url, databaseUrl, ledgerId], { stdio: ['ignore', 'pipe', 'pipe'] })
  const projecting: Projecting = { child, standsBy: false, output: '' }
  child.stderr.on('data', (chunk: Buffer) => void (projecting.output += chunk.toString('utf8')))
  createInterface({ input: child.stdout }).on('line', (line) => {
    projecting.output += `${line}\n`
    if (line.endsWith('stands by')) projecting.standsBy = true
    if (line.endsWith('applies from here on')) projecting.standsBy = false
  })
  projectors.push(projecting)
  await eventually(
    async () => projecting.output,
    (output) => output.includes('started\n'),
  )
  return projecting
}

const end = async ({ child }: Projecting): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

before(async () => {
  double = await startEventStoreDouble()
  postgres = await openPostgres()
  databaseUrl = await postgres.newDatabase()
  // Hundreds of appends at once beside two projectors: on a busy machine that takes its time.
  store = await openEsdbEventStore({ url: double.url, onFatal: assert.fail, patience: { whole: 90_000, answer: 30_000 } })
  readModel = await openPostgresReadModel({ url: databaseUrl, ledgerId })
  opened.push(store, readModel)
  await publish()
})
after(async () => {
  await Promise.all(projectors.map(end))
  for (const one of opened.toReversed()) await one.close()
  await postgres.close()
  await double.stop()
})

const written = (fact: Fact, at: number, trust: Trust = 'secret'): NewEvent => ({
  ...fact,
  id: randomUUID(),
  metadata: { schemaVersion: 1, recordedAt: iso(at), writer: { kind: 'site', id: 'campo-fr', trust }, actId: randomUUID() },
})

const publish = async (): Promise<void> => {
  const at = start - 1000
  await store.append('ledger', beginning, [written({ type: 'ControllerNamed', data: { controller: 'campo' } }, at, 'system')])
  const facts: readonly Fact[] = decideCatalogue(initialCatalogue('campo'), campo, shippedProfiles, at)
  await store.append('controller-campo', beginning, facts.map((fact) => written(fact, at, 'operator'))) // prettier-ignore
}

let recorded = 0
/** Acts of `count` people more, each with a yes and a no. */
const record = async (count: number): Promise<void> => {
  const said = (type: string, n: number, at: number): NewEvent =>
    written({ type, data: { controller: 'campo', site: `campo-${n % 3}`, purpose: 'news', purposeVersion: 1, channels: ['email', 'sms'], occurredAt: iso(at), occurredAtFrom: 'site', orderAt: iso(at) } }, at) // prettier-ignore
  const numbers = Array.from({ length: count }, () => recorded++)
  const one = (n: number) => {
    const at = start + n * 60_000
    const stream = `subject-${n.toString(16).padStart(32, '0')}`
    return store.append(stream, beginning, [said('ConsentGiven', n, at), said('ConsentRefused', n, at + 1)])
  }
  await Promise.all(numbers.map(one))
}

const applied = async (model: ReadModel): Promise<number> =>
  (await model.activity({ controller: 'campo' })).reduce((sum, { count }) => sum + count, 0)

/** But for when it was told, which the groups decide. */
const told = async (model: ReadModel): Promise<unknown> => ({
  activity: await model.activity({ controller: 'campo' }),
  answers: (await model.listAnswers({ controller: 'campo', limit: 100_000 })).answers.map(({ n: _n, revision: _r, effectiveAt: _e, ...row }) => row),
}) // prettier-ignore

const untilLevel = async (model: ReadModel): Promise<void> => {
  const head = await store.head()
  const look = async () => ({ ...(await model.progress()), fanOuts: await model.fanOuts() })
  await eventually(look, ({ checkpoint, asOf, fanOuts }) => checkpoint === head && asOf !== null && fanOuts.length === 0)
}

/** What one undisturbed projector makes of the same events. */
const demandRight = async (): Promise<void> => {
  await untilLevel(readModel)
  assert.equal(await applied(readModel), recorded * 2)
  const other = await openPostgresReadModel({ url: await postgres.newDatabase(), ledgerId })
  const live = await openLive({ store, clock: Date.now })
  const log = { info: () => {}, warn: () => {} }
  const undisturbed = startProjector({
    store,
    readModel: other,
    live,
    clock: Date.now,
    onFault: (fault) => assert.fail(String(fault)),
    log,
  })
  await untilLevel(other)
  await undisturbed.stop()
  assert.deepEqual(await told(readModel), await told(other))
  await live.close()
  await other.close()
}

/** Records until one of the two stands by: the other is at work. */
const atWork = async (): Promise<Projecting> => {
  for (;;) {
    const [one, other] = projectors
    assert.ok(one && other)
    if (one.standsBy !== other.standsBy) return one.standsBy ? other : one
    await record(5)
    const head = await store.head()
    await eventually(() => readModel.checkpoint(), (checkpoint) => checkpoint === head) // prettier-ignore
  }
}

/** Records, and answers when some but not all of it is applied, if that is to be seen. */
const inTheMiddle = async (count: number): Promise<void> => {
  const before = await applied(readModel)
  await record(count)
  await eventually(() => applied(readModel), (now) => now > before) // prettier-ignore
}

test('killed in the middle, twice over: the other takes over', { timeout: 180_000 }, async () => {
  await launch()
  await launch()
  for (let round = 0; round < 2; round++) {
    const busy = await atWork()
    await inTheMiddle(400)
    await end(busy)
    projectors.splice(projectors.indexOf(busy), 1)
    await record(100)
    await demandRight()
    // What it says comes behind what it does.
    assert.equal(projectors.length, 1)
    await eventually(async () => projectors[0]?.standsBy, (standsBy) => standsBy === false) // prettier-ignore
    await launch()
  }
})

test('frozen in the middle and thawed later: nothing that it had begun is applied twice', { timeout: 180_000 }, async () => {
  const busy = await atWork()
  await inTheMiddle(400)
  busy.child.kill('SIGSTOP')
  await record(100)
  await demandRight()
  busy.child.kill('SIGCONT')
  await record(100)
  await demandRight()
  await atWork()
  for (const { child, output } of projectors) assert.equal(child.exitCode, null, output)
})

test('emptied by another process while they work: made again from zero', { timeout: 180_000 }, async () => {
  await record(400)
  await readModel.reset()
  await record(50)
  await demandRight()
  await readModel.reset()
  await demandRight()
})
