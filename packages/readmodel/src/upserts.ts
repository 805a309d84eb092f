// What becomes of a row that is there already: the same words in every dialect.
import { sql } from 'kysely'
import type { OnConflictBuilder, OnConflictDatabase, OnConflictDoNothingBuilder, OnConflictTables, OnConflictUpdateBuilder } from 'kysely'
import { columnsOf, eligibility } from './columns.ts'
import type { Tables } from './schema.ts'

type Upsert<Table extends keyof Tables> = (
  conflict: OnConflictBuilder<Tables, Table>,
) => OnConflictUpdateBuilder<OnConflictDatabase<Tables, Table>, OnConflictTables<Table>>

const key = ['controller', 'subject', 'purpose', 'channel'] as const
const isOfKey = (column: string): boolean => key.some((part) => part === column)

/** What a judgement came to stands, whatever was there: it was compared before. */
export const replaces: Upsert<'eligibility'> = (conflict) => {
  const others = columnsOf(eligibility).filter((column) => !isOfKey(column))
  return conflict.columns(key).doUpdateSet(Object.fromEntries(others.map((column) => [column, sql<never>`excluded.${sql.ref(column)}`])))
}

export const judgedBy: Upsert<'subjects'> = (conflict) =>
  conflict.columns(['controller', 'subject']).doUpdateSet((row) => ({ revision: row.ref('excluded.revision') }))

export const activityAdds: Upsert<'site_activity'> = (conflict) =>
  conflict.columns(['controller', 'day', 'site', 'type']).doUpdateSet({ count: sql<number>`site_activity.count + excluded.count` })

/** An event has one leaf; a hint is never changed. */
export const firstStays = (conflict: OnConflictBuilder<Tables, 'leaves'>): OnConflictDoNothingBuilder<Tables, 'leaves'> =>
  conflict.columns(['stream', 'revision']).doNothing()

export const turnedAwayAdds: Upsert<'turned_away'> = (conflict) =>
  conflict.columns(['controller', 'hour', 'site', 'route', 'code']).doUpdateSet({ count: sql<number>`turned_away.count + excluded.count` })
