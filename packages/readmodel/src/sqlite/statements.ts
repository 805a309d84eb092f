// The statements of the hot path: built by kysely once, then prepared; a group in one transaction.
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import type { ActivityCount, TurnedAwayCount } from '../activity/counts.ts'
import type { AnswerRow } from '../answers/registers.ts'
import type { Writes } from '../group.ts'
import type { Leaf } from '../port.ts'
import type { Storage } from '../readModel.ts'
import { answersRow, leavesRow } from '../rows.ts'
import type { Tables } from '../schema.ts'
import { activityAdds, firstStays, lastStays, turnedAwayAdds } from '../upserts.ts'

// kysely learns the columns from a row, and values are bound in the order of these keys; the values here are never written.
const anyAnswer: AnswerRow = {
  controller: '', subjectId: '', purpose: '', channel: 'email', register: 'answer', kind: 'given', orderAt: 0, rank: 0, since: 0, until: 0,
  notice: { id: '', version: 0 }, site: '', eventId: '', revision: 0n,
} // prettier-ignore
const anyActivity: ActivityCount = { controller: '', day: '', site: '', type: '', count: 0 }
const anyTurnedAway: TurnedAwayCount = { controller: '', hour: 0, site: '', route: '', code: '', count: 0 }
const anyLeaf: Leaf = { stream: '', revision: 0n, leafIndex: 0n }

export const prepare = (file: Database, builder: Kysely<Tables>): Pick<Storage, 'write' | 'writeLeaves' | 'empty'> => {
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
  const grow = file.prepare<[bigint, bigint]>('update meta set log_size = ? where log_size = ?')
  const leaf = file.prepare(builder.insertInto('leaves').values(leavesRow(anyLeaf)).onConflict(firstStays).compile().sql)
  const writeLeaves = file.transaction((from: bigint, to: bigint, leaves: readonly Leaf[]): boolean => {
    if (grow.run(to, from).changes !== 1) return false
    for (const each of leaves) leaf.run(...Object.values(leavesRow(each)))
    return true
  })
  const empty = file.transaction(
    () =>
      void file.exec(
        'delete from answers; delete from site_activity; delete from turned_away; delete from leaves; update meta set checkpoint = -1, as_of = null, log_size = 0',
      ),
  )
  return {
    write: async (from, to, writes) => write.immediate(from, to, writes),
    writeLeaves: async (from, to, leaves) => writeLeaves.immediate(from, to, leaves),
    empty: async () => empty.immediate(),
  }
}
