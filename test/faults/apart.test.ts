// The services apart, under load, while one of them is killed and while a server is away: nobody else ends, nothing acknowledged is lost or doubled.
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { EventStoreDBClient } from '@eventstore/db-client'
import { Apart, eventually, notReady } from '../harness/apart.ts'
import { startEventStoreDouble, type EventStoreDouble } from '../harness/eventstoredb/index.ts'
import { request, signUp, type LedgerProcess, type Reply } from '../harness/ledger.ts'
import { openOwnPostgres, type OwnPostgres } from '../harness/postgres.ts'

let double: EventStoreDouble
let postgres: OwnPostgres
let apart: Apart
/** Those that run and are asked; a test that ends one puts another in its place. */
let ingests: LedgerProcess[] = []
let projectors: LedgerProcess[] = []
let reports: LedgerProcess
let sequencer: LedgerProcess

before(async () => {
  double = await startEventStoreDouble()
  postgres = await openOwnPostgres()
  apart = new Apart({ eventStoreUrl: double.url, databaseUrl: await postgres.newDatabase() })
  const { code, output } = await apart.bootstrap()
  assert.equal(code, 0, output)
  ingests = await Promise.all([apart.start('ingest'), apart.start('ingest')])
  projectors = await Promise.all([apart.start('projector'), apart.start('projector')])
  ;[sequencer, reports] = await Promise.all([apart.start('sequencer'), apart.start('reports')])
})
after(async () => {
  await apart.end()
  await double.stop()
  await postgres.close()
})

const people = Array.from({ length: 30 }, (_, n) => `visitor-${n}@example.org`)

/** What was posted: `receipt` once it was acknowledged. */
type Posted = { key: string; address: string; receipt?: Reply['json']['receipt'] }

const send = async ({ key, address }: Posted, to: LedgerProcess | undefined): Promise<Reply | null> =>
  request(to?.url ?? '', 'POST', '/v1/consents', {
    key: apart.keys.sites['huttopia-fr']?.secret ?? '',
    idempotencyKey: key,
    body: signUp(address),
  }).catch(() => null)

/** Posts to whichever ingest, until `stop` is called. Whatever is answered is a receipt, or a 503 that says when to come again. */
const load = (): { posted: Posted[]; acknowledged: () => number; stop: () => Promise<void> } => {
  const posted: Posted[] = []
  const told = new AbortController()
  const one = async (): Promise<void> => {
    while (!told.signal.aborted) {
      const act: Posted = { key: randomUUID(), address: people[randomInt(people.length)] ?? '' }
      posted.push(act)
      const reply = await send(act, ingests[randomInt(ingests.length)])
      if (reply?.status === 201) act.receipt = reply.json.receipt
      else if (reply !== null) demandComeAgain(reply)
    }
  }
  const working = Array.from({ length: 4 }, one)
  const stop = async (): Promise<void> => {
    told.abort()
    await Promise.all(working)
  }
  return { posted, acknowledged: () => posted.filter(({ receipt }) => receipt !== undefined).length, stop }
}

const demandComeAgain = ({ status, headers, json, text }: Reply): void => {
  assert.equal(status, 503, text)
  assert.match(json.code, /^(?:STORE_UNAVAILABLE|OUTCOME_UNKNOWN|VAULT_UNAVAILABLE)$/)
  assert.ok(headers.get('retry-after'))
}

/** Acknowledged acts are told as they were, the others are recorded now; in the end each is recorded once. */
const demandEachOnce = async (posted: readonly Posted[]): Promise<void> => {
  const streams = new Map<string, Set<string>>()
  const demand = async (act: Posted): Promise<void> => {
    const reply = await send(act, ingests[randomInt(ingests.length)])
    assert.ok(reply?.status === 200 || (reply?.status === 201 && act.receipt === undefined), reply?.text)
    const { receipt } = reply.json
    if (act.receipt !== undefined) assert.deepEqual(receipt, act.receipt)
    const ids = streams.get(receipt.subjectId) ?? new Set()
    for (const { id } of receipt.events) ids.add(id)
    streams.set(receipt.subjectId, ids)
  }
  const waiting = posted.values()
  const work = async (): Promise<void> => {
    for (const act of waiting) await demand(act)
  }
  await Promise.all(Array.from({ length: 8 }, work))
  for (const [subjectId, ids] of streams) {
    const { json } = await request(reports.url, 'GET', `/v1/subjects/${subjectId}/events`, { key: apart.keys.operators.legal })
    for (const [n, event] of json.events.entries()) assert.equal(event.revision, `${n}`, 'revisions are contiguous')
    const own = json.events.filter(({ id }) => ids.has(id))
    assert.deepEqual(new Set(own.map(({ id }) => id)), ids, 'what was acknowledged is there')
    assert.equal(own.length, ids.size, 'and once')
  }
}

