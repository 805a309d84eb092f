// The statements of the hot path: built by kysely once, then prepared.
import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { Compilable, Kysely } from 'kysely'
import type { ActivityCount, TurnedAwayCount } from '../activity/counts.ts'
import { noEnd } from '../answers/registers.ts'
import type { AnswerRow } from '../answers/registers.ts'
import type { AnswersTable, SiteActivityTable, Tables, TurnedAwayTable } from '../schema.ts'

// The order of the keys in these three is the order in which values are bound.
const answersRow = (row: AnswerRow): AnswersTable => ({
  controller: row.controller,
  subject: Buffer.from(row.subjectId, 'hex'),
  purpose: row.purpose,
  channel: row.channel,
  register: row.register,
  kind: row.kind,
  order_at: row.orderAt,
  rank: row.rank,
  since: row.since,
  until: row.until,
  notice_id: row.notice ? row.notice.id : null,
  notice_version: row.notice ? row.notice.version : null,
  site: row.site,
  event_id: Buffer.from(row.eventId.replaceAll('-', ''), 'hex'),
  revision: row.revision,
})
const activityRow = ({ controller, day, site, type, count }: ActivityCount): SiteActivityTable => ({ controller, day, site, type, count })
const turnedAwayRow = ({ controller, hour, site, route, code, count }: TurnedAwayCount): TurnedAwayTable => ({
  controller,
  hour,
  site,
  route,
  code,
  count,
})

/** kysely learns the columns from a row; its values are bound anew each time. */
const anyAnswer: AnswerRow = {
  controller: '', subjectId: '', purpose: '', channel: 'email', register: 'answer', kind: 'given', orderAt: 0, rank: 0, since: 0, until: 0,
  notice: { id: '', version: 0 }, site: '', eventId: '', revision: 0n,
} // prettier-ignore

const saveAnswer = (builder: Kysely<Tables>): Compilable =>
  builder
    .insertInto('answers')
    .values(answersRow(anyAnswer))
    .onConflict((conflict) =>
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
          > (answers.order_at, answers.rank, -coalesce(answers.until, ${sql.lit(noEnd)}), answers.event_id)`),
    )

const addActivity = (builder: Kysely<Tables>): Compilable =>
  builder
    .insertInto('site_activity')
    .values(activityRow({ controller: '', day: '', site: '', type: '', count: 0 }))
    .onConflict((conflict) =>
      conflict.columns(['controller', 'day', 'site', 'type']).doUpdateSet({ count: sql<number>`site_activity.count + excluded.count` }),
    )

const addTurnedAway = (builder: Kysely<Tables>): Compilable =>
  builder
    .insertInto('turned_away')
    .values(turnedAwayRow({ controller: '', hour: 0, site: '', route: '', code: '', count: 0 }))
    .onConflict((conflict) =>
      conflict
        .columns(['controller', 'hour', 'site', 'route', 'code'])
        .doUpdateSet({ count: sql<number>`turned_away.count + excluded.count` }),
    )

export type Meta = { checkpoint: bigint; asOf: number | null }
type MetaRow = { checkpoint: bigint; as_of: bigint | null }

export type Statements = {
  /** In each register the row that stands last by `inOrder` stays, whichever came first. */
  saveAnswer(row: AnswerRow): void
  addActivity(count: ActivityCount): void
  addTurnedAway(count: TurnedAwayCount): void
  /** False if the checkpoint is not `from`: then it is left alone. */
  moveCheckpoint(from: bigint, to: bigint): boolean
  /** Nothing if the checkpoint is not `at`: then it is another's to say. */
  noteAsOf(asOf: number, at: bigint): void
  readMeta(): Meta | undefined
  /** To be run in a transaction. */
  empty(): void
}

const prepareMeta = (file: Database): Pick<Statements, 'moveCheckpoint' | 'noteAsOf' | 'readMeta'> => {
  const move = file.prepare<[bigint, bigint]>('update meta set checkpoint = ? where checkpoint = ?')
  const note = file.prepare<[number, bigint]>('update meta set as_of = ? where checkpoint = ?')
  const read = file.prepare<[], MetaRow>('select checkpoint, as_of from meta').safeIntegers()
  return {
    moveCheckpoint: (from, to) => move.run(to, from).changes === 1,
    noteAsOf: (asOf, at) => void note.run(asOf, at),
    readMeta: () => {
      const row = read.get()
      return row && { checkpoint: row.checkpoint, asOf: row.as_of === null ? null : Number(row.as_of) }
    },
  }
}

export const prepare = (file: Database, builder: Kysely<Tables>): Statements => {
  const answers = file.prepare(saveAnswer(builder).compile().sql)
  const activity = file.prepare(addActivity(builder).compile().sql)
  const turnedAway = file.prepare(addTurnedAway(builder).compile().sql)
  return {
    ...prepareMeta(file),
    saveAnswer: (row) => void answers.run(...Object.values(answersRow(row))),
    addActivity: (count) => void activity.run(...Object.values(activityRow(count))),
    addTurnedAway: (count) => void turnedAway.run(...Object.values(turnedAwayRow(count))),
    empty: () =>
      void file.exec(
        'delete from answers; delete from site_activity; delete from turned_away; update meta set checkpoint = -1, as_of = null',
      ),
  }
}
