// The SQL contract of docs/warehouse.md on a real PostgreSQL: its columns, what the views say, and who may read them.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, it } from 'node:test'
import type { ReadModel } from '@consent-ledger/readmodel'
import { openPostgresReadModel } from '@consent-ledger/readmodel/postgres'
import { ask, openOwnPostgres, type OwnPostgres } from '../harness/postgres.ts'
import { anna, bea, document, documented, eventId, judged, said, statement, views } from './warehouse.ts'

const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'

// One of its own: roles belong to the server, and another test's must not be in the way.
let server: OwnPostgres
let url = ''
before(async () => {
  server = await openOwnPostgres()
  url = await server.newDatabase()
})
after(() => server.close())

const opened = async (at = url): Promise<ReadModel> => openPostgresReadModel({ url: at, ledgerId })

/** Somebody who may log in. */
const newUser = async (options = ''): Promise<string> => {
  const [name, password] = [`user_${randomBytes(6).toString('hex')}`, randomBytes(12).toString('hex')]
  await ask(url, `create role ${name} login password '${password}' ${options}`)
  const login = new URL(url)
  ;[login.username, login.password] = [name, password]
  return login.href
}

it('columns and types are those of the document, in its order, and so is the version', async () => {
  await (await opened()).close()
  const found = await ask(
    url,
    `select table_name, column_name, data_type from information_schema.columns where table_schema = 'export' and table_name = any($1)
      order by array_position($1, table_name::text), ordinal_position`,
    [views],
  )
  assert.deepEqual(
    found.map((row) => Object.values(row)),
    documented(),
  )
  const versions = views.map((view) => [view, document.split(`## \`export.${view}\`, version `)[1]?.split('\n')[0]])
  assert.deepEqual(
    (await ask(url, 'select name, version from export.contract')).map((row) => Object.values(row)),
    versions,
  )
  for (const [view, version] of versions) {
    const [row] = await ask(url, 'select obj_description($1::regclass) as comment', [`export.${view}`])
    assert.match(String(row?.['comment']), new RegExp(`contract ${version}: `))
  }
})

it('a verdict and an answer are told as the read model has them', async () => {
  const model = await opened()
  await model.reset()
  const until = Date.parse('2100-01-01T00:00:00.000Z')
  await model.applyJudged([
    judged(anna, { until, stateUntil: until }, { purpose: 'stats', allowed: false, reason: 'NOT_MARKETING', marketing: false }),
  ])
  await model.noteAsOf(said.at)
  const { epoch } = await model.feed()
  assert.deepEqual(await ask(url, 'select * from export.eligibility'), [
    {
      controller: 'campo', subject_id: anna, purpose: 'news', channel: 'email', allowed: true, reason: 'CONSENT_GIVEN', until: new Date(until), basis: 'consent',
      event_id: eventId, revision: '4', effective_at: new Date(said.at), cursor: `${epoch}.1`, epoch: String(epoch), n: '1', settled: true, as_of: new Date(said.at),
    },
  ]) // prettier-ignore
  assert.deepEqual(await ask(url, `select * from export.consent_state where purpose = 'news'`), [
    {
      controller: 'campo', subject_id: anna, purpose: 'news', channel: 'email', state: 'given', in_force: true, since: new Date(said.at), until: new Date(until), objected: false,
      objected_since: null, notice_id: 'form', notice_version: '3', notice_language: 'fr', site: 'campo-fr', event_id: eventId, revision: '4', settled: true, as_of: new Date(said.at),
    },
  ]) // prettier-ignore
  assert.equal((await ask(url, 'select from export.consent_state')).length, 2)
  await model.close()
})

it('a yes whose end has come is told as a no before anybody has judged it again', async () => {
  const model = await opened()
  await model.reset()
  const ended = Date.parse('2026-02-01T00:00:00.000Z')
  await model.applyJudged([
    judged(anna, { until: ended, stateUntil: ended, dueAt: ended }),
    judged(bea, { state: 'withdrawn', allowed: false, reason: 'CONSENT_WITHDRAWN' }),
  ])
  await model.noteAsOf(said.at)
  assert.deepEqual(await ask(url, 'select allowed, reason, until from export.eligibility order by subject_id'), [
    { allowed: false, reason: 'ENDED', until: null },
    { allowed: false, reason: 'CONSENT_WITHDRAWN', until: null },
  ])
  assert.deepEqual(await ask(url, 'select state, in_force, since, until from export.consent_state order by subject_id'), [
    { state: 'expired', in_force: false, since: new Date(ended), until: null },
    { state: 'withdrawn', in_force: false, since: new Date(said.at), until: null },
  ])
  await model.close()
})

