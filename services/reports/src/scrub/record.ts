// The end of a scrub: its event, durable before anything is signed, and the last line with the token.
import { randomUUID } from 'node:crypto'
import {
  catalogueAggregate,
  cursorOf,
  formatScrubToken,
  iso,
  LedgerError,
  type DownstreamSystem,
  type RecordedEvent,
} from '@consent-ledger/domain'
import { decideAndAppend } from '@consent-ledger/eventstore'
import type { ScrubEnd } from '@consent-ledger/proof'
import { signNote } from '@consent-ledger/tlog'
import type { ReportsDeps } from '../deps.ts'
import type { Asked } from './answers.ts'
import type { Beginning } from './perform.ts'
import type { Tallied } from './tally.ts'

/** `operatorId`: who asked. `recipient`: for which downstream system, null for none. */
export type Scrub = Asked & { operatorId: string; recipient: DownstreamSystem | null }

/** `asOf`: epoch ms, from before the first line was answered, as `place`. */
export type Recorded = Tallied & Beginning & { scrubId: string; event: RecordedEvent }

const append = (
  deps: ReportsDeps,
  { catalogue, operatorId }: Scrub,
  scrubId: string,
  data: RecordedEvent['data'],
): Promise<RecordedEvent> =>
  decideAndAppend({
    store: deps.store,
    clock: deps.clock,
    aggregate: catalogueAggregate(catalogue.controllerId),
    act: { actId: scrubId, writer: { kind: 'operator', id: operatorId, trust: 'operator' } },
    decide: () => [{ type: 'ScrubPerformed', data }],
    conclude: ({ events: [event] }) => {
      if (event === undefined) throw new LedgerError('INTERNAL', 'A scrub was decided and not recorded')
      return event
    },
  })

const dataOf = ({ purpose, channel, operatorId, recipient }: Scrub, { asOf, place }: Beginning, tallied: Tallied, scrubId: string) => ({
  scrubId,
  operator: operatorId,
  purpose,
  channel,
  ...tallied,
  asOf: iso(asOf),
  cursor: cursorOf(place),
  ...(recipient === null ? {} : { recipient: recipient.id }),
})

/** Records a scrub of which every line was answered. Durable on return. Errors: those of the store. */
export const record = async (deps: ReportsDeps, scrub: Scrub, beginning: Beginning, tallied: Tallied): Promise<Recorded> => {
  const scrubId = randomUUID()
  const event = await append(deps, scrub, scrubId, dataOf(scrub, beginning, tallied, scrubId))
  return { ...tallied, ...beginning, scrubId, event }
}

/** Records what was answered before the end of an answer that has none; nothing if there was no line. Its id is told to nobody but the list. Errors: those of the store. */
export const recordCut = async (deps: ReportsDeps, scrub: Scrub, beginning: Beginning, tallied: Tallied): Promise<void> => {
  if (tallied.count === 0) return
  const scrubId = randomUUID()
  await append(deps, scrub, scrubId, { ...dataOf(scrub, beginning, tallied, scrubId), cutOff: true })
}

const originOf = ({ statementKey }: ReportsDeps): string => statementKey.name.replace(/\/statements$/, '')

/** The last line, signed. */
export const lastLine = (
  deps: ReportsDeps,
  { catalogue, purpose, channel, recipient }: Scrub,
  { scrubId, event, count, allowed, inputSha256, outputSha256, asOf, place }: Recorded,
  nonce: string,
): ScrubEnd => {
  const said = { count, inputSha256, outputSha256, asOf: iso(asOf), cursor: cursorOf(place) }
  const text = formatScrubToken({
    origin: originOf(deps),
    scrubId,
    recordedAt: event.metadata.recordedAt,
    controllerId: catalogue.controllerId,
    revision: event.revision,
    purpose,
    channel,
    recipient: recipient?.id ?? null,
    allowed,
    ...said,
  })
  return { id: scrubId, token: signNote(text, deps.statementKey), nonce, ...said, lagMs: Math.max(0, deps.clock() - asOf) }
}
