// The read model on a real PostgreSQL against the contract of its port, and what is so of a server alone.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { after, before, it } from 'node:test'
import { inspect, promisify } from 'node:util'
import pg from 'pg'
import { LedgerError } from '@consent-ledger/domain'
import type { Group, ReadModel } from '@consent-ledger/readmodel'
import { ledgerId, readModelConformance, tables, type Place, type Rows } from '@consent-ledger/readmodel/conformance'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'
import { openFaultyLine, type FaultyLine } from '../harness/faultyLine.ts'
import { openPostgres, type Postgres } from '../harness/postgres.ts'

let server: Postgres
let url = ''
/** Looks past the port. */
let beside: pg.Client
before(async () => {
  server = await openPostgres()
  url = await server.newDatabase()
  beside = new pg.Client({ connectionString: url })
  await beside.connect()
})
after(async () => {
  await beside.end()
  await server.close()
})

const drop = (): Promise<unknown> => beside.query('drop schema if exists readmodel cascade')

/** Runs statements among the tables of the read model. */
const meddle = async (statements: string): Promise<void> => void (await beside.query(`set search_path to readmodel; ${statements}`))

const rowsOf = async (table: string): Promise<Record<string, unknown>[]> =>
  (await beside.query<Record<string, unknown>>(`select * from readmodel.${table} as one order by one::text`)).rows

const rows = async (): Promise<Rows> => {
  const all: [string, Record<string, unknown>[]][] = []
  for (const table of tables) all.push([table, await rowsOf(table)])
  return Object.fromEntries(all) as Rows
}

/** As a program of the second schema version would have left it. */
const second = `
  drop table ${[...tables.slice(0, 4), 'fan_outs', 'sinks', 'acknowledgements'].join(', ')} cascade;
  alter table meta drop column epoch, drop column feed_n, drop column runs;
  create table answers (controller text not null primary key);
  insert into site_activity values ('campo', '2026-11-22', '', 'NoticeShown', 1);
  insert into turned_away values ('campo', 0, '', '/v1/consents', 'RATE_LIMITED', 1);
  insert into leaves values ('x', 0, 0);
  update meta set schema_version = 2, checkpoint = 7, as_of = 8, log_size = 1`

const newPlace = async (): Promise<Place> => {
  await drop()
  return {
    open: (ledger) => openPostgresReadModel({ url, ledgerId: ledger }),
    rows,
    meddle,
    refuse: async (eventId) => {
      const constraint = `check (answer_id <> '\\x${eventId.replaceAll('-', '')}'::bytea)`
      await meddle(`alter table eligibility add constraint broken ${constraint}`)
      return () => meddle('alter table eligibility drop constraint broken')
    },
    backToSecond: () => meddle(second),
    dispose: async () => {},
  }
}

readModelConformance('PostgreSQL', newPlace)

/** A group in which nothing happened. */
const nobody: Group = { events: [], subjects: [], rejudge: [] }

const opened = (over: { url?: string; patience?: number } = {}): Promise<ReadModel> => openPostgresReadModel({ url, ledgerId, ...over })

it('every text is compared byte by byte, whatever the language of the database', async () => {
  await drop()
  await (await opened()).close()
  const other = `select table_name, column_name from information_schema.columns
    where table_schema = 'readmodel' and data_type = 'text' and coalesce(collation_name, '') <> 'C'`
  assert.deepEqual((await beside.query(other)).rows, [])
})

it('processes may make the same schema at once', async () => {
  await drop()
  const program = `import { openPostgresReadModel } from ${JSON.stringify(import.meta.resolve('@consent-ledger/readmodel/postgres'))}
    const model = await openPostgresReadModel({ url: process.env.URL, ledgerId: ${JSON.stringify(ledgerId)} })
    console.log((await model.progress()).checkpoint)
    await model.close()`
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env: { ...process.env, URL: url } })
  for (const { stdout } of await Promise.all([run(), run(), run()])) assert.equal(stdout.trim(), '-1n')
})

it('a user who may read and write but make nothing opens what is made already', async () => {
  await drop()
  await (await opened()).close()
  const [name, password] = [`reader_${randomBytes(6).toString('hex')}`, randomBytes(12).toString('hex')]
  await beside.query(`create role ${name} login password '${password}'`)
  const limited = new URL(url)
  ;[limited.username, limited.password] = [name, password]
  try {
    await assert.rejects(opened({ url: limited.href }), { code: 'STORE_UNAVAILABLE', message: /refuses/ })
    await beside.query(`grant usage on schema readmodel to ${name}`)
    await beside.query(`grant select, insert, update, delete on all tables in schema readmodel to ${name}`)
    const model = await opened({ url: limited.href })
    assert.equal(await model.checkpoint(), -1n)
    await model.close()
    limited.password = 'wrong'
    await assert.rejects(opened({ url: limited.href }), { code: 'STORE_UNAVAILABLE', message: /password/ })
  } finally {
    await beside.query(`drop owned by ${name}`)
    await beside.query(`drop role ${name}`)
  }
})

