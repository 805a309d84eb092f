// The statements of the hot path: one for each table and group, prepared on each connection.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import { activity, columnsOf, leaves, scrubs, turnedAway } from '../columns.ts'
import type { Counted, Turn } from '../group.ts'
import { beginningAt, floorOf } from '../judging.ts'
import { asRead, leavesRow, rowOf, subjectBytes } from '../rows.ts'
import type { EligibilityAsRead } from '../rows.ts'
import { madeOfEvents } from '../schema.ts'
import type { Tables } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { activityAdds, firstStays, turnedAwayAdds } from '../upserts.ts'
import { saving, unnested } from './columns.ts'
import { judging } from './judging.ts'
import { clock } from './migrate.ts'
import { inTransaction, onConnection } from './pool.ts'

type Client = pg.PoolClient

const counting = (builder: Kysely<Tables>): ((client: Client, counted: Counted) => Promise<void>) => {
  const intoActivity = builder.insertInto('site_activity').columns(columnsOf(activity)).expression(unnested(activity))
  const addActivity = saving('site_activity', intoActivity.onConflict(activityAdds).compile(), activity)
  const intoTurnedAway = builder.insertInto('turned_away').columns(columnsOf(turnedAway)).expression(unnested(turnedAway))
  const addTurnedAway = saving('turned_away', intoTurnedAway.onConflict(turnedAwayAdds).compile(), turnedAway)
  const intoScrubs = builder.insertInto('scrubs').columns(columnsOf(scrubs)).expression(unnested(scrubs))
  const addScrubs = saving('scrubs', intoScrubs.compile(), scrubs)
  return async (client, counted) => {
    await addActivity(client, counted.activity)
    await addTurnedAway(client, counted.turnedAway)
    await addScrubs(client, counted.scrubs)
  }
}

/** Moves a fan-out from one page to the next, or ends it; false if it is not where it was. */
const passOn = async (client: Client, { at, cursor }: NonNullable<Turn['fanOut']>): Promise<boolean> => {
  const there = 'where controller = $1 and run = $2 and after_subject is not distinct from $3::bytea'
  const place = [at.controller, at.run, at.cursor === null ? null : subjectBytes(at.cursor)]
  const passed =
    cursor === null
      ? await client.query(`delete from readmodel.fan_outs ${there}`, place)
      : await client.query(`update readmodel.fan_outs set after_subject = $4 ${there}`, [...place, subjectBytes(cursor)])
  return passed.rowCount === 1
}

const begin = async (client: Client, rejudge: Turn['rejudge']): Promise<void> => {
  for (const { controller, causeAt } of rejudge) {
    await client.query('update readmodel.meta set runs = runs + 1')
    await client.query(
      `insert into readmodel.fan_outs (controller, cause_at, run) select $1, $2, runs from readmodel.meta on conflict (controller)
        do update set run = excluded.run, cause_at = greatest(fan_outs.cause_at, excluded.cause_at), after_subject = null`,
      [controller, causeAt],
    )
  }
}

/** Whoever writes rows holds the row of `meta` until its commit: places in the feed become visible in their order. Undefined if it is not where `checkpoint` says. */
const lock = async (client: Client, checkpoint: Turn['checkpoint']): Promise<{ head: bigint; floor: bigint } | undefined> => {
  const place = `cast(feed_n as text) as head, cast(${floorOf(clock)} as text) as floor`
  const move = `update readmodel.meta set checkpoint = $1 where checkpoint = $2 returning ${place}`
  const hold = `select ${place} from readmodel.meta for update`
  type Found = { head: string; floor: string }
  const { rows } = await (checkpoint
    ? client.query<Found>({ name: 'move', text: move, values: [checkpoint.to, checkpoint.from] })
    : client.query<Found>({ name: 'hold', text: hold }))
  return rows[0] && { head: BigInt(rows[0].head), floor: BigInt(rows[0].floor) }
}

/** The commit of this transaction is on the disk before it is answered, and before anybody else sees it. */
const flushed = 'set local synchronous_commit = on'

const newEpoch = `epoch = greatest(epoch + 1, ${clock})`

/** Unlike a group, what is begun anew and was acknowledged is not asked for again. */
const durably = async (pool: pg.Pool, ...statements: string[]): Promise<void> => {
  await inTransaction(pool, async (client) => {
    for (const statement of [flushed, ...statements]) await client.query(statement)
    return true
  })
}

type Prepared = Pick<Storage, 'write' | 'writeLeaves' | 'verdicts' | 'empty' | 'beginEpoch'>

export const prepare = (pool: pg.Pool, builder: Kysely<Tables>): Prepared => {
  const judge = judging(builder)
  const count = counting(builder)
  const intoLeaves = builder.insertInto('leaves').columns(columnsOf(leaves)).expression(unnested(leaves))
  const saveLeaves = saving('leaves', intoLeaves.onConflict(firstStays).compile(), leaves)
  const verdicts = builder
    .selectFrom('eligibility')
    .select(asRead)
    .where('controller', '=', '')
    .where('purpose', '=', '')
    .where('channel', '=', '')
    .where(sql<boolean>`subject = any(${null}::bytea[])`)
    .compile().sql
  return {
    write: async ({ checkpoint, fanOut, head: own, judged, rejudge, counted }) => {
      let head: bigint | null = null
      await inTransaction(pool, async (client) => {
        const found = await lock(client, checkpoint)
        if (found === undefined || (fanOut && !(await passOn(client, fanOut)))) return false
        const { head: stored, floor } = found
        const before = beginningAt(stored, own, floor)
        if (before !== stored) await client.query(flushed)
        head = await judge(client, judged, before)
        if (head !== stored) await client.query({ name: 'head', text: 'update readmodel.meta set feed_n = $1', values: [head] })
        await begin(client, rejudge)
        await count(client, counted)
        return true
      })
      return head
    },
    writeLeaves: (from, to, rows) =>
      inTransaction(pool, async (client) => {
        const grow = { name: 'grow', text: 'update readmodel.meta set log_size = $1 where log_size = $2', values: [to, from] }
        if ((await client.query(grow)).rowCount !== 1) return false
        await saveLeaves(client, rows.map(leavesRow))
        return true
      }),
    verdicts: ({ controller, purpose, channel, subjectIds }) =>
      onConnection(pool, async (client) => {
        const values = [controller, purpose, channel, subjectIds.map(subjectBytes)]
        return (await client.query<EligibilityAsRead>({ name: 'verdicts', text: verdicts, values })).rows.map(rowOf)
      }),
    // First the row of `meta`, as in `write`: whoever applies a group meanwhile ends it before this, or finds the checkpoint moved.
    empty: () =>
      durably(
        pool,
        `update readmodel.meta set checkpoint = -1, as_of = null, log_size = 0, feed_n = 0, ${newEpoch}`,
        // A truncated table waits for whoever reads it. No statement reads two of these; `fan_outs`, a row a controller, is read beside others.
        'delete from readmodel.fan_outs',
        `truncate ${madeOfEvents.flatMap((table) => (table === 'fan_outs' ? [] : `readmodel.${table}`)).join(', ')}`,
      ),
    beginEpoch: () => durably(pool, `update readmodel.meta set ${newEpoch}`),
  }
}
