// How the tables came to be: forward only, in order, never edited once released. A row that cannot be migrated is not needed: the file can be rebuilt.
import { sql } from 'kysely'
import type { Compilable, Kysely } from 'kysely'
import type { Tables } from './schema.ts'

type Schema = Kysely<Tables>['schema']
/** Statements that lead from the version before to this one. */
type Migration = (schema: Schema) => Compilable[]

/** Rows live in the tree of their key, without a second one to keep: every write and every list goes by the key. */
const keyed = sql`strict, without rowid`

const first: Migration = (schema) => [
  schema
    .createTable('meta')
    .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('schema_version', 'integer', (column) => column.notNull())
    .addColumn('ledger_id', 'text', (column) => column.notNull())
    .addColumn('checkpoint', 'integer', (column) => column.notNull())
    .addColumn('as_of', 'integer')
    .modifyEnd(sql`strict`),
  // The subject stands before the purpose: the events of one act then fall on one page, although subject ids are random.
  schema
    .createTable('answers')
    .addColumn('controller', 'text', (column) => column.notNull())
    .addColumn('subject', 'blob', (column) => column.notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('register', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('order_at', 'integer', (column) => column.notNull())
    .addColumn('rank', 'integer', (column) => column.notNull())
    .addColumn('since', 'integer', (column) => column.notNull())
    .addColumn('until', 'integer')
    .addColumn('notice_id', 'text')
    .addColumn('notice_version', 'integer')
    .addColumn('site', 'text')
    .addColumn('event_id', 'blob', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('answers_key', ['controller', 'subject', 'purpose', 'channel', 'register'])
    .modifyEnd(keyed),
  schema
    .createTable('site_activity')
    .addColumn('controller', 'text', (column) => column.notNull())
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('site_activity_key', ['controller', 'day', 'site', 'type'])
    .modifyEnd(keyed),
  schema
    .createTable('turned_away')
    .addColumn('controller', 'text', (column) => column.notNull())
    .addColumn('hour', 'integer', (column) => column.notNull())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('turned_away_key', ['controller', 'hour', 'site', 'route', 'code'])
    .modifyEnd(keyed),
]

/** Entry n leads to schema version n + 1. */
export const migrations: readonly Migration[] = [first]
export const schemaVersion = migrations.length
