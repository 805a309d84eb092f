// A ledger that was moved to EventStoreDB goes on with the log that it has: each sealed event is held against its leaf, and whoever kept a proof or a head finds it again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { readState } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import type { TreeHead } from '@consent-ledger/tlog'
import { Apart, type Servers } from '../harness/apart.ts'
import { command } from '../harness/command.ts'
import { startEventStoreDouble, type EventStoreDouble, type Stored } from '../harness/eventstoredb/index.ts'
import { request, signUp, type Body, type LedgerProcess } from '../harness/ledger.ts'
import { openPostgres } from '../harness/postgres.ts'
import { Stranger, type Kept } from '../harness/stranger.ts'

const main = 'standalone/src/main.ts'
const onFiles = { LEDGER_STORE: 'sqlite', EVENTSTORE_URL: '', DATABASE_URL: '' }
const onServer = { DATABASE_URL: '' }

type Place = { apart: Apart; double: EventStoreDouble }

/** Servers that hold nothing yet, and a ledger on files that is to be moved there. */
const given = async (t: TestContext, databaseUrl = ''): Promise<Place> => {
  const double = await startEventStoreDouble()
  const apart = new Apart({ eventStoreUrl: double.url, databaseUrl })
  t.after(async () => {
    await apart.end()
    await double.stop()
  })
  return { double, apart }
}

const copy = async ({ eventStoreUrl, databaseUrl }: Servers, data: string): Promise<void> => {
  const along = databaseUrl === '' ? [] : ['--vault', 'postgres:']
  const env = { EVENTSTORE_URL: eventStoreUrl, ...(databaseUrl === '' ? {} : { DATABASE_URL: databaseUrl }) }
  const { code, output } = await command(['copy', '--from', `sqlite:${data}`, '--to', 'esdb:', ...along], env)
  assert.equal(code, 0, output)
}
const fsck = ({ apart }: Place): ReturnType<typeof command> =>
  command(['log', 'fsck', '--from-store'], { LEDGER_STORE: 'esdb', EVENTSTORE_URL: apart.servers.eventStoreUrl, LEDGER_LOG: apart.log })

const demandWhole = async (place: Place): Promise<void> => {
  const { code, output } = await fsck(place)
  assert.equal(code, 0, output)
  assert.match(output, /Every leaf is its event in the event store, nothing was passed over, and every signed head is one of this tree/)
}

const siteKey = ({ apart }: Pick<Place, 'apart'>): string => apart.keys.sites['huttopia-fr']?.secret ?? ''
const signUps = async (place: Place, ledger: LedgerProcess, from: number, to: number): Promise<Body['receipt'][]> => {
  const receipts = []
  for (let n = from; n < to; n++) {
    const body = signUp(`visitor-${n}@example.org`)
    const reply = await request(ledger.url, 'POST', '/v1/consents', { key: siteKey(place), idempotencyKey: randomUUID(), body })
    assert.equal(reply.status, 201, reply.text)
    receipts.push(reply.json.receipt)
  }
  return receipts
}
const keepAll = async (place: Place, stranger: Stranger, receipts: readonly Body['receipt'][]): Promise<Kept[]> =>
  (await Promise.all(receipts.map(({ id }) => stranger.keep(id, siteKey(place))))).flat()

type Shown = { stranger: Stranger; kept: Kept[]; heads: TreeHead[]; receipts: Body['receipt'][]; late: Body['receipt'][] }

/** A ledger on files with a published log, its proofs kept; killed behind the last answers, of which the log may lack some. */
const lived = async (place: Place): Promise<Shown> => {
  const ledger = await place.apart.launch(main, onFiles).answering()
  const stranger = await Stranger.meets(ledger.url)
  const receipts = await signUps(place, ledger, 0, 12)
  const kept = await keepAll(place, stranger, receipts)
  const heads = [await stranger.head()]
  const late = await signUps(place, ledger, 12, 20)
  await ledger.stop('SIGKILL')
  return { stranger, kept, heads, receipts, late }
}

