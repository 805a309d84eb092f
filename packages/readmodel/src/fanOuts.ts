// What has to be judged again with nothing arriving: rows that come due, and all subjects of a controller whose catalogue changed.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { FanOut } from './port.ts'
import { subjectBytes } from './rows.ts'
import type { Tables } from './schema.ts'

/** A subject has a row for each purpose and channel, and they often come due together. */
const rowsEach = 8

/** See `ReadModel.due`. Read by the index on `due_at`, so that a day of down-time costs no more than its page. */
export const due = async (
  builder: Kysely<Tables>,
  now: number,
  limit: number,
): Promise<{ controller: string; subjectId: string; dueAt: number }[]> => {
  const rows = await builder
    .selectFrom('eligibility')
    .select(['controller', 'subject', 'due_at'])
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit * rowsEach)
    .execute()
  const found = new Map<string, { controller: string; subjectId: string; dueAt: number }>()
  for (const { controller, subject, due_at: dueAt } of rows) {
    const subjectId = subject.toString('hex')
    const name = `${controller} ${subjectId}`
    if (dueAt !== null && !found.has(name)) found.set(name, { controller, subjectId, dueAt })
  }
  return [...found.values()].slice(0, limit)
}

/** Those under way, the one that has run longest first. */
export const fanOuts = async (builder: Kysely<Tables>): Promise<FanOut[]> => {
  const rows = await builder
    .selectFrom('fan_outs')
    .select(['controller', 'cause_at', 'after_subject', sql<string>`cast(run as text)`.as('run')])
    .orderBy('fan_outs.run')
    .execute()
  return rows.map((row) => ({
    controller: row.controller,
    run: BigInt(row.run),
    causeAt: row.cause_at,
    cursor: row.after_subject && row.after_subject.toString('hex'),
  }))
}

/** See `ReadModel.subjectsAfter`. */
export const subjectsAfter = async (
  builder: Kysely<Tables>,
  controller: string,
  after: string | null,
  limit: number,
): Promise<string[]> => {
  let query = builder.selectFrom('subjects').select('subject').where('controller', '=', controller)
  if (after !== null) query = query.where('subject', '>', subjectBytes(after))
  return (await query.orderBy('subject').limit(limit).execute()).map(({ subject }) => subject.toString('hex'))
}
