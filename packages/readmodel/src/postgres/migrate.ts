// Brings the schema `readmodel` up to date and binds it to one ledger.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import { lacking, schemaVersion } from '../migrations.ts'
import type { Dialect, Found } from '../migrations.ts'
import type { Tables } from '../schema.ts'
import { faults } from './errors.ts'
import { dropExport, isMade, makeExport } from './export.ts'
import { inTransaction } from './pool.ts'

/** The database's clock, epoch ms. */
export const clock = '(extract(epoch from clock_timestamp()) * 1000)::bigint'

const dialect: Dialect = {
  integer: 'bigint',
  text: sql`text collate "C"`,
  bytes: 'bytea',
  plain: sql``,
  keyed: sql``,
  now: sql.raw(clock),
}

/** Any number that nobody else locks: `readmode` in ASCII. */
const lock = '8243101776932201573'

const look = async (client: pg.PoolClient): Promise<Found> => {
  const named = await client.query<{ name: string }>(`select tablename as name from pg_catalog.pg_tables where schemaname = 'readmodel'`)
  const tables = named.rows.map(({ name }) => name)
  if (!tables.includes('meta')) return { tables, meta: undefined }
  const read = await client.query<NonNullable<Found['meta']>>('select schema_version, ledger_id from readmodel.meta')
  return { tables, meta: read.rows[0] }
}

/**
 * Runs the migrations that are lacking, in one transaction that takes a lock before it looks: of two processes the second waits and finds nothing to do.
 * Where nothing is lacking it needs no right to make tables; the views are made anew where they are of another version, by whoever owns the tables. Whether any was lacking: then it holds nothing. Errors: DATA_FOREIGN, DATA_TOO_NEW, DATA_CORRUPT; everything is then as it was.
 */
export const migrate = async (pool: pg.Pool, builder: Kysely<Tables>, ledgerId: string): Promise<boolean> => {
  let made = false
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [lock])
    const found = await look(client)
    const steps = lacking(found, ledgerId, builder, dialect, faults)
    // Only where there is none: whoever may not make one may find it made.
    if (!found.meta && !(await client.query(`select from pg_catalog.pg_namespace where nspname = 'readmodel'`)).rowCount)
      await client.query('create schema readmodel')
    if (steps.length > 0) await dropExport(client)
    for (const step of steps) await client.query(step)
    if (!found.meta)
      await client.query(`insert into readmodel.meta (id, schema_version, ledger_id, checkpoint, epoch) values (1, $1, $2, -1, ${clock})`, [
        schemaVersion,
        ledgerId,
      ])
    else if (steps.length > 0) await client.query('update readmodel.meta set schema_version = $1', [schemaVersion])
    made = steps.length > 0
    if (made || !(await isMade(client))) await makeExport(client)
    return true
  })
  return made
}
