// How SQLite goes about what is asked for again and again, of tables that may have millions of rows: never through all of them, and never sorting them.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { CompiledQuery, Kysely, SqliteDialect } from 'kysely'
import { due } from '../src/fanOuts.ts'
import { changes, readStanding, stops } from '../src/feed.ts'
import type { Tables } from '../src/schema.ts'
import { World } from '../src/conformance/world.ts'
import { opened, scratchFile } from './scratch.ts'

type Asking = (builder: Kysely<Tables>) => Promise<unknown>

/** What SQLite says of each statement that `ask` comes to. */
const plansOf = async (t: TestContext, ask: Asking): Promise<string[]> => {
  const file = scratchFile(t)
  const model = await opened(t, file)
  await new World(model).tell(['a', 'b'].map((one, at) => ({ subject: one.repeat(32), type: 'ConsentGiven', at })))
  const database = new Database(file, { readonly: true })
  const asked: CompiledQuery[] = []
  const builder = new Kysely<Tables>({
    dialect: new SqliteDialect({ database }),
    log: ({ query }) => void asked.push(query),
  })
  t.after(() => builder.destroy())
  await ask(builder)
  assert.ok(asked.length > 0)
  return asked.flatMap(({ sql, parameters }) =>
    database
      .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
      .all(...parameters)
      .map(({ detail }) => detail),
  )
}

/** One row, or very few. */
const small = /^(SCAN meta|SCAN fan_outs|SEARCH fan_outs|SCALAR SUBQUERY)/
const goes = async (t: TestContext, by: RegExp, ask: Asking): Promise<void> => {
  const plans = (await plansOf(t, ask)).filter((plan) => !small.test(plan))
  assert.ok(plans.length > 0)
  for (const plan of plans) assert.match(plan, by)
}

const page = { after: 0n, limit: 100 }
for (const narrow of [
  {},
  { controller: 'campo' },
  { purpose: 'news' },
  { controller: 'campo', purpose: 'news', channel: 'email' },
] as const)
  test(`a page of changes of ${JSON.stringify(narrow)} follows the feed`, (t) =>
    goes(t, /^SEARCH eligibility USING (COVERING )?INDEX eligibility_feed \(n>\? AND n<\?\)$/, (builder) =>
      changes(builder, { ...page, ...narrow }, 10n),
    ))

test('stops are counted in an index of their own', (t) =>
  goes(t, /USING COVERING INDEX eligibility_stops \(controller=\? AND purpose=\? AND stopped_n>\? AND stopped_n<\?\)/, (builder) =>
    stops(builder, { controller: 'campo', purposes: ['news', 'ads'], after: 0n, to: 10n }),
  ))

test('what is due is found where it is due first', (t) => goes(t, /eligibility_due/, (builder) => due(builder, 0, 10)))

test('as of when a page holds is asked with one look at what is due', (t) =>
  goes(t, /^SEARCH eligibility USING COVERING INDEX eligibility_due/, (builder) => readStanding(builder, 'campo')))
