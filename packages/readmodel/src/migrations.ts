// How the tables came to be: forward only, in order, never edited once released. A row that cannot be migrated is not needed: the file can be rebuilt.
import { sql } from 'kysely'
import type { Compilable, Kysely, RawBuilder } from 'kysely'
import type { Faults } from './faults.ts'
import type { Tables } from './schema.ts'

type ColumnType = 'integer' | 'bigint' | 'text' | 'blob' | 'bytea' | RawBuilder<unknown>
/** How a dialect says the same. `integer`: of 64 bits; `text`: compared byte by byte, as the pages of lists and their cursors are. */
export type Dialect = {
  integer: ColumnType
  text: ColumnType
  bytes: ColumnType
  /** Ends a table. */
  plain: RawBuilder<unknown>
  /** Ends a table whose rows are only ever reached by their key. */
  keyed: RawBuilder<unknown>
  /** The database's clock, epoch ms. */
  now: RawBuilder<bigint>
}
/** Statements that lead from the version before to this one. They have no parameters. */
type Migration = (builder: Kysely<Tables>, dialect: Dialect) => Compilable[]

const first: Migration = ({ schema }, { integer, text, bytes, plain, keyed }) => [
  schema
    .createTable('meta')
    .addColumn('id', integer, (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('schema_version', integer, (column) => column.notNull())
    .addColumn('ledger_id', text, (column) => column.notNull())
    .addColumn('checkpoint', integer, (column) => column.notNull())
    .addColumn('as_of', integer)
    .modifyEnd(plain),
  // The subject stands before the purpose: the events of one act then fall on one page, although subject ids are random.
  schema
    .createTable('answers')
    .addColumn('controller', text, (column) => column.notNull())
    .addColumn('subject', bytes, (column) => column.notNull())
    .addColumn('purpose', text, (column) => column.notNull())
    .addColumn('channel', text, (column) => column.notNull())
    .addColumn('register', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('order_at', integer, (column) => column.notNull())
    .addColumn('rank', integer, (column) => column.notNull())
    .addColumn('since', integer, (column) => column.notNull())
    .addColumn('until', integer)
    .addColumn('notice_id', text)
    .addColumn('notice_version', integer)
    .addColumn('site', text)
    .addColumn('event_id', bytes, (column) => column.notNull())
    .addColumn('revision', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('answers_key', ['controller', 'subject', 'purpose', 'channel', 'register'])
    .modifyEnd(keyed),
  schema
    .createTable('site_activity')
    .addColumn('controller', text, (column) => column.notNull())
    .addColumn('day', text, (column) => column.notNull())
    .addColumn('site', text, (column) => column.notNull())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('count', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('site_activity_key', ['controller', 'day', 'site', 'type'])
    .modifyEnd(keyed),
  schema
    .createTable('turned_away')
    .addColumn('controller', text, (column) => column.notNull())
    .addColumn('hour', integer, (column) => column.notNull())
    .addColumn('site', text, (column) => column.notNull())
    .addColumn('route', text, (column) => column.notNull())
    .addColumn('code', text, (column) => column.notNull())
    .addColumn('count', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('turned_away_key', ['controller', 'hour', 'site', 'route', 'code'])
    .modifyEnd(keyed),
]

/** Where the log has each event. Short, since there is a row for every event there is: `stream` as `rows.ts` says. */
const second: Migration = ({ schema }, { integer, bytes, keyed }) => [
  schema.alterTable('meta').addColumn('log_size', integer, (column) => column.notNull().defaultTo(0)),
  schema
    .createTable('leaves')
    .addColumn('stream', bytes, (column) => column.notNull())
    .addColumn('revision', integer, (column) => column.notNull())
    .addColumn('leaf_index', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('leaves_key', ['stream', 'revision'])
    .modifyEnd(keyed),
]

/** Verdict and answer of each key, and what is told and asked of them. Indexes hold the rows that are in the feed, the stops among them, and those that come due. */
const eligibility: Migration = ({ schema }, { integer, text, bytes, keyed }) => [
  schema
    .createTable('eligibility')
    .addColumn('controller', text, (column) => column.notNull())
    .addColumn('subject', bytes, (column) => column.notNull())
    .addColumn('purpose', text, (column) => column.notNull())
    .addColumn('channel', text, (column) => column.notNull())
    .addColumn('allowed', integer, (column) => column.notNull())
    .addColumn('reason', text, (column) => column.notNull())
    .addColumn('until', integer)
    .addColumn('basis', text)
    .addColumn('event_id', bytes)
    .addColumn('revision', integer, (column) => column.notNull())
    .addColumn('effective_at', integer, (column) => column.notNull())
    .addColumn('n', integer)
    .addColumn('stopped_n', integer)
    .addColumn('stopped_at', integer)
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('since', integer)
    .addColumn('state_until', integer)
    .addColumn('objection_id', bytes)
    .addColumn('objected_since', integer)
    .addColumn('notice_id', text)
    .addColumn('notice_version', integer)
    .addColumn('notice_language', text)
    .addColumn('site', text)
    .addColumn('answer_id', bytes)
    .addColumn('answer_revision', integer)
    .addColumn('due_at', integer)
    .addPrimaryKeyConstraint('eligibility_key', ['controller', 'subject', 'purpose', 'channel'])
    .modifyEnd(keyed),
  schema.createIndex('eligibility_feed').unique().on('eligibility').column('n').where(sql.ref('n'), 'is not', null),
  schema
    .createIndex('eligibility_stops')
    .on('eligibility')
    .columns(['controller', 'purpose', 'stopped_n', 'stopped_at'])
    .where(sql.ref('stopped_n'), 'is not', null),
  schema.createIndex('eligibility_due').on('eligibility').column('due_at').where(sql.ref('due_at'), 'is not', null),
  schema
    .createTable('subjects')
    .addColumn('controller', text, (column) => column.notNull())
    .addColumn('subject', bytes, (column) => column.notNull())
    .addColumn('revision', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('subjects_key', ['controller', 'subject'])
    .modifyEnd(keyed),
  schema
    .createTable('restrictions')
    .addColumn('controller', text, (column) => column.notNull())
    .addColumn('subject', bytes, (column) => column.notNull())
    .addColumn('event_id', bytes, (column) => column.notNull())
    .addColumn('purposes', text)
    .addColumn('ground', text, (column) => column.notNull())
    .addColumn('since', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('restrictions_key', ['controller', 'subject', 'event_id'])
    .modifyEnd(keyed),
]

/** What runs beside the events: fan-outs, the senders of the feed, the systems that apply it, and scrubs. */
const beside: Migration = ({ schema }, { integer, text, bytes, keyed }) => [
  schema
    .createTable('fan_outs')
    .addColumn('controller', text, (column) => column.notNull().primaryKey())
    .addColumn('run', integer, (column) => column.notNull())
    .addColumn('cause_at', integer, (column) => column.notNull())
    .addColumn('after_subject', bytes)
    .modifyEnd(keyed),
  schema
    .createTable('sinks')
    .addColumn('sink', text, (column) => column.notNull().primaryKey())
    .addColumn('holder', text, (column) => column.notNull())
    .addColumn('until', integer, (column) => column.notNull())
    .addColumn('epoch', integer, (column) => column.notNull())
    .addColumn('n', integer, (column) => column.notNull())
    .modifyEnd(keyed),
  schema
    .createTable('acknowledgements')
    .addColumn('controller', text, (column) => column.notNull())
    .addColumn('recipient', text, (column) => column.notNull())
    .addColumn('epoch', integer, (column) => column.notNull())
    .addColumn('n', integer, (column) => column.notNull())
    .addColumn('at', integer, (column) => column.notNull())
    .addColumn('slowest_ms', integer)
    .addPrimaryKeyConstraint('acknowledgements_key', ['controller', 'recipient'])
    .modifyEnd(keyed),
  schema
    .createTable('scrubs')
    .addColumn('controller', text, (column) => column.notNull())
    .addColumn('revision', integer, (column) => column.notNull())
    .addColumn('scrub_id', text, (column) => column.notNull())
    .addColumn('operator', text, (column) => column.notNull())
    .addColumn('purpose', text, (column) => column.notNull())
    .addColumn('channel', text, (column) => column.notNull())
    .addColumn('count', integer, (column) => column.notNull())
    .addColumn('allowed', integer, (column) => column.notNull())
    .addColumn('input_sha256', text, (column) => column.notNull())
    .addColumn('output_sha256', text, (column) => column.notNull())
    .addColumn('as_of', integer, (column) => column.notNull())
    .addColumn('cursor', text, (column) => column.notNull())
    .addColumn('recipient', text)
    .addColumn('cut_off', integer, (column) => column.notNull())
    .addColumn('recorded_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('scrubs_key', ['controller', 'revision'])
    .modifyEnd(keyed),
  schema.createIndex('scrubs_by_id').on('scrubs').columns(['controller', 'scrub_id']),
]

/** A verdict cannot be had from the answers that were kept: everything is applied anew, from the first event and leaf. */
const third: Migration = (builder, dialect) => [
  builder.schema.dropTable('answers'),
  builder.deleteFrom('site_activity'),
  builder.deleteFrom('turned_away'),
  builder.deleteFrom('leaves'),
  ...(['epoch', 'feed_n', 'runs'] as const).map((column) =>
    builder.schema.alterTable('meta').addColumn(column, dialect.integer, (added) => added.notNull().defaultTo(0)),
  ),
  builder.updateTable('meta').set({ checkpoint: sql`-1`, as_of: sql`null`, log_size: sql`0`, epoch: dialect.now }),
  ...eligibility(builder, dialect),
  ...beside(builder, dialect),
]

/** Entry n leads to schema version n + 1. */
const migrations: readonly Migration[] = [first, second, third]
export const schemaVersion = migrations.length

/** What stands where the read model is to be: the names of the tables, and what `meta` says if there is one. */
export type Found = { tables: readonly string[]; meta: { schema_version: number; ledger_id: string } | undefined }

/**
 * The statements that are lacking, in order; [] if none is. To be run, and the row of `meta` written, in the transaction in which `found` was found.
 * Errors: DATA_FOREIGN (another program's, another ledger's), DATA_TOO_NEW, DATA_CORRUPT.
 */
export const lacking = ({ tables, meta }: Found, ledgerId: string, builder: Kysely<Tables>, dialect: Dialect, faults: Faults): string[] => {
  if (tables.length > 0 && !tables.includes('meta')) throw faults.foreign('belongs to another program')
  if (tables.length > 0 && !meta) throw faults.damaged('it does not say which ledger it belongs to')
  if (meta && meta.ledger_id !== ledgerId) throw faults.foreign('belongs to another ledger')
  if (meta && meta.schema_version > schemaVersion) throw faults.tooNew(meta.schema_version, schemaVersion)
  return migrations.slice(meta?.schema_version ?? 0).flatMap((migration) => migration(builder, dialect).map((step) => step.compile().sql))
}
