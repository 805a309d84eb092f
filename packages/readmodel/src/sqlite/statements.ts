// The statements of the hot path: built by kysely once, then prepared; a group in one transaction.
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import type { ActivityCount, TurnedAwayCount } from '../activity/counts.ts'
import type { AnswerRow } from '../answers/registers.ts'
import type { Writes } from '../group.ts'
import type { Storage } from '../readModel.ts'
import { answersRow } from '../rows.ts'
import type { Tables } from '../schema.ts'
import { activityAdds, lastStays, turnedAwayAdds } from '../upserts.ts'

// kysely learns the columns from a row, and values are bound in the order of these keys; the values here are never written.
const anyAnswer: AnswerRow = {
  controller: '', subjectId: '', purpose: '', channel: 'email', register: 'answer', kind: 'given', orderAt: 0, rank: 0, since: 0, until: 0,
  notice: { id: '', version: 0 }, site: '', eventId: '', revision: 0n,
} // prettier-ignore
const anyActivity: ActivityCount = { controller: '', day: '', site: '', type: '', count: 0 }
const anyTurnedAway: TurnedAwayCount = { controller: '', hour: 0, site: '', route: '', code: '', count: 0 }

export const prepare = (file: Database, builder: Kysely<Tables>): Pick<Storage, 'write' | 'empty'> => {
  const move = file.prepare<[bigint, bigint]>('update meta set checkpoint = ? where checkpoint = ?')
  const answers = file.prepare(builder.insertInto('answers').values(answersRow(anyAnswer)).onConflict(lastStays).compile().sql)
  const activity = file.prepare(builder.insertInto('site_activity').values(anyActivity).onConflict(activityAdds).compile().sql)
  const turnedAway = file.prepare(builder.insertInto('turned_away').values(anyTurnedAway).onConflict(turnedAwayAdds).compile().sql)
  const write = file.transaction((from: bigint, to: bigint, writes: Writes): boolean => {
    if (move.run(to, from).changes !== 1) return false
    for (const row of writes.answers) answers.run(...Object.values(answersRow(row)))
    for (const { controller, day, site, type, count } of writes.activity) activity.run(controller, day, site, type, count)
    for (const { controller, hour, site, route, code, count } of writes.turnedAway)
      turnedAway.run(controller, hour, site, route, code, count)
    return true
  })
  const empty = file.transaction(
    () =>
      void file.exec(
        'delete from answers; delete from site_activity; delete from turned_away; update meta set checkpoint = -1, as_of = null',
      ),
  )
  return { write: async (from, to, writes) => write.immediate(from, to, writes), empty: async () => empty.immediate() }
}
