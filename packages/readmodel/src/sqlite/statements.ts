// The statements of the hot path: built by kysely once, then prepared; a group in one transaction.
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { activity, columnsOf, eligibility, leaves, scrubs, subjects, turnedAway } from '../columns.ts'
import type { Counted, Turn } from '../group.ts'
import { beginningAt, floorOf, keyOf, rejudge } from '../judging.ts'
import type { Known } from '../judging.ts'
import type { JudgedSubject, Leaf, VerdictsAsked } from '../port.ts'
import { asRead, eligibilityRow, leavesRow, rowOf, subjectBytes } from '../rows.ts'
import type { EligibilityAsRead } from '../rows.ts'
import { madeOfEvents } from '../schema.ts'
import type { Tables } from '../schema.ts'
import type { Storage } from '../storage.ts'
import { activityAdds, firstStays, judgedBy, replaces, turnedAwayAdds } from '../upserts.ts'
import { oneRow, saving } from './columns.ts'
import { clock } from './migrate.ts'
import { writeRestrictions } from './restrictions.ts'

type Write<T> = (written: T) => void

/** What judgements write. Answers the newest place in the feed. */
const judging = (file: Database, builder: Kysely<Tables>): ((judged: readonly JudgedSubject[], head: bigint) => bigint) => {
  const revisionOf = file
    .prepare<[string, Buffer], string>('select cast(revision as text) from subjects where controller = ? and subject = ?')
    .pluck()
  const rowsOf = file.prepare<[string, Buffer], EligibilityAsRead>(
    builder.selectFrom('eligibility').select(asRead).where('controller', '=', '').where('subject', '=', Buffer.of()).compile().sql,
  )
  const intoSubjects = builder.insertInto('subjects').columns(columnsOf(subjects)).expression(oneRow(subjects))
  const saveSubject = saving(file, intoSubjects.onConflict(judgedBy).compile(), subjects)
  const intoRows = builder.insertInto('eligibility').columns(columnsOf(eligibility)).expression(oneRow(eligibility))
  const saveRow = saving(file, intoRows.onConflict(replaces).compile(), eligibility)
  const restrict = writeRestrictions(file, builder)
  const knownOf = ({ controller, subjectId }: JudgedSubject): Known => {
    const subject = subjectBytes(subjectId)
    const revision = revisionOf.get(controller, subject)
    if (revision === undefined) return { revision: null, rows: new Map() }
    return {
      revision: BigInt(revision),
      rows: new Map(
        rowsOf
          .all(controller, subject)
          .map(rowOf)
          .map((row) => [keyOf(row), row]),
      ),
    }
  }
  return (judged, before) => {
    const changed = rejudge(judged, knownOf, before)
    for (const { controller, subjectId, revision } of changed.subjects)
      saveSubject({ controller, subject: subjectBytes(subjectId), revision })
    for (const row of changed.rows) saveRow(eligibilityRow(row))
    for (const subject of changed.restricted) restrict(subject)
    return changed.head
  }
}

const counting = (file: Database, builder: Kysely<Tables>): Write<Counted> => {
  const intoActivity = builder.insertInto('site_activity').columns(columnsOf(activity)).expression(oneRow(activity))
  const addActivity = saving(file, intoActivity.onConflict(activityAdds).compile(), activity)
  const intoTurnedAway = builder.insertInto('turned_away').columns(columnsOf(turnedAway)).expression(oneRow(turnedAway))
  const addTurnedAway = saving(file, intoTurnedAway.onConflict(turnedAwayAdds).compile(), turnedAway)
  const intoScrubs = builder.insertInto('scrubs').columns(columnsOf(scrubs)).expression(oneRow(scrubs))
  const addScrub = saving(file, intoScrubs.compile(), scrubs)
  return (counted) => {
    for (const row of counted.activity) addActivity(row)
    for (const row of counted.turnedAway) addTurnedAway(row)
    for (const row of counted.scrubs) addScrub(row)
  }
}

/** Moves a fan-out from one page to the next, or ends it; false if it is not where it was. */
const passing = (file: Database): ((turn: NonNullable<Turn['fanOut']>) => boolean) => {
  const there = 'where controller = ? and run = ? and after_subject is ?'
  const move = file.prepare(`update fan_outs set after_subject = ? ${there}`)
  const end = file.prepare(`delete from fan_outs ${there}`)
  return ({ at, cursor }) => {
    const place = [at.controller, at.run, at.cursor === null ? null : subjectBytes(at.cursor)]
    return (cursor === null ? end.run(...place) : move.run(subjectBytes(cursor), ...place)).changes === 1
  }
}

