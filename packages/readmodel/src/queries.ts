// The questions about counts and leaves, in SQL that kysely builds: the same for every dialect.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { ActivityAsked, SiteActivity, TurnedAway, TurnedAwayAsked } from './port.ts'
import { streamBytes } from './rows.ts'
import type { Tables } from './schema.ts'

/** See `ReadModel.activity`. */
export const activity = async (builder: Kysely<Tables>, asked: ActivityAsked): Promise<SiteActivity[]> => {
  let query = builder.selectFrom('site_activity').select(['site', 'day', 'type', 'count']).where('controller', '=', asked.controller)
  if (asked.site !== undefined) query = query.where('site', '=', asked.site)
  if (asked.from !== undefined) query = query.where('day', '>=', asked.from)
  if (asked.to !== undefined) query = query.where('day', '<', asked.to)
  const rows = await query.orderBy('day').orderBy('site').orderBy('type').execute()
  return rows.map((row) => ({ ...row, site: row.site || null }))
}

/** See `ReadModel.turnedAway`. */
export const turnedAway = async (builder: Kysely<Tables>, asked: TurnedAwayAsked): Promise<TurnedAway[]> => {
  let query = builder
    .selectFrom('turned_away')
    .select(['hour', 'site', 'route', 'code', 'count'])
    .where('controller', '=', asked.controller)
  if (asked.site !== undefined) query = query.where('site', '=', asked.site)
  if (asked.from !== undefined) query = query.where('hour', '>=', asked.from)
  if (asked.to !== undefined) query = query.where('hour', '<', asked.to)
  const rows = await query.orderBy('hour').orderBy('site').orderBy('route').orderBy('code').execute()
  return rows.map((row) => ({ ...row, site: row.site || null }))
}

/** See `ReadModel.leafIndexOf`. */
export const leafIndexOf = async (builder: Kysely<Tables>, stream: string, revision: bigint): Promise<bigint | null> => {
  const row = await builder
    .selectFrom('leaves')
    .select(sql<string>`cast(leaf_index as text)`.as('leaf_index'))
    .where('stream', '=', streamBytes(stream))
    .where('revision', '=', revision)
    .executeTakeFirst()
  return row === undefined ? null : BigInt(row.leaf_index)
}
