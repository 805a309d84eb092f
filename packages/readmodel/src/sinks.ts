// How far the senders of the feed are, and the systems that apply it: what they say of themselves.
import { acknowledgementOf, appliedTo } from '@consent-ledger/domain'
import type { FeedPlace } from '@consent-ledger/domain'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { stops } from './feed.ts'
import type { Acknowledgement, Acknowledging } from './port.ts'
import type { Tables } from './schema.ts'

const place = [sql<string>`cast(epoch as text)`.as('epoch'), sql<string>`cast(n as text)`.as('n')] as const

const takenOver = { sink: '', holder: '', until: 0 }

/** See `ReadModel.takeSink`. */
export const takeSink = async (
  builder: Kysely<Tables>,
  { sink, holder, until }: typeof takenOver,
  now: number,
): Promise<FeedPlace | null> => {
  const row = await builder
    .insertInto('sinks')
    .columns(['sink', 'holder', 'until', 'epoch', 'n'])
    .expression(
      builder
        .selectFrom('meta')
        // SQLite would take the conflict for a join without it.
        .where(sql<boolean>`true`)
        .select([
          sql<string>`cast(${sink} as text)`.as('sink'),
          sql<string>`cast(${holder} as text)`.as('holder'),
          sql<number>`cast(${until} as bigint)`.as('until'),
          'epoch',
          sql<bigint>`0`.as('n'),
        ]),
    )
    .onConflict((conflict) =>
      conflict
        .column('sink')
        .doUpdateSet({
          holder: (row) => row.ref('excluded.holder'),
          until: (row) => row.ref('excluded.until'),
          n: sql<bigint>`case when sinks.epoch = excluded.epoch then sinks.n else 0 end`,
          epoch: (row) => row.ref('excluded.epoch'),
        })
        .where(sql<boolean>`sinks.holder = excluded.holder or sinks.until <= ${now}`),
    )
    .returning([sql<string>`cast(sinks.epoch as text)`.as('epoch'), sql<string>`cast(sinks.n as text)`.as('n')])
    .executeTakeFirst()
  return row ? { epoch: BigInt(row.epoch), n: BigInt(row.n) } : null
}

/** See `ReadModel.moveSink`. */
export const moveSink = async (builder: Kysely<Tables>, sink: string, holder: string, from: FeedPlace, to: bigint): Promise<boolean> => {
  const { numUpdatedRows } = await builder
    .updateTable('sinks')
    .set({ n: to })
    .where('sink', '=', sink)
    .where('holder', '=', holder)
    .where('epoch', '=', from.epoch)
    .where('n', '=', from.n)
    .where('epoch', '=', (meta) => meta.selectFrom('meta').select('meta.epoch'))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** See `ReadModel.rewindSink`. A place of an earlier epoch is the beginning of this one: what was sent then may be overtaken by nothing less. */
export const rewindSink = async (builder: Kysely<Tables>, sink: string, { epoch, n }: FeedPlace): Promise<void> => {
  const to = sql<bigint>`case when sinks.epoch = ${epoch} then cast(${n} as bigint) else 0 end`
  await builder.updateTable('sinks').set({ n: to }).where('sink', '=', sink).where('epoch', '>=', epoch).where('n', '>', to).execute()
}

type Told = { controller: string; last: Acknowledgement | null; said: Acknowledgement }

/** Notes `said` in place of `last`; false, and nothing noted, if that is not what stands there. */
const replaceWord = async (builder: Kysely<Tables>, { controller, last, said }: Told): Promise<boolean> => {
  const { recipient, epoch, n, at, slowestMs } = said
  const word = { epoch, n, at, slowest_ms: slowestMs }
  if (last === null) {
    const first = builder.insertInto('acknowledgements').values({ controller, recipient, ...word })
    return (await first.onConflict((conflict) => conflict.doNothing()).executeTakeFirstOrThrow()).numInsertedOrUpdatedRows === 1n
  }
  const again = builder.updateTable('acknowledgements').set(word).where('controller', '=', controller).where('recipient', '=', recipient)
  return (await again.where('epoch', '=', last.epoch).where('n', '=', last.n).executeTakeFirstOrThrow()).numUpdatedRows === 1n
}

const isBehind = (place: FeedPlace, last: FeedPlace): boolean =>
  place.epoch < last.epoch || (place.epoch === last.epoch && place.n < last.n)

/** See `ReadModel.acknowledge`. One word replaces the one that it was worked out from, or is worked out anew from the one that came between. */
export const acknowledge = async (builder: Kysely<Tables>, acknowledging: Acknowledging): Promise<Acknowledgement> => {
  const { controller, recipient, purposes, place, at } = acknowledging
  for (;;) {
    const last = (await acknowledgements(builder, controller)).find((one) => one.recipient === recipient) ?? null
    if (last !== null && isBehind(place, last)) return last
    const { oldest } = await stops(builder, { controller, purposes, after: appliedTo(last, place), to: place.n })
    const said = acknowledgementOf(recipient, last, place, at, oldest)
    if (await replaceWord(builder, { controller, last, said })) return said
  }
}

/** See `ReadModel.acknowledgements`. Ordered by recipient. */
export const acknowledgements = async (builder: Kysely<Tables>, controller: string): Promise<Acknowledgement[]> => {
  const rows = await builder
    .selectFrom('acknowledgements')
    .select(['recipient', 'at', 'slowest_ms', ...place])
    .where('controller', '=', controller)
    .orderBy('recipient')
    .execute()
  return rows.map((row) => ({
    recipient: row.recipient,
    epoch: BigInt(row.epoch),
    n: BigInt(row.n),
    at: row.at,
    slowestMs: row.slowest_ms,
  }))
}