/** As the stranger sees it, nothing has moved but the address. */
const demandSameLog = async (place: Place, at: string, { stranger, kept, heads, receipts, late }: Shown): Promise<void> => {
  stranger.url = at
  assert.deepEqual((await Stranger.meets(at)).vkeys, stranger.vkeys, 'the same origin, the same key')
  const lately = await keepAll(place, stranger, late)
  await stranger.demandKept([...kept, ...lately], heads)
  assert.deepEqual(await keepAll(place, stranger, receipts), kept, 'each receipt has the proof that it had')
}

const placeOfStore = async ({ apart }: Place): Promise<string | undefined> =>
  (await readState(openLogDirectoryReader(apart.log)))?.place?.store

test(
  'from files to EventStoreDB: the log is held against the new store, and goes on under its name and key',
  { timeout: 180_000 },
  async (t) => {
    const place = await given(t)
    const shown = await lived(place)
    assert.equal(await placeOfStore(place), 'sqlite')
    await copy(place.apart.servers, place.apart.where.data)

    const moved = await place.apart.launch(main, onServer).answering()
    await demandSameLog(place, moved.url, shown)
    const later = await keepAll(place, shown.stranger, await signUps(place, moved, 20, 25))
    await shown.stranger.demandKept([...shown.kept, ...later], shown.heads)
    assert.equal((await moved.stop()).code, 0)
    await demandWhole(place)
    assert.equal(await placeOfStore(place), 'esdb', 'the next start need not read it all again')

    const again = await place.apart.launch(main, onServer).answering()
    await demandSameLog(place, again.url, shown)
    assert.equal((await again.stop()).code, 0)
  },
)

/** The event as the server holds it, with another purpose; answers how it was. */
const change = ({ double }: Place, stream: string): (() => void) => {
  const event: Stored = double.recorded.find((one) => one.stream === stream) ?? assert.fail(`${stream} was copied`)
  const { data } = event
  const text = Buffer.from(data).toString('utf8')
  assert.match(text, /"commercial-mail"/)
  event.data = Buffer.from(text.replaceAll('"commercial-mail"', '"commercial-post"'))
  return () => void (event.data = data)
}

test('an event that is another one at the new store is named before anything is signed', { timeout: 180_000 }, async (t) => {
  const place = await given(t)
  const { receipts, ...shown } = await lived(place)
  await copy(place.apart.servers, place.apart.where.data)
  const stream = receipts[4]?.events[0]?.stream ?? ''

  const undo = change(place, stream)
  const heads = place.double.recorded.filter((event) => event.stream === 'tree-heads').length
  const { code, output } = await place.apart.launch(main, onServer).ended
  assert.equal(code, 70, output)
  assert.match(output, new RegExp(`^The ledger stopped\\. LOG_DISAGREES: Revision 0 of ${stream} in the event store is not`, 'm'))
  assert.equal(place.double.recorded.filter((event) => event.stream === 'tree-heads').length, heads)

  undo()
  const moved = await place.apart.launch(main, onServer).answering()
  await demandSameLog(place, moved.url, { receipts, ...shown })
  assert.equal((await moved.stop()).code, 0)

  // From here on a start looks at the end only; whoever checks the whole finds it.
  change(place, stream)
  const checked = await fsck(place)
  assert.equal(checked.code, 1, checked.output)
  assert.match(checked.output, new RegExp(`^STORE_DIFFERS at revision 0 of ${stream}: `, 'm'))
})

test('to services apart, its people to PostgreSQL: the sequencer takes the key and the log along', { timeout: 240_000 }, async (t) => {
  const postgres = await openPostgres()
  t.after(() => postgres.close())
  const place = await given(t, await postgres.newDatabase())
  const { apart } = place
  const shown = await lived(place)
  await copy(apart.servers, apart.where.data)
  mkdirSync(apart.logKeys, { mode: 0o700 })
  for (const name of ['log.key', 'log.head']) renameSync(join(apart.where.keys, name), join(apart.logKeys, name))

  const services = ['ingest', 'reports', 'sequencer', 'projector'] as const
  const [ingest, reports] = await Promise.all(services.map((service) => apart.start(service)))
  assert.ok(ingest && reports)
  await demandSameLog(place, reports.url, shown)
  const later = await keepAll(place, shown.stranger, await signUps(place, ingest, 20, 25))
  await shown.stranger.demandKept([...shown.kept, ...later], shown.heads)
  await demandWhole(place)
})
