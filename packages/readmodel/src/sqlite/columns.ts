// A row is written to the file by one statement, its values in the order of the columns.
import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { columnsOf, type Columns } from '../columns.ts'

/** The values of a statement that writes one row. */
export const oneRow = (columns: Readonly<Record<string, string>>): RawBuilder<unknown> =>
  sql`values (${sql.join(Object.keys(columns).map(() => sql`${null}`))})`

/** `statement`: takes `oneRow(columns)`. */
export const saving = <Row>(file: Database, statement: { sql: string }, columns: Columns<Row>): ((row: Row) => void) => {
  const [all, save] = [columnsOf(columns), file.prepare(statement.sql)]
  return (row) => void save.run(...all.map((column) => row[column]))
}
