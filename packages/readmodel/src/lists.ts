// What staff list across subjects, a page at a time: current answers, and restrictions in force. What is ordered by text or bytes is ordered byte by byte.
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { Channel, idPattern, refuse, RestrictionGround, subjectIdPattern, Uuid } from '@consent-ledger/domain'
import type { LedgerError } from '@consent-ledger/domain'
import type { AnswersAsked, AnswersPage, EligibilityRow, RestrictionsAsked, RestrictionsPage } from './port.ts'
import { asRead, rowOf, subjectBytes, uuidBytes, uuidOf } from './rows.ts'
import type { Tables } from './schema.ts'

const chunk = 1_000
/** A page looks at no more rows than this, so that a rare answer among millions cannot hold the process up. */
const mostRows = 20_000

type Place = Pick<EligibilityRow, 'subjectId' | 'purpose' | 'channel'>

const noCursor = (): LedgerError => refuse('INVALID_REQUEST', '/after', 'cursor', 'This is not a `next` of an earlier page.')

const cursorOf = ({ subjectId, purpose, channel }: Place): string => `${subjectId}.${purpose}.${channel}`

const parseCursor = (cursor: string): Place => {
  const [subjectId = '', purpose = '', word, ...rest] = cursor.split('.')
  const channel = Channel.safeParse(word)
  if (subjectIdPattern.test(subjectId) && idPattern.test(purpose) && channel.success && rest.length === 0)
    return { subjectId, purpose, channel: channel.data }
  throw noCursor()
}

const tuple = ({ subjectId, purpose, channel }: Place) => sql`(${subjectBytes(subjectId)}, ${purpose}, ${channel})`
const beyond = (place: Place) => sql<boolean>`(subject, purpose, channel) > ${tuple(place)}`
const upTo = (place: Place) => sql<boolean>`(subject, purpose, channel) <= ${tuple(place)}`

/** The last row of the next chunk; null if fewer are left. */
const edgeAfter = async (builder: Kysely<Tables>, controller: string, after: Place | null): Promise<Place | null> => {
  let query = builder.selectFrom('eligibility').select(['subject', 'purpose', 'channel']).where('controller', '=', controller)
  if (after) query = query.where(beyond(after))
  const row = await query
    .orderBy('subject')
    .orderBy('purpose')
    .orderBy('channel')
    .offset(chunk - 1)
    .limit(1)
    .executeTakeFirst()
  return row ? { subjectId: row.subject.toString('hex'), purpose: row.purpose, channel: row.channel as Channel } : null
}

const rowsBetween = async (
  builder: Kysely<Tables>,
  asked: AnswersAsked,
  after: Place | null,
  edge: Place | null,
  limit: number,
): Promise<EligibilityRow[]> => {
  let query = builder
    .selectFrom('eligibility')
    .select(asRead)
    .where('controller', '=', asked.controller)
    .where(sql<boolean>`(state <> 'unknown' or objection_id is not null)`)
  if (after) query = query.where(beyond(after))
  if (edge) query = query.where(upTo(edge))
  if (asked.purpose !== undefined) query = query.where('purpose', '=', asked.purpose)
  if (asked.channel !== undefined) query = query.where('channel', '=', asked.channel)
  if (asked.answer !== undefined) query = query.where('state', 'in', asked.answer === 'given' ? ['given', 'renewed'] : [asked.answer])
  if (asked.objected !== undefined) query = query.where('objection_id', asked.objected ? 'is not' : 'is', null)
  return (await query.orderBy('subject').orderBy('purpose').orderBy('channel').limit(limit).execute()).map(rowOf)
}

/** See `ReadModel.listAnswers`. */
export const listAnswers = async (builder: Kysely<Tables>, asked: AnswersAsked): Promise<Omit<AnswersPage, 'asOf'>> => {
  const answers: EligibilityRow[] = []
  let after = asked.after === undefined ? null : parseCursor(asked.after)
  for (let seen = 0; seen < mostRows; seen += chunk) {
    const edge = await edgeAfter(builder, asked.controller, after)
    answers.push(...(await rowsBetween(builder, asked, after, edge, asked.limit - answers.length)))
    const last = answers.at(-1)
    if (last && answers.length === asked.limit) return { answers, next: cursorOf(last) }
    if (!edge) return { answers, next: null }
    after = edge
    // A long list must not keep the acts of others waiting.
    await setImmediate()
  }
  return { answers, next: after && cursorOf(after) }
}

const purposesOf = (text: string | null): string[] | null => (text === null ? null : (JSON.parse(text) as string[]))

/** See `ReadModel.listRestrictions`. Ordered by subject and event. */
export const listRestrictions = async (
  builder: Kysely<Tables>,
  { controller, after, limit }: RestrictionsAsked,
): Promise<Omit<RestrictionsPage, 'asOf'>> => {
  let query = builder
    .selectFrom('restrictions')
    .select(['subject', 'event_id', 'purposes', 'ground', 'since'])
    .where('controller', '=', controller)
  if (after !== undefined) {
    const [subjectId = '', eventId, ...rest] = after.split('.')
    if (!subjectIdPattern.test(subjectId) || !Uuid.safeParse(eventId).success || rest.length > 0) throw noCursor()
    query = query.where(sql<boolean>`(subject, event_id) > (${subjectBytes(subjectId)}, ${uuidBytes(eventId ?? '')})`)
  }
  // One more than is told, so that the last page knows that it is.
  const rows = await query
    .orderBy('subject')
    .orderBy('event_id')
    .limit(limit + 1)
    .execute()
  const restrictions = rows.slice(0, limit).map((row) => ({
    subjectId: row.subject.toString('hex'),
    eventId: uuidOf(row.event_id),
    purposes: purposesOf(row.purposes),
    ground: row.ground as RestrictionGround,
    since: row.since,
  }))
  const last = restrictions.at(-1)
  return { restrictions, next: last && rows.length > limit ? `${last.subjectId}.${last.eventId}` : null }
}
