// The receipt of an act: a function of the stream up to it and of the catalogue as known then, so that it is the same whenever it is made.
import { iso, stateAfter, type Catalogue, type RecordedEvent, type Subject } from '@consent-ledger/domain'
import type { SiteCaller } from '@consent-ledger/edge'
import type { Receipt } from '../schemas/receipts.ts'

const noes: ReadonlySet<string> = new Set(['ConsentRefused', 'ConsentWithdrawn', 'ObjectionRecorded', 'IdentityLinked'])

export const purposeOf = ({ data }: Pick<RecordedEvent, 'data'>): string | undefined =>
  typeof data['purpose'] === 'string' ? data['purpose'] : undefined

/** A no by a publishable key may name anybody, so nobody may learn from its answer what is known of them. */
export const tellsNothing = (caller: Pick<SiteCaller, 'trust'>, events: readonly { type: string }[]): boolean =>
  caller.trust === 'publishable' && events.every(({ type }) => noes.has(type))

/** An act as the stream of one subject has it. `state`: the subject up to and including it. `recordedAt`: epoch ms. `logKeyId`: of the key that signed the log then. */
type ActRecorded = {
  actId: string
  subjectId: string
  catalogue: Catalogue
  state: Subject
  recordedAt: number
  logKeyId: string | undefined
  events: RecordedEvent[]
}

/** What a site is told about one subject. */
export const receiptOf = (
  caller: SiteCaller,
  { actId, subjectId, catalogue, state, recordedAt, logKeyId, events }: ActRecorded,
): Receipt => {
  const slim = { id: actId, recordedAt: iso(recordedAt), status: 'recorded' as const }
  if (tellsNothing(caller, events)) return slim
  return {
    id: actId,
    subjectId,
    controller: caller.controller,
    site: caller.site,
    recordedAt: slim.recordedAt,
    ...(logKeyId === undefined ? {} : { logKeyId }),
    events: events.map((event) => {
      const purpose = purposeOf(event)
      return {
        id: event.id,
        type: event.type,
        ...(purpose === undefined ? {} : { purpose }),
        stream: event.stream,
        revision: event.revision.toString(),
      }
    }),
    state: stateAfter(state, catalogue, events, recordedAt),
    status: slim.status,
  }
}
