// The feed: the rows of marketing purposes in the order of their last change.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { ChangesAsked, ChangesPage, Feed, Stops, StopsAsked } from './port.ts'
import { asRead, rowOf } from './rows.ts'
import type { Tables } from './schema.ts'

/** A page looks at no more rows than this, so that a rare purpose among millions cannot hold the process up. */
const mostRows = 10_000

/** What a page is of: read before its rows are, so that they hold all that it says. */
export type Standing = Feed & { asOf: number | null }

/** `controller`: whose fan-outs hold `asOf` back; all if it is not said. Undefined if the row of `meta` is missing. */
export const readStanding = async (builder: Kysely<Tables>, controller?: string): Promise<Standing | undefined> => {
  let fanOuts = builder.selectFrom('fan_outs').select(({ fn }) => fn.min<number | null>('cause_at').as('first'))
  if (controller !== undefined) fanOuts = fanOuts.where('controller', '=', controller)
  const due = builder
    .selectFrom('eligibility')
    .select(({ fn }) => fn.min<number | null>('due_at').as('first'))
    .where('due_at', 'is not', null)
  const row = await builder
    .selectFrom('meta')
    .select([
      sql<string>`cast(epoch as text)`.as('epoch'),
      sql<string>`cast(feed_n as text)`.as('head'),
      'as_of',
      fanOuts.as('cause_at'),
      due.as('due_at'),
    ])
    .executeTakeFirst()
  if (!row) return undefined
  // Until a change of the catalogue has come to every subject, rows hold as of the moment before it; what is due later than `as_of` holds nothing back.
  const held = [row.cause_at, row.due_at].map((at) => (at === null ? Number.POSITIVE_INFINITY : at - 1))
  return { epoch: BigInt(row.epoch), head: BigInt(row.head), asOf: row.as_of === null ? null : Math.min(row.as_of, ...held) }
}

/** Hides a column from what plans: however rare its value, rows are met in the order of the feed, and gathered and sorted for no page. */
const metInOrder = (column: 'controller' | 'purpose' | 'channel', value: string) => sql<boolean>`${sql.ref(column)} || '' = ${value}`

const changesFrom = (builder: Kysely<Tables>, asked: ChangesAsked, edge: bigint) => {
  let query = builder.selectFrom('eligibility').select(asRead).where('n', '>', asked.after).where('n', '<=', edge)
  for (const column of ['controller', 'purpose', 'channel'] as const) {
    const value = asked[column]
    if (value !== undefined) query = query.where(metInOrder(column, value))
  }
  return query.orderBy('eligibility.n').limit(asked.limit)
}

/** The place of the last row that a page may look at, or `to` if there are fewer up to there. */
const edgeOf = async (builder: Kysely<Tables>, after: bigint, to: bigint, rows: number): Promise<bigint> => {
  const row = await builder
    .selectFrom('eligibility')
    .select(sql<string>`cast(n as text)`.as('place'))
    .where('n', '>', after)
    .where('n', '<=', to)
    .orderBy('eligibility.n')
    .offset(rows - 1)
    .limit(1)
    .executeTakeFirst()
  return row ? BigInt(row.place) : to
}

/** See `ReadModel.changes`. `head`: as it was before the rows are read; a row that moves beyond it meanwhile is met there by the next page. */
export const changes = async (builder: Kysely<Tables>, asked: ChangesAsked, head: bigint): Promise<Pick<ChangesPage, 'rows' | 'next'>> => {
  const end = asked.to !== undefined && asked.to < head ? asked.to : head
  if (asked.after >= end) return { rows: [], next: asked.after }
  const all = asked.controller === undefined && asked.purpose === undefined && asked.channel === undefined
  const edge = all ? end : await edgeOf(builder, asked.after, end, Math.max(mostRows, asked.limit))
  const rows = (await changesFrom(builder, asked, edge).execute()).map(rowOf)
  return { rows, next: rows.length < asked.limit ? edge : (rows.at(-1)?.n ?? edge) }
}

/** See `ReadModel.stops`. */
export const stops = async (builder: Kysely<Tables>, { controller, purposes, after, to }: StopsAsked): Promise<Stops> => {
  if (purposes.length === 0) return { count: 0, oldest: null }
  const row = await builder
    .selectFrom('eligibility')
    .select(({ fn }) => [fn.countAll<number | string>().as('count'), fn.min<number | null>('stopped_at').as('oldest')])
    .where('controller', '=', controller)
    .where('purpose', 'in', purposes)
    .where('stopped_n', '>', after)
    .where('stopped_n', '<=', to)
    .executeTakeFirstOrThrow()
  return { count: Number(row.count), oldest: row.oldest }
}
