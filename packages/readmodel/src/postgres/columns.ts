// Rows travel to PostgreSQL as one array for each column, so that a statement is the same for every number of them.
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type pg from 'pg'
import { columnsOf, type Columns } from '../columns.ts'

/** The rows of a statement: as many as the arrays are long. */
export const unnested = (columns: Readonly<Record<string, string>>): RawBuilder<unknown> =>
  sql`select * from unnest(${sql.join(Object.values(columns).map((type) => sql`${null}::${sql.raw(type)}[]`))})`

export type Saving<Row> = (client: pg.PoolClient, rows: readonly Row[]) => Promise<void>

/** `statement`: takes `unnested(columns)`. Prepared on each connection under `name`. Of no rows nothing is asked. */
export const saving = <Row>(name: string, statement: { sql: string }, columns: Columns<Row>): Saving<Row> => {
  const all = columnsOf(columns)
  return async (client, rows) => {
    if (rows.length === 0) return
    await client.query({ name, text: statement.sql, values: all.map((column) => rows.map((row) => row[column])) })
  }
}
