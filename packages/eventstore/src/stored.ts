// An event as adapters keep or send it: JSON text, so that what is read back is new each time and what was written can no longer be touched.
import { LedgerError, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'

/** Type, id, data and metadata of one event; the last two as JSON text. */
export type StoredEvent = { id: string; type: string; data: string; metadata: string }
export type Place = { stream: string; revision: bigint; position: bigint }

export const toStored = (event: NewEvent): StoredEvent => ({
  id: event.id,
  type: event.type,
  data: JSON.stringify(event.data),
  metadata: JSON.stringify(event.metadata),
})

/** The event as recorded. Errors: INTEGRITY if the text is not the JSON that was once written. */
export const fromStored = (stored: StoredEvent, place: Place): RecordedEvent => {
  try {
    return {
      id: stored.id,
      type: stored.type,
      data: JSON.parse(stored.data) as RecordedEvent['data'],
      metadata: JSON.parse(stored.metadata) as RecordedEvent['metadata'],
      stream: place.stream,
      revision: place.revision,
      position: place.position,
    }
  } catch (cause) {
    throw new LedgerError(
      'INTEGRITY',
      `The event at position ${place.position} does not read back as JSON: the store was changed from outside.`,
      { cause },
    )
  }
}

/** Refused before anything is written; nothing can be known from its failure but that the caller's code is wrong. */
export const demandEvents = (events: readonly NewEvent[]): void => {
  if (events.length === 0) throw new LedgerError('INTERNAL', 'An append needs at least one event.')
}

export const wrongRevision = (stream: string, expected: bigint, last: bigint): LedgerError =>
  new LedgerError('WRONG_EXPECTED_REVISION', `Stream ${stream} ends at revision ${last}, not at ${expected}.`)

export const missingRevision = (stream: string, expected: bigint, came: bigint): LedgerError =>
  new LedgerError('INTEGRITY', `Revision ${expected} of ${stream} is missing: ${came} came in its place.`)

export const closedStore = (): LedgerError => new LedgerError('STORE_UNAVAILABLE', 'The event store is closed.')
