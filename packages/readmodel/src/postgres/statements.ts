// The statements of the hot path: one for each table and group, prepared on each connection. Rows travel as one array for each column.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { ActivityCount, TurnedAwayCount } from '../activity/counts.ts'
import type { Storage } from '../readModel.ts'
import { answersRow, leavesRow } from '../rows.ts'
import type { AnswersTable, LeavesTable, Tables } from '../schema.ts'
import { activityAdds, firstStays, lastStays, turnedAwayAdds } from '../upserts.ts'
import { inTransaction } from './pool.ts'

type ColumnTypes<Row> = Record<keyof Row & string, 'text' | 'bytea' | 'bigint'>

const answers: ColumnTypes<AnswersTable> = {
  controller: 'text', subject: 'bytea', purpose: 'text', channel: 'text', register: 'text', kind: 'text', order_at: 'bigint', rank: 'bigint',
  since: 'bigint', until: 'bigint', notice_id: 'text', notice_version: 'bigint', site: 'text', event_id: 'bytea', revision: 'bigint',
} // prettier-ignore
const activity: ColumnTypes<ActivityCount> = { controller: 'text', day: 'text', site: 'text', type: 'text', count: 'bigint' }
const turnedAway: ColumnTypes<TurnedAwayCount> = {
  controller: 'text',
  hour: 'bigint',
  site: 'text',
  route: 'text',
  code: 'text',
  count: 'bigint',
}

const leaves: ColumnTypes<LeavesTable> = { stream: 'bytea', revision: 'bigint', leaf_index: 'bigint' }

const columnsOf = <Row>(types: ColumnTypes<Row>) => Object.keys(types) as (keyof Row & string)[]

/** The rows of a statement: as many as the arrays are long, so that the statement is the same for every number of them. */
const unnested = (types: Readonly<Record<string, string>>) =>
  sql`select * from unnest(${sql.join(Object.values(types).map((type) => sql`${null}::${sql.raw(type)}[]`))})`

type Saving<Row> = (client: pg.PoolClient, rows: readonly Row[]) => Promise<void>

const saving = <Row>(name: string, text: string, types: ColumnTypes<Row>): Saving<Row> => {
  const columns = columnsOf(types)
  return async (client, rows) => {
    if (rows.length > 0) await client.query({ name, text, values: columns.map((column) => rows.map((row) => row[column])) })
  }
}

export const prepare = (pool: pg.Pool, builder: Kysely<Tables>): Pick<Storage, 'write' | 'writeLeaves' | 'empty'> => {
  const into = <Table extends 'answers' | 'site_activity' | 'turned_away' | 'leaves'>(table: Table, types: ColumnTypes<Tables[Table]>) =>
    builder.insertInto(table).columns(columnsOf(types)).expression(unnested(types))
  const saveAnswers = saving('answers', into('answers', answers).onConflict(lastStays).compile().sql, answers)
  const addActivity = saving('site_activity', into('site_activity', activity).onConflict(activityAdds).compile().sql, activity)
  const addTurnedAway = saving('turned_away', into('turned_away', turnedAway).onConflict(turnedAwayAdds).compile().sql, turnedAway)
  const saveLeaves = saving('leaves', into('leaves', leaves).onConflict(firstStays).compile().sql, leaves)
  return {
    write: (from, to, writes) =>
      inTransaction(pool, async (client) => {
        const move = { name: 'move', text: 'update readmodel.meta set checkpoint = $1 where checkpoint = $2', values: [to, from] }
        if ((await client.query(move)).rowCount !== 1) return false
        await saveAnswers(client, writes.answers.map(answersRow))
        await addActivity(client, writes.activity)
        await addTurnedAway(client, writes.turnedAway)
        return true
      }),
    writeLeaves: (from, to, rows) =>
      inTransaction(pool, async (client) => {
        const grow = { name: 'grow', text: 'update readmodel.meta set log_size = $1 where log_size = $2', values: [to, from] }
        if ((await client.query(grow)).rowCount !== 1) return false
        await saveLeaves(client, rows.map(leavesRow))
        return true
      }),
    empty: async () => {
      await inTransaction(pool, async (client) => {
        // Unlike a group, a rebuild that was acknowledged is not asked for again.
        await client.query('set local synchronous_commit = on')
        // First, as in `write`: whoever applies a group meanwhile ends it before this, or finds the checkpoint moved.
        await client.query('update readmodel.meta set checkpoint = -1, as_of = null, log_size = 0')
        await client.query('truncate readmodel.answers, readmodel.site_activity, readmodel.turned_away, readmodel.leaves')
        return true
      })
    },
  }
}
