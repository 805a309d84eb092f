// What judgements write, in a few statements for any number of subjects.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import { columnsOf, eligibility, restrictions, subjects } from '../columns.ts'
import { keyOf, rejudge } from '../judging.ts'
import type { Known } from '../judging.ts'
import type { JudgedSubject } from '../port.ts'
import { asRead, eligibilityRow, restrictionRows, rowOf, subjectBytes } from '../rows.ts'
import type { EligibilityAsRead } from '../rows.ts'
import type { Tables } from '../schema.ts'
import { judgedBy, replaces } from '../upserts.ts'
import { saving, unnested } from './columns.ts'

/** `judged` as arrays of controllers and subjects. */
const named = (judged: readonly JudgedSubject[]): [string[], Buffer[]] => [
  judged.map(({ controller }) => controller),
  judged.map(({ subjectId }) => subjectBytes(subjectId)),
]
const nameOf = ({ controller, subjectId }: { controller: string; subjectId: string }): string => `${controller} ${subjectId}`

type Reading = (client: pg.PoolClient, judged: readonly JudgedSubject[]) => Promise<(subject: JudgedSubject) => Known>

/** What is there of the subjects that are judged. */
const reading = (builder: Kysely<Tables>): Reading => {
  const ofThese = sql<boolean>`(controller, subject) in (select * from unnest(${null}::text[], ${null}::bytea[]))`
  const subjectsOf = builder
    .selectFrom('subjects')
    .select(['controller', 'subject', sql<string>`cast(revision as text)`.as('revision')])
    .where(ofThese)
    .compile()
  const rowsOf = builder.selectFrom('eligibility').select(asRead).where(ofThese).compile()
  return async (client, judged) => {
    const values = named(judged)
    const known = new Map<string, Known>()
    type Found = { controller: string; subject: Buffer; revision: string }
    for (const found of (await client.query<Found>({ name: 'subjects of', text: subjectsOf.sql, values })).rows)
      known.set(nameOf({ ...found, subjectId: found.subject.toString('hex') }), { revision: BigInt(found.revision), rows: new Map() })
    // Subjects that are new, as in a rebuild, have no rows.
    const rows = known.size === 0 ? [] : (await client.query<EligibilityAsRead>({ name: 'rows of', text: rowsOf.sql, values })).rows
    for (const row of rows.map(rowOf)) known.get(nameOf(row))?.rows.set(keyOf(row), row)
    return (subject) => known.get(nameOf(subject)) ?? { revision: null, rows: new Map() }
  }
}

/** Writes what judgements change. Answers the newest place in the feed, which was `head`. */
export const judging = (
  builder: Kysely<Tables>,
): ((client: pg.PoolClient, judged: readonly JudgedSubject[], head: bigint) => Promise<bigint>) => {
  const read = reading(builder)
  const intoRows = builder.insertInto('eligibility').columns(columnsOf(eligibility)).expression(unnested(eligibility))
  const saveRows = saving('eligibility', intoRows.onConflict(replaces).compile(), eligibility)
  const intoSubjects = builder.insertInto('subjects').columns(columnsOf(subjects)).expression(unnested(subjects))
  const saveSubjects = saving('subjects', intoSubjects.onConflict(judgedBy).compile(), subjects)
  const intoRestrictions = builder.insertInto('restrictions').columns(columnsOf(restrictions)).expression(unnested(restrictions))
  const restrict = saving('restrictions', intoRestrictions.compile(), restrictions)
  const lift = `delete from readmodel.restrictions where (controller, subject) in (select * from unnest($1::text[], $2::bytea[]))`
  return async (client, judged, before) => {
    if (judged.length === 0) return before
    const changed = rejudge(judged, await read(client, judged), before)
    await saveSubjects(
      client,
      changed.subjects.map(({ controller, subjectId, revision }) => ({ controller, subject: subjectBytes(subjectId), revision })),
    )
    await saveRows(client, changed.rows.map(eligibilityRow))
    if (changed.restricted.length > 0) await client.query({ name: 'lift', text: lift, values: named(changed.restricted) })
    await restrict(client, changed.restricted.flatMap(restrictionRows))
    return changed.head
  }
}
