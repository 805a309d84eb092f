// What becomes of a row that is there already: the same words in every dialect.
import { sql } from 'kysely'
import type { OnConflictBuilder, OnConflictDatabase, OnConflictDoNothingBuilder, OnConflictTables, OnConflictUpdateBuilder } from 'kysely'
import { noEnd } from './answers/registers.ts'
import type { Tables } from './schema.ts'

type Upsert<Table extends keyof Tables> = (
  conflict: OnConflictBuilder<Tables, Table>,
) => OnConflictUpdateBuilder<OnConflictDatabase<Tables, Table>, OnConflictTables<Table>>

/** In each register the row that stands last by `inOrder` stays, whichever came first. */
export const lastStays: Upsert<'answers'> = (conflict) =>
  conflict.columns(['controller', 'subject', 'purpose', 'channel', 'register']).doUpdateSet((row) => ({
    kind: row.ref('excluded.kind'),
    order_at: row.ref('excluded.order_at'),
    rank: row.ref('excluded.rank'),
    since: row.ref('excluded.since'),
    until: row.ref('excluded.until'),
    notice_id: row.ref('excluded.notice_id'),
    notice_version: row.ref('excluded.notice_version'),
    site: row.ref('excluded.site'),
    event_id: row.ref('excluded.event_id'),
    revision: row.ref('excluded.revision'),
  })).where(sql<boolean>`(excluded.order_at, excluded.rank, -coalesce(excluded.until, ${sql.lit(noEnd)}), excluded.event_id)
      > (answers.order_at, answers.rank, -coalesce(answers.until, ${sql.lit(noEnd)}), answers.event_id)`)

export const activityAdds: Upsert<'site_activity'> = (conflict) =>
  conflict.columns(['controller', 'day', 'site', 'type']).doUpdateSet({ count: sql<number>`site_activity.count + excluded.count` })

/** An event has one leaf; a hint is never changed. */
export const firstStays = (conflict: OnConflictBuilder<Tables, 'leaves'>): OnConflictDoNothingBuilder<Tables, 'leaves'> =>
  conflict.columns(['stream', 'revision']).doNothing()

export const turnedAwayAdds: Upsert<'turned_away'> = (conflict) =>
  conflict.columns(['controller', 'hour', 'site', 'route', 'code']).doUpdateSet({ count: sql<number>`turned_away.count + excluded.count` })