/** The read model counts exactly what the streams hold: nothing left out, nothing applied twice. */
const demandCountedOnce = async (): Promise<void> => {
  const key = apart.keys.operators.legal
  const recorded = new Set<string>()
  for (let after: string | null = ''; after !== null;) {
    const page = await request(reports.url, 'GET', `/v1/answers?limit=1000${after === '' ? '' : `&after=${after}`}`, { key })
    for (const { subjectId } of page.json.answers) recorded.add(subjectId)
    after = page.json.next
  }
  const given = async (subjectId: string): Promise<number> => {
    const { json } = await request(reports.url, 'GET', `/v1/subjects/${subjectId}/events`, { key })
    return json.events.filter(({ type }) => type === 'ConsentGiven').length
  }
  const held = (await Promise.all([...recorded].map(given))).reduce((sum, count) => sum + count, 0)
  const counted = async (): Promise<number> => {
    const { json } = await request(reports.url, 'GET', '/v1/activity', { key })
    return json.activity.filter(({ type }) => type === 'ConsentGiven').reduce((sum, { count }) => sum + count, 0)
  }
  await eventually(counted, (count) => count === held)
}

const all = (): LedgerProcess[] => [...ingests, ...projectors, reports, sequencer]
const ready = (ones: readonly LedgerProcess[]): Promise<string[][]> =>
  eventually(() => Promise.all(ones.map(notReady)), (answers) => answers.every((names) => names.length === 0)) // prettier-ignore

/** Every one of `ones` says that it lacks each of `parts`. */
const lacking = (ones: readonly LedgerProcess[], parts: readonly string[]): Promise<string[][]> =>
  eventually(() => Promise.all(ones.map(notReady)), (answers) => answers.every((names) => parts.every((part) => names.includes(part)))) // prettier-ignore

const until = (enough: () => boolean): Promise<boolean> => eventually(async () => enough(), Boolean)

test('kill -9 of an ingest and of a projector, twice: the others go on', { timeout: 300_000 }, async () => {
  const posted: Posted[] = []
  for (let round = 0; round < 2; round++) {
    const loading = load()
    await until(() => loading.acknowledged() > 40)
    await Promise.all([ingests.shift()?.stop('SIGKILL'), projectors.shift()?.stop('SIGKILL')])
    const before = loading.acknowledged()
    await until(() => loading.acknowledged() > before + 40)
    await loading.stop()
    posted.push(...loading.posted)
    const [ingest, projector] = await Promise.all([apart.start('ingest'), apart.start('projector')])
    ingests.push(ingest)
    projectors.push(projector)
  }
  await demandEachOnce(posted)
  await ready(all())
  await demandCountedOnce()
})

/** What one server is for: killed, nobody ends, each says what it lacks; started again, all is level by itself. */
const killedUnderLoad = async (
  kill: () => Promise<unknown>,
  lack: () => Promise<unknown>,
  start: () => Promise<unknown>,
): Promise<void> => {
  const loading = load()
  await until(() => loading.acknowledged() > 40)
  await kill()
  await lack()
  await start()
  const before = loading.acknowledged()
  await ready(all())
  await until(() => loading.acknowledged() > before + 40)
  await loading.stop()
  await demandEachOnce(loading.posted)
  await demandCountedOnce()
}

test('the event store is killed under load: not ready, nobody ends, ready again by themselves', { timeout: 300_000 }, () =>
  killedUnderLoad(
    () => double.kill(),
    () => lacking(all(), ['event store']),
    () => double.start(),
  ),
)

test('the database is killed under load: the same', { timeout: 300_000 }, () =>
  killedUnderLoad(
    () => postgres.stop('immediate'),
    async () => {
      await lacking([reports, ...projectors], ['vault', 'read model'])
      await lacking(ingests, ['vault'])
    },
    () => postgres.start(),
  ),
)

test('an event store that says nothing is told as not ready', { timeout: 120_000 }, async () => {
  const plan = double.faults.next('read', 'silent', { times: Number.POSITIVE_INFINITY })
  await lacking(all(), ['event store'])
  double.faults.clear()
  plan.release()
  await ready(all())
})

test('a history that somebody cut in the event store ends the process that reads it, and says where', { timeout: 120_000 }, async () => {
  const acts = Array.from({ length: 3 }, () => ({ key: randomUUID(), address: 'zoe.blanc@example.org' }))
  for (const act of acts) assert.equal((await send(act, ingests[0]))?.status, 201)
  const { stream = '' } = (await send(acts[0] ?? assert.fail(), ingests[0]))?.json.receipt.events[0] ?? {}
  const client = EventStoreDBClient.connectionString(double.url)
  await client.setStreamMetadata(stream, { maxCount: 1 })
  await client.dispose()
  const path = `/v1/subjects/${stream.replace('subject-', '')}/state`
  await request(reports.url, 'GET', path, { key: apart.keys.operators.legal }).catch(() => null)
  const { code, output } = await reports.ended
  assert.equal(code, 70, output)
  assert.match(output, /The ledger stopped\. INTEGRITY: /)
  reports = await apart.start('reports')
  await ready(all())
})

test('told to stop while the servers are away, each ends in order', { timeout: 120_000 }, async () => {
  await Promise.all([double.kill(), postgres.stop('immediate')])
  const ended = await Promise.all(all().map((one) => one.stop()))
  for (const { code, output } of ended) {
    assert.equal(code, 0, output.split('\n').at(-2))
    assert.doesNotMatch(output, /example\.org/)
  }
})