it('while everything is applied anew no yes is told, and none is settled that a fan-out has not come to', async () => {
  const model = await opened()
  await model.reset()
  const from = await model.checkpoint()
  await model.apply(
    { events: [], subjects: [judged(anna, {}), judged(bea, {})], rejudge: [{ controller: 'campo', causeAt: said.at }] },
    from + 1n,
  )
  assert.deepEqual(await ask(url, 'select allowed, reason, as_of from export.eligibility where subject_id = $1', [anna]), [
    { allowed: false, reason: 'REBUILDING', as_of: null },
  ])
  assert.deepEqual(await ask(url, 'select in_force from export.consent_state where subject_id = $1', [anna]), [{ in_force: false }])
  await model.noteAsOf(said.at)
  const told = () => ask(url, 'select allowed, settled, as_of from export.eligibility order by subject_id')
  const [before, now] = [new Date(said.at - 1), new Date(said.at)]
  const [owed, done] = [
    { allowed: true, settled: false, as_of: before },
    { allowed: true, settled: true, as_of: before },
  ]
  assert.deepEqual(await told(), [owed, owed])
  const [running] = await model.fanOuts()
  assert.ok(running)
  await model.applyFanOut(running, [], anna)
  assert.deepEqual(await told(), [done, owed])
  await model.applyFanOut({ ...running, cursor: anna }, [], null)
  assert.deepEqual(await told(), [
    { ...done, as_of: now },
    { ...done, as_of: now },
  ])
  await model.close()
})

const source = { "{{ source('consent_ledger', 'eligibility') }}": 'export.eligibility' }

it('the list of the document leaves out whom a change of the catalogue has not come to, and everybody once that takes too long', async () => {
  const model = await opened()
  await model.reset()
  const from = await model.checkpoint()
  const key = { purpose: 'commercial-mail' }
  const controller = 'huttopia'
  const at = Date.now()
  const begin = (causeAt: number, checkpoint: bigint) =>
    model.apply(
      { events: [], subjects: [anna, bea].map((one) => ({ ...judged(one, key), controller })), rejudge: [{ controller, causeAt }] },
      checkpoint,
    )
  await begin(at - 1000, from + 1n)
  await model.noteAsOf(at)
  const customers = `(values ('${anna}', 'anna@example.org'), ('${bea}', 'bea@example.org')) as customers (subject_id, email)`
  const list = statement('models/newsletter.sql', { ...source, "{{ ref('customers') }} as customers": customers })
  const listed = async () => (await ask(url, `${list} order by 1`)).map(({ email }) => email)
  assert.deepEqual(await listed(), [])
  const [running] = await model.fanOuts()
  assert.ok(running)
  await model.applyFanOut(running, [], anna)
  assert.deepEqual(await listed(), ['anna@example.org'])
  await model.applyFanOut({ ...running, cursor: anna }, [], null)
  assert.deepEqual(await listed(), ['anna@example.org', 'bea@example.org'])
  await begin(at - 10 * 60_000, from + 2n)
  const [long] = await model.fanOuts()
  assert.ok(long)
  await model.applyFanOut(long, [], anna)
  assert.deepEqual(await listed(), [])
  await model.close()
})

it('the increments of the document miss nothing that is told late, and a rebuild replaces all', async () => {
  const model = await opened()
  await model.reset()
  const table = 'public.increments'
  const increment = statement('models/eligibility.sql', { ...source, '{{ this }}': table }).replaceAll(/\{[{%].*[%}]\}/g, '')
  const clear = statement('models/eligibility_clear.sql', { '{{ this }}': table })
  await ask(
    url,
    `create table ${table} (controller text, subject_id text, purpose text, channel text, allowed boolean, reason text, until timestamptz, epoch bigint, n bigint,
    primary key (controller, subject_id, purpose, channel))`,
  )
  const run = async () => {
    const columns = 'allowed = excluded.allowed, reason = excluded.reason, until = excluded.until, epoch = excluded.epoch, n = excluded.n'
    await ask(url, `insert into ${table} ${increment} on conflict (controller, subject_id, purpose, channel) do update set ${columns}`)
    await ask(url, clear)
  }
  const kept = async () => (await ask(url, `select subject_id, reason from ${table} order by subject_id`)).map((row) => Object.values(row))
  const no = { allowed: false, reason: 'CONSENT_INVALIDATED', state: 'invalidated' } as const
  await model.applyJudged([judged(anna, {}), judged(bea, {})])
  await run()
  assert.deepEqual(await kept(), [], 'nothing while it is built')
  await model.noteAsOf(said.at)
  await run()
  assert.deepEqual(await kept(), [
    [anna, 'CONSENT_GIVEN'],
    [bea, 'CONSENT_GIVEN'],
  ])
  // Told now, of a time long before what was taken already.
  await model.applyJudged([{ ...judged(bea, { ...no, effectiveAt: said.at - 1000 }), revision: 5n }])
  await run()
  assert.deepEqual(await kept(), [
    [anna, 'CONSENT_GIVEN'],
    [bea, 'CONSENT_INVALIDATED'],
  ])
  await model.reset()
  await model.applyJudged([judged(anna, no)])
  await model.noteAsOf(said.at)
  await run()
  assert.deepEqual(await kept(), [[anna, 'CONSENT_INVALIDATED']])
  await model.close()
})

