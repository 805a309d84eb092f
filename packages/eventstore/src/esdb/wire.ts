// Events on their way to EventStoreDB and back: serialised once, read back as they were, or refused as not ours.
import { LedgerError, type JsonObject, type Metadata, type NewEvent, type RecordedEvent } from '@consent-ledger/domain'
import type { AllStreamRecordedEvent, RecordedEvent as Received } from '@eventstore/db-client'
import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import { beginning } from '../port.ts'
import { fromStored, toStored, type StoredEvent } from '../stored.ts'
import { demandSize } from './checks.ts'

/** One append as it is sent, each time it is sent: the same bytes. */
export type Proposal = {
  stream: string
  expected: bigint
  events: readonly StoredEvent[]
  options: streamsPb.BatchAppendReq.Options
  messages: streamsPb.BatchAppendReq.ProposedMessage[]
}

const utf8 = new TextEncoder()

const messageOf = ({ id, type, data, metadata }: StoredEvent): streamsPb.BatchAppendReq.ProposedMessage => {
  const message = new streamsPb.BatchAppendReq.ProposedMessage()
  message.setId(new sharedPb.UUID().setString(id)).setData(utf8.encode(data)).setCustomMetadata(utf8.encode(metadata))
  message.getMetadataMap().set('type', type).set('content-type', 'application/json')
  return message
}

const optionsOf = (stream: string, expected: bigint): streamsPb.BatchAppendReq.Options => {
  const options = new streamsPb.BatchAppendReq.Options()
  options.setStreamIdentifier(new sharedPb.StreamIdentifier().setStreamName(utf8.encode(stream)))
  return expected === beginning ? options.setNoStream(new sharedPb.Empty()) : options.setStreamPosition(expected.toString())
}

/** As the server counts: bytes of data and metadata, two for each code unit of the type. */
const sizeOf = ({ type }: StoredEvent, message: streamsPb.BatchAppendReq.ProposedMessage): number =>
  message.getData_asU8().length + message.getCustomMetadata_asU8().length + 2 * type.length

/** Serialises an append, for all its tries. `expected`: `beginning` or more. Errors: TOO_LARGE. */
export const propose = (stream: string, expected: bigint, events: readonly NewEvent[]): Proposal => {
  const stored = events.map(toStored)
  const messages = stored.map(messageOf)
  demandSize(stored.reduce((sum, event, n) => sum + sizeOf(event, messages[n]!), 0))
  return { stream, expected, events: stored, options: optionsOf(stream, expected), messages }
}

/** The event of a proposal of one as it stands once it is recorded at `position`. */
export const asRecorded = ({ stream, expected, events }: Proposal, position: bigint): RecordedEvent[] =>
  events.map((event) => fromStored(event, { stream, revision: expected + 1n, position }))

/** Whether these are all events of the proposal, in their places. */
export const stands = ({ expected, events }: Proposal, read: readonly RecordedEvent[]): boolean =>
  read.length === events.length && read.every(({ id, revision }, n) => id === events[n]?.id && revision === expected + 1n + BigInt(n))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

// What makes metadata an envelope of ours (domain/event.ts); the rest of it is the fold's.
const isEnvelope = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['schemaVersion'] === 'number' &&
  typeof value['recordedAt'] === 'string' &&
  typeof value['actId'] === 'string'

export const isSystem = ({ streamId, type }: Pick<Received, 'streamId' | 'type'>): boolean =>
  streamId.startsWith('$') || type.startsWith('$')

/** Errors: INTEGRITY for an event that no ledger wrote, with its place only. */
export const received = (event: AllStreamRecordedEvent | Received): RecordedEvent => {
  const { id, type, streamId: stream, revision, isJson, data, metadata } = event
  const position = event.position?.commit
  if (isSystem(event) || !isJson || !isObject(data) || !isEnvelope(metadata) || position === undefined)
    throw new LedgerError('INTEGRITY', `Revision ${revision} of ${stream}, at position ${position ?? 'unknown'}, is no event of a ledger.`)
  // The client has parsed both, and `isEnvelope` has looked.
  return { id, type, data: data as JsonObject, metadata: metadata as unknown as Metadata, stream, revision, position }
}
