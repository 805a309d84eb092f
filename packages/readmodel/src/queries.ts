// The questions, in SQL that kysely builds: the same for every dialect. What is ordered by text or bytes is ordered byte by byte.
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { Channel, idPattern, refuse, subjectIdPattern } from '@consent-ledger/domain'
import { currentAnswer } from './answers/current.ts'
import type { AnswerRow } from './answers/registers.ts'
import type {
  ActivityAsked,
  AnswersAsked,
  AnswersPage,
  CurrentAnswer,
  ReplacedAt,
  SiteActivity,
  TurnedAway,
  TurnedAwayAsked,
} from './port.ts'
import { answerRow, streamBytes } from './rows.ts'
import type { Tables } from './schema.ts'

const chunk = 1_000
/** A page looks at no more rows than this, so that a rare answer among millions cannot hold the process up. */
const mostRows = 20_000

type Place = Pick<CurrentAnswer, 'subjectId' | 'purpose' | 'channel'>

const cursorOf = ({ subjectId, purpose, channel }: Place): string => `${subjectId}.${purpose}.${channel}`

const parseCursor = (cursor: string): Place => {
  const [subjectId = '', purpose = '', word, ...rest] = cursor.split('.')
  const channel = Channel.safeParse(word)
  if (subjectIdPattern.test(subjectId) && idPattern.test(purpose) && channel.success && rest.length === 0)
    return { subjectId, purpose, channel: channel.data }
  throw refuse('INVALID_REQUEST', '/after', 'cursor', 'This is not a `next` of an earlier page.')
}

const asRead = [
  'controller', 'subject', 'purpose', 'channel', 'register', 'kind', 'order_at', 'rank',
  'since', 'until', 'notice_id', 'notice_version', 'site', 'event_id',
] as const // prettier-ignore

const readRows = async (builder: Kysely<Tables>, asked: AnswersAsked, after: Place | null): Promise<AnswerRow[]> => {
  let query = builder
    .selectFrom('answers')
    .select([...asRead, sql<string>`cast(revision as text)`.as('revision')])
    .where('controller', '=', asked.controller)
  if (asked.purpose !== undefined) query = query.where('purpose', '=', asked.purpose)
  if (asked.channel !== undefined) query = query.where('channel', '=', asked.channel)
  if (after)
    query = query.where(
      sql<boolean>`(subject, purpose, channel) > (${Buffer.from(after.subjectId, 'hex')}, ${after.purpose}, ${after.channel})`,
    )
  const rows = await query.orderBy('subject').orderBy('purpose').orderBy('channel').orderBy('register').limit(chunk).execute()
  return rows.map(answerRow)
}

/** Rows of one place each; the last place is left out if the chunk may have cut it. */
const byPlace = (rows: readonly AnswerRow[]): AnswerRow[][] => {
  const places: AnswerRow[][] = []
  let last = ''
  for (const row of rows) {
    const name = cursorOf(row)
    if (name === last) places.at(-1)?.push(row)
    else places.push([row])
    last = name
  }
  return rows.length < chunk ? places : places.slice(0, -1)
}

const neverReplaced: ReplacedAt = () => null

/** Current answers from the registers, a page at a time. `asOf`: see `Judging`. */
export const currentAnswers = async (builder: Kysely<Tables>, asked: AnswersAsked, asOf: number | null): Promise<AnswersPage> => {
  const answers: CurrentAnswer[] = []
  const judging = { asOf, replacedAt: asked.replacedAt ?? neverReplaced }
  let after = asked.after === undefined ? null : parseCursor(asked.after)
  for (let seen = 0; seen < mostRows; seen += chunk) {
    const rows = await readRows(builder, asked, after)
    for (const place of byPlace(rows)) {
      const current = currentAnswer(place, judging)
      after = place[0] ?? after
      if (!current || (asked.answer !== undefined && current.answer !== asked.answer)) continue
      answers.push(current)
      if (answers.length === asked.limit) return { answers, next: cursorOf(current), asOf }
    }
    if (rows.length < chunk) return { answers, next: null, asOf }
    // A long list must not keep the acts of others waiting.
    await setImmediate()
  }
  return { answers, next: after && cursorOf(after), asOf }
}

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