it('tables that are not as they were made are damage', async () => {
  await drop()
  const model = await opened()
  await meddle('alter table eligibility drop column site cascade')
  await assert.rejects(model.listAnswers({ controller: 'campo', limit: 1 }), { code: 'DATA_CORRUPT', message: /drop the schema/ })
  await meddle('alter table eligibility add column site text; update meta set as_of = 9223372036854775807')
  await assert.rejects(model.progress(), { code: 'DATA_CORRUPT' })
  await model.close()
})

it('sessions that the server ends, idle or in the middle, harm neither the process nor the next call', async () => {
  await drop()
  const model = await opened()
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'consent-ledger readmodel' and datname = current_database()`
  for (let round = 0; round < 10; round++) {
    const asking = Promise.allSettled([model.apply(nobody, BigInt(round)), model.progress(), model.activity({ controller: 'campo' })])
    await beside.query(end)
    for (const answer of await asking) {
      if (answer.status === 'rejected') assert.equal((answer.reason as { code?: unknown }).code, 'STORE_UNAVAILABLE')
    }
    // A session may be found ended only when it is used: as many calls may fail as there are sessions.
    for (let tries = 0; (await model.checkpoint().catch(() => -2n)) < BigInt(round); tries++) {
      assert.ok(tries < 10)
      await model.apply(nobody, BigInt(round)).catch(() => {})
    }
  }
  assert.equal(await model.checkpoint(), 9n)
  await model.close()
})

/** The database by another way, on which things go wrong. */
const lineTo = async (): Promise<{ line: FaultyLine; lineUrl: string }> => {
  const direct = new URL(url)
  const line = await openFaultyLine(`esdb://${direct.hostname}:${direct.port || '5432'}`)
  direct.host = new URL(line.url).host
  return { line, lineUrl: direct.href }
}
const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event = 'advisory' and query = 'commit'`
const untilCommitWaits = async (): Promise<void> => {
  for (const end = Date.now() + 30_000; Date.now() < end;) if ((await beside.query(waiting)).rowCount === 1) return
  assert.fail('no commit came to wait')
}

it('a commit whose answer is lost: the checkpoint tells that it stands', async () => {
  await drop()
  const { line, lineUrl } = await lineTo()
  const model = await opened({ url: lineUrl, patience: 1500 })
  await model.apply(nobody, 0n)
  // Held at its commit, with everything done but that.
  await meddle(`create function hold() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(1); return null; end';
    create constraint trigger held after update on meta deferrable initially deferred for each row execute function hold();
    select pg_advisory_lock(1)`)
  const applying = assert.rejects(model.apply(nobody, 1n), { code: 'STORE_UNAVAILABLE' })
  await untilCommitWaits()
  line.silence('toClient')
  await beside.query('select pg_advisory_unlock(1)')
  await applying
  // On a line that is still silent nothing can be told, and nothing waits for ever.
  await assert.rejects(model.checkpoint(), { code: 'STORE_UNAVAILABLE' })
  await line.heal()
  assert.equal(await model.checkpoint(), 1n)
  await model.apply(nobody, 2n)
  assert.equal(await model.checkpoint(), 2n)
  line.silence()
  await model.close()
  line.close()
})

it('a server that is away: said so, and used again when it is back', async () => {
  await drop()
  const { line, lineUrl } = await lineTo()
  const model = await opened({ url: lineUrl })
  line.refuse()
  line.cut()
  await assert.rejects(model.apply(nobody, 0n), { code: 'STORE_UNAVAILABLE' })
  await assert.rejects(model.progress(), { code: 'STORE_UNAVAILABLE' })
  await assert.rejects(opened({ url: lineUrl }), { code: 'STORE_UNAVAILABLE' })
  await line.accept()
  await model.checkpoint()
  await model.apply(nobody, 0n)
  await model.close()
  line.close()
})

it('a url that cannot be read is refused, and repeated nowhere', async () => {
  const refused = await opened({ url: 'postgres://ledger:hunter2@[nowhere/ledger' }).catch((error: unknown) => error)
  assert.ok(refused instanceof LedgerError && refused.code === 'STORE_UNAVAILABLE')
  assert.ok(!inspect(refused, { depth: 9, showHidden: true }).includes('hunter2'))
})

it('one who holds the lock makes others wait no longer than their patience', async () => {
  await drop()
  const model = await opened({ patience: 400 })
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  await holder.query('begin; update readmodel.meta set as_of = 1')
  await assert.rejects(model.apply(nobody, 0n), { code: 'STORE_UNAVAILABLE' })
  assert.deepEqual(await model.progress(), { checkpoint: -1n, asOf: null }, 'those who ask never wait')
  await holder.query('rollback')
  await holder.end()
  await model.apply(nobody, 0n)
  assert.equal(await model.checkpoint(), 0n)
  await model.close()
})