const versions = async (database: string) => (await ask(database, 'select version from export.contract')).map(({ version }) => version)
const contract = "create view export.contract as select name, version from (values ('eligibility', '0.9')) as views (name, version)"

it('views of another version are made anew, with their grants, whatever was built on them', async () => {
  const database = await server.newDatabase()
  await (await opened(database)).close()
  const now = await versions(database)
  await ask(database, 'drop view export.contract, export.eligibility')
  await ask(database, contract)
  await ask(database, 'create view export.eligibility as select controller from readmodel.eligibility')
  await ask(database, 'create view public.built as select * from export.eligibility')
  await (await opened(database)).close()
  assert.deepEqual(await versions(database), now)
  const reader = new URL(await newUser('in role consent_ledger_export'))
  reader.pathname = new URL(database).pathname
  assert.deepEqual(await ask(reader.href, 'select epoch, n from export.eligibility'), [])
  await ask(database, 'drop schema export cascade')
  await (await opened(database)).close()
  assert.deepEqual(await versions(database), now)
  await ask(database, 'drop owned by consent_ledger_export')
})

it('views stand in the way of no migration', async () => {
  const database = await server.newDatabase()
  await (await opened(database)).close()
  const second = `drop schema export cascade; create schema export; drop table readmodel.eligibility, readmodel.subjects, readmodel.restrictions, readmodel.fan_outs,
    readmodel.sinks, readmodel.acknowledgements, readmodel.scrubs; alter table readmodel.meta drop column epoch, drop column feed_n, drop column runs;
    create table readmodel.answers (subject text); update readmodel.meta set schema_version = 2;
    create view export.eligibility as select subject from readmodel.answers; ${contract}`
  await ask(database, second)
  await (await opened(database)).close()
  assert.deepEqual(await ask(database, 'select epoch, n from export.eligibility'), [])
  await ask(database, 'drop owned by consent_ledger_export')
})

it('the role reads the views and nothing else, and writes nothing', async () => {
  const reader = await newUser()
  for (const view of [...views, 'contract']) await assert.rejects(ask(reader, `select * from export.${view}`), { code: '42501' })
  await ask(url, `grant consent_ledger_export to ${new URL(reader).username}`)
  for (const view of [...views, 'contract']) await ask(reader, `select * from export.${view}`)
  const named = `select table_schema || '.' || table_name as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`
  const others = (await ask(url, named)).map(({ name }) => String(name)).filter((name) => !name.startsWith('export.'))
  assert.ok(others.includes('readmodel.eligibility') && others.includes('readmodel.meta'))
  for (const table of others) await assert.rejects(ask(reader, `select * from ${table}`), { code: '42501' }, table)
  for (const write of [
    'delete from export.eligibility',
    `update export.contract set version = '2'`,
    'insert into export.consent_state (controller) values (null)',
    'create table export.mine (n int)',
    'create or replace view export.contract as select 1 as one',
    'drop view export.eligibility',
  ])
    await assert.rejects(ask(reader, write), (error) => ['42501', '55000'].includes((error as { code: string }).code), write)
})

it('a ledger that may create no role leaves the grants to an administrator, with the statements of the document', async () => {
  const login = await newUser('nosuperuser nocreaterole')
  const own = new URL(await server.newDatabase())
  await ask(own.href, 'drop owned by consent_ledger_export')
  await ask(url, 'drop owned by consent_ledger_export')
  await ask(url, 'drop role consent_ledger_export')
  await ask(own.href, `grant create on database ${own.pathname.slice(1)} to ${new URL(login).username}`)
  const limited = new URL(login)
  limited.pathname = own.pathname
  await (await opened(limited.href)).close()
  assert.deepEqual(await ask(own.href, `select from pg_roles where rolname = 'consent_ledger_export'`), [])
  const [, grants = ''] = /<!-- grants -->\n```sql\n([^`]+)```/.exec(document) ?? []
  await ask(own.href, grants)
  const reader = new URL(await newUser('in role consent_ledger_export'))
  reader.pathname = own.pathname
  for (const view of [...views, 'contract']) await ask(reader.href, `select * from export.${view}`)
  await assert.rejects(ask(reader.href, 'select * from readmodel.meta'), { code: '42501' })
})

it('a read model that is dropped and made again comes back with its views and grants', async () => {
  const database = await server.newDatabase()
  await (await opened(database)).close()
  await ask(database, 'drop schema readmodel cascade')
  await (await opened(database)).close()
  const reader = new URL(await newUser('in role consent_ledger_export'))
  reader.pathname = new URL(database).pathname
  for (const view of views) assert.deepEqual(await ask(reader.href, `select * from export.${view}`), [])
})