const beginning = (file: Database): Write<Turn['rejudge']> => {
  const count = file.prepare('update meta set runs = runs + 1')
  const begin = file.prepare<[string, number]>(`insert into fan_outs (controller, cause_at, run) select ?, ?, runs from meta where true
    on conflict (controller) do update set run = excluded.run, cause_at = max(cause_at, excluded.cause_at), after_subject = null`)
  return (controllers) => {
    for (const { controller, causeAt } of controllers) {
      count.run()
      begin.run(controller, causeAt)
    }
  }
}

const headIn = (file: Database) => file.prepare<[], string>('select cast(feed_n as text) from meta').pluck()

const writing = (file: Database, builder: Kysely<Tables>): ((turn: Turn) => bigint | null) => {
  const move = file.prepare<[bigint, bigint]>('update meta set checkpoint = ? where checkpoint = ?')
  const headOf = headIn(file)
  const floor = file.prepare<[], string>(`select cast(${floorOf(clock)} as text) from meta`).pluck()
  const setHead = file.prepare<[bigint]>('update meta set feed_n = ?')
  const [judge, count, passOn, begin] = [judging(file, builder), counting(file, builder), passing(file), beginning(file)]
  return ({ checkpoint, fanOut, head: own, judged, rejudge: controllers, counted }) => {
    const stored = headOf.get()
    const stands =
      stored !== undefined && (!checkpoint || move.run(checkpoint.to, checkpoint.from).changes === 1) && (!fanOut || passOn(fanOut))
    if (!stands) return null
    const head = judge(judged, beginningAt(BigInt(stored), own, BigInt(floor.get() ?? 0)))
    if (head !== BigInt(stored)) setHead.run(head)
    begin(controllers)
    count(counted)
    return head
  }
}

/** What is written is on the disk before anybody else sees it. */
const flushed = <T>(file: Database, write: () => T): T => {
  file.pragma('synchronous = FULL')
  try {
    return write()
  } finally {
    file.pragma('synchronous = NORMAL')
  }
}

const newEpoch = `epoch = max(epoch + 1, ${clock})`

type Prepared = Pick<Storage, 'write' | 'writeLeaves' | 'verdicts' | 'empty' | 'beginEpoch'>

export const prepare = (file: Database, builder: Kysely<Tables>): Prepared => {
  const write = file.transaction(writing(file, builder))
  const headOf = headIn(file)
  const grow = file.prepare<[bigint, bigint]>('update meta set log_size = ? where log_size = ?')
  const intoLeaves = builder.insertInto('leaves').columns(columnsOf(leaves)).expression(oneRow(leaves))
  const saveLeaf = saving(file, intoLeaves.onConflict(firstStays).compile(), leaves)
  const writeLeaves = file.transaction((from: bigint, to: bigint, rows: readonly Leaf[]): boolean => {
    if (grow.run(to, from).changes !== 1) return false
    for (const row of rows) saveLeaf(leavesRow(row))
    return true
  })
  const verdict = file.prepare<[string, Buffer, string, string], EligibilityAsRead>(
    `${builder.selectFrom('eligibility').select(asRead).compile().sql} where controller = ? and subject = ? and purpose = ? and channel = ?`,
  )
  const verdicts = ({ controller, purpose, channel, subjectIds }: VerdictsAsked) =>
    subjectIds.flatMap((subjectId) => {
      const row = verdict.get(controller, subjectBytes(subjectId), purpose, channel)
      return row ? [rowOf(row)] : []
    })
  const empty = file.transaction(
    () =>
      void file.exec(`${madeOfEvents.map((table) => `delete from ${table};`).join(' ')}
        update meta set checkpoint = -1, as_of = null, log_size = 0, feed_n = 0, ${newEpoch}`),
  )
  const beginEpoch = file.prepare(`update meta set ${newEpoch}`)
  return {
    write: async (turn) => {
      const leaps = headOf.get() !== String(turn.head)
      return leaps ? flushed(file, () => write.immediate(turn)) : write.immediate(turn)
    },
    writeLeaves: async (from, to, rows) => writeLeaves.immediate(from, to, rows),
    verdicts: async (asked) => verdicts(asked),
    empty: async () => flushed(file, () => empty.immediate()),
    beginEpoch: async () => void flushed(file, () => beginEpoch.run()),
  }
}
