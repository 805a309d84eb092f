// Brings a file to the present schema and binds it to one ledger.
import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { lacking, schemaVersion } from '../migrations.ts'
import type { Dialect, Found } from '../migrations.ts'
import type { Tables } from '../schema.ts'
import { faults } from './errors.ts'

/** The database's clock, epoch ms. */
export const clock = `cast(unixepoch('subsec') * 1000 as integer)`

const dialect: Dialect = {
  integer: 'integer',
  text: 'text',
  bytes: 'blob',
  plain: sql`strict`,
  // Rows live in the tree of their key, without a second one to keep: every write and every list goes by the key.
  keyed: sql`strict, without rowid`,
  now: sql.raw(clock),
}

const look = (file: Database): Found => {
  const tables = file.prepare<[], string>(`select name from sqlite_schema where type = 'table'`).pluck().all()
  const read = () => file.prepare<[], NonNullable<Found['meta']>>('select schema_version, ledger_id from meta').get()
  return { tables, meta: tables.includes('meta') ? read() : undefined }
}

/**
 * Runs the migrations that the file lacks, in one transaction that takes the write lock before it looks: of two processes the second waits and finds nothing to do.
 * Whether any was lacking: then it holds nothing. Errors: DATA_FOREIGN, DATA_TOO_NEW, DATA_CORRUPT; the file is then as it was.
 */
export const migrate = (file: Database, builder: Kysely<Tables>, ledgerId: string): boolean => {
  const run = file.transaction(() => {
    const found = look(file)
    const steps = lacking(found, ledgerId, builder, dialect, faults)
    for (const step of steps) file.exec(step)
    if (!found.meta)
      file
        .prepare(`insert into meta (id, schema_version, ledger_id, checkpoint, epoch) values (1, ?, ?, -1, ${clock})`)
        .run(schemaVersion, ledgerId)
    else if (steps.length > 0) file.prepare('update meta set schema_version = ?').run(schemaVersion)
    return steps.length > 0
  })
  return run.immediate()
}
