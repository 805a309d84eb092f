// The one row that says how far the read model has come: in the events, and in the log.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Applied } from './port.ts'
import type { Tables } from './schema.ts'

/** Undefined if the row is missing. */
export const readMeta = async (builder: Kysely<Tables>): Promise<Applied | undefined> => {
  const row = await builder
    .selectFrom('meta')
    .select([sql<string>`cast(checkpoint as text)`.as('checkpoint'), 'as_of'])
    .executeTakeFirst()
  return row && { checkpoint: BigInt(row.checkpoint), asOf: row.as_of }
}

/** False, and nothing noted, if the checkpoint is not `at`: then it is another's to say. */
export const writeAsOf = async (builder: Kysely<Tables>, asOf: number, at: bigint): Promise<boolean> => {
  const { numUpdatedRows } = await builder.updateTable('meta').set({ as_of: asOf }).where('checkpoint', '=', at).executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Undefined if the row is missing. */
export const readLogSize = async (builder: Kysely<Tables>): Promise<bigint | undefined> => {
  const row = await builder
    .selectFrom('meta')
    .select(sql<string>`cast(log_size as text)`.as('log_size'))
    .executeTakeFirst()
  return row && BigInt(row.log_size)
}
