// Brings a file to the present schema and binds it to one ledger.
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { migrations, schemaVersion } from '../migrations.ts'
import type { Tables } from '../schema.ts'
import { damaged, foreign, tooNew } from './errors.ts'

type Meta = { schema_version: number; ledger_id: string }

const readMeta = (file: Database): Meta | null => {
  const names = file.prepare<[], { name: string }>(`select name from sqlite_schema where type = 'table'`).all()
  if (names.length === 0) return null
  if (!names.some(({ name }) => name === 'meta')) throw foreign('file belongs to another program')
  const meta = file.prepare<[], Meta>('select schema_version, ledger_id from meta').get()
  if (!meta) throw damaged('it does not say which ledger it belongs to')
  return meta
}

const refuseOthers = (meta: Meta, ledgerId: string): void => {
  if (meta.ledger_id !== ledgerId) throw foreign('belongs to another ledger')
  if (meta.schema_version > schemaVersion) throw tooNew(meta.schema_version, schemaVersion)
}

/**
 * Runs the migrations that the file lacks, in one transaction that takes the write lock before it looks: of two processes the second waits and finds nothing to do.
 * Errors: DATA_FOREIGN, DATA_TOO_NEW, DATA_CORRUPT; the file is then as it was.
 */
export const migrate = (file: Database, builder: Kysely<Tables>, ledgerId: string): void => {
  const run = file.transaction(() => {
    const meta = readMeta(file)
    if (meta) refuseOthers(meta, ledgerId)
    const from = meta?.schema_version ?? 0
    if (from === schemaVersion) return
    for (const migration of migrations.slice(from)) for (const step of migration(builder.schema)) file.exec(step.compile().sql)
    if (meta) file.prepare('update meta set schema_version = ?').run(schemaVersion)
    else file.prepare('insert into meta (id, schema_version, ledger_id, checkpoint) values (1, ?, ?, -1)').run(schemaVersion, ledgerId)
  })
  run.immediate()
}
