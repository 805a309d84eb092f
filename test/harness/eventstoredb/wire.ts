// The protocol's messages, from the client's own generated definitions: what a request asks for, and events as replies.
import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { Expected, Position, ProposedEvent, Stored } from './log.ts'

/** .NET ticks of 100 ns in a millisecond: the unit of `created` on the wire. */
const ticks = 10_000n

export const nameOf = (identifier: sharedPb.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')

export const identifierOf = (stream: string): sharedPb.StreamIdentifier => {
  const identifier = new sharedPb.StreamIdentifier()
  identifier.setStreamName(Buffer.from(stream, 'utf8'))
  return identifier
}

type Proposed = streamsPb.AppendReq.ProposedMessage | streamsPb.BatchAppendReq.ProposedMessage

export const proposedOf = (message: Proposed): ProposedEvent => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  isJson: message.getMetadataMap().get('content-type') === 'application/json',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
})

type Expecting = { hasNoStream(): boolean; hasAny(): boolean; hasStreamExists(): boolean }

/** `revision` is read only if none of the three words is said. */
export const expectedOf = (options: Expecting, revision: () => string): Expected => {
  if (options.hasNoStream()) return 'no_stream'
  if (options.hasAny()) return 'any'
  return options.hasStreamExists() ? 'stream_exists' : BigInt(revision())
}

const recordedMessage = (event: Stored): streamsPb.ReadResp.ReadEvent.RecordedEvent => {
  const message = new streamsPb.ReadResp.ReadEvent.RecordedEvent()
  const id = new sharedPb.UUID()
  id.setString(event.id)
  message.setId(id)
  message.setStreamIdentifier(identifierOf(event.stream))
  message.setStreamRevision(event.revision.toString())
  message.setCommitPosition(event.position.toString())
  message.setPreparePosition(event.position.toString())
  message.setData(event.data)
  message.setCustomMetadata(event.metadata)
  const metadata = message.getMetadataMap()
  metadata.set('type', event.type)
  metadata.set('created', (BigInt(event.created) * ticks).toString())
  metadata.set('content-type', event.isJson ? 'application/json' : 'application/octet-stream')
  return message
}

export const eventReply = (event: Stored): streamsPb.ReadResp => {
  const read = new streamsPb.ReadResp.ReadEvent()
  read.setEvent(recordedMessage(event))
  read.setCommitPosition(event.position.toString())
  const reply = new streamsPb.ReadResp()
  reply.setEvent(read)
  return reply
}

export const notFoundReply = (stream: string): streamsPb.ReadResp => {
  const missing = new streamsPb.ReadResp.StreamNotFound()
  missing.setStreamIdentifier(identifierOf(stream))
  const reply = new streamsPb.ReadResp()
  reply.setStreamNotFound(missing)
  return reply
}

export const confirmationReply = (subscription: string): streamsPb.ReadResp => {
  const confirmation = new streamsPb.ReadResp.SubscriptionConfirmation()
  confirmation.setSubscriptionId(subscription)
  const reply = new streamsPb.ReadResp()
  reply.setConfirmation(confirmation)
  return reply
}

export const caughtUpReply = (): streamsPb.ReadResp => {
  const reply = new streamsPb.ReadResp()
  reply.setCaughtUp(new streamsPb.ReadResp.CaughtUp())
  return reply
}

export const allPosition = (position: Position): sharedPb.AllStreamPosition => {
  const message = new sharedPb.AllStreamPosition()
  message.setCommitPosition(position.toString())
  message.setPreparePosition(position.toString())
  return message
}
