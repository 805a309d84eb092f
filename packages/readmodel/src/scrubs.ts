// Scrubs: which were done, as their events say.
import { controllerOf, ms, refuse } from '@consent-ledger/domain'
import type { Channel, ControllerFact, RecordedEvent } from '@consent-ledger/domain'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Scrub, ScrubsAsked } from './port.ts'
import type { ScrubsTable, Tables } from './schema.ts'

type Performed = Extract<ControllerFact, { type: 'ScrubPerformed' }>['data']

export const scrubsOf = (events: readonly RecordedEvent[]): ScrubsTable[] =>
  events.flatMap((event) => {
    const controller = event.type === 'ScrubPerformed' ? controllerOf(event.stream) : null
    if (controller === null) return []
    const said = event.data as Performed
    return [
      {
        controller,
        revision: event.revision,
        scrub_id: said.scrubId,
        operator: said.operator,
        purpose: said.purpose,
        channel: said.channel,
        count: said.count,
        allowed: said.allowed,
        input_sha256: said.inputSha256,
        output_sha256: said.outputSha256,
        as_of: ms(said.asOf),
        cursor: said.cursor,
        recipient: said.recipient ?? null,
        cut_off: said.cutOff === true ? 1 : 0,
        recorded_at: ms(event.metadata.recordedAt),
      },
    ]
  })

const scrubOf = (row: Omit<ScrubsTable, 'revision'> & { revision: string }): Scrub => ({
  controller: row.controller,
  scrubId: row.scrub_id,
  operator: row.operator,
  purpose: row.purpose,
  channel: row.channel as Channel,
  count: row.count,
  allowed: row.allowed,
  inputSha256: row.input_sha256,
  outputSha256: row.output_sha256,
  asOf: row.as_of,
  cursor: row.cursor,
  recipient: row.recipient,
  cutOff: row.cut_off === 1,
  recordedAt: row.recorded_at,
  revision: BigInt(row.revision),
})

const columns = [
  'controller', 'scrub_id', 'operator', 'purpose', 'channel', 'count', 'allowed', 'input_sha256', 'output_sha256', 'as_of', 'cursor', 'recipient', 'cut_off', 'recorded_at',
  sql<string>`cast(revision as text)`.as('revision'),
] as const // prettier-ignore

/** See `ReadModel.scrub`. */
export const scrubById = async (builder: Kysely<Tables>, controller: string, scrubId: string): Promise<Scrub | null> => {
  const asked = builder.selectFrom('scrubs').select(columns).where('controller', '=', controller).where('scrub_id', '=', scrubId)
  const row = await asked.executeTakeFirst()
  return row === undefined ? null : scrubOf(row)
}

const placeOf = async (builder: Kysely<Tables>, controller: string, scrubId: string): Promise<bigint> => {
  const found = await scrubById(builder, controller, scrubId)
  if (found !== null) return found.revision
  throw refuse('INVALID_REQUEST', '/after', 'cursor', 'This is not the id of a scrub of an earlier page.')
}

/** See `ReadModel.listScrubs`. */
export const listScrubs = async (builder: Kysely<Tables>, { controller, after, limit }: ScrubsAsked): Promise<Scrub[]> => {
  let query = builder.selectFrom('scrubs').select(columns).where('controller', '=', controller)
  if (after !== undefined) query = query.where('revision', '<', await placeOf(builder, controller, after))
  return (await query.orderBy('scrubs.revision', 'desc').limit(limit).execute()).map(scrubOf)
}
