// Appending: the shared stream of batches, the call of its own that per-call credentials lead to, and what a fault makes of either.
import type { sendUnaryData, ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js'
import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js'
import type { Appended, Expected, ProposedEvent } from './log.ts'
import { batchStatus, errorOf, maxAppendSize, unauthenticated, type Refusal } from './refusals.ts'
import type { Rooms } from './rooms.ts'
import { allPosition, expectedOf, identifierOf, nameOf, proposedOf } from './wire.ts'

type Append = { stream: string; expected: Expected; events: ProposedEvent[] }
type Outcome = Extract<Appended, { kind: 'success' }> | Refusal
type Answer = (outcome: Outcome) => void
/** What the call itself can meet: its connection reset, or refused as a whole. */
type Line = { cut: () => void; refuse: (error: Error) => void }

const uuid = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/** What the server itself says is no append at all. */
const malformed = ({ stream, events }: Append): string | undefined => {
  if (stream === '') return "eventStreamId shouldn't be empty."
  if (events.some(({ id }) => !uuid.test(id))) return 'Guid should contain 32 digits with 4 dashes.'
  return events.some(({ type }) => type === '') ? "Argument 'eventType' should not be empty" : undefined
}

/** Why an append is not even tried. */
const refusalOf = (append: Append, isAllowed: boolean): Refusal | undefined => {
  if (!isAllowed) return { kind: 'denied' }
  const message = malformed(append)
  if (message !== undefined) return { kind: 'bad-request', message }
  return sizeOf(append.events) > maxAppendSize ? { kind: 'too-big' } : undefined
}

const sizeOf = (events: readonly ProposedEvent[]): number =>
  events.reduce((sum, { type, data, metadata }) => sum + data.length + metadata.length + 2 * type.length, 0)

/** Applies, or not, and answers, or not, as the fault says; without one, applies and answers at once. */
const settle = async (rooms: Rooms, append: Append, line: Line, answer: Answer): Promise<void> => {
  const apply = (): Outcome => rooms.log.append(append.stream, append.expected, append.events)
  const fault = rooms.faults.meet('append', append.stream)
  switch (fault?.name) {
    case undefined:
      return answer(rooms.ready ? apply() : { kind: 'not-ready' })
    case 'refuse':
      return answer({ kind: 'not-ready' })
    case 'fail':
      return answer({ kind: 'unknown' })
    case 'denied':
      return answer({ kind: 'denied' })
    case 'wrongPassword':
      return line.refuse(unauthenticated())
    case 'diskFull':
      answer({ kind: 'timeout' })
      return rooms.shutDown()
    case 'dropAfterApplying':
      apply()
      return line.cut()
    case 'failAfterApplying':
      apply()
      return answer({ kind: 'unknown' })
    case 'timeoutAfterApplying':
      apply()
      return answer({ kind: 'timeout' })
    case 'conflictAfterApplying':
      apply()
      return answer({ kind: 'wrong-version', current: rooms.log.lastRevision(append.stream) })
    case 'silentAfterApplying':
      return void apply()
    case 'silent':
      return undefined
    case 'timeout':
      answer({ kind: 'timeout' })
      return (await fault?.released) ? void apply() : undefined
    case 'late':
      return (await fault?.released) ? answer(apply()) : undefined
    default:
      return line.cut()
  }
}

const batchReply = (correlation: sharedPb.UUID | undefined, { stream, expected }: Append, outcome: Outcome): streamsPb.BatchAppendResp => {
  const reply = new streamsPb.BatchAppendResp()
  reply.setCorrelationId(correlation)
  reply.setStreamIdentifier(identifierOf(stream))
  if (outcome.kind !== 'success') return reply.setError(batchStatus(outcome, stream, expected))
  const success = new streamsPb.BatchAppendResp.Success()
  if (outcome.revision < 0n) success.setNoStream(new emptyPb.Empty())
  else success.setCurrentRevision(outcome.revision.toString())
  success.setPosition(allPosition(outcome.position))
  return reply.setSuccess(success)
}

type BatchCall = ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>

/** One call for the life of a client: each append is one or more messages with one correlation id, each answered by itself. */
export const batchAppend = (rooms: Rooms, call: BatchCall): void => {
  const caller = rooms.access.caller(call.metadata)
  if (caller === 'wrong-password') return void call.emit('error', unauthenticated())
  const pending = new Map<string, Append>()
  const line: Line = { cut: () => rooms.cut(call), refuse: (error) => void call.emit('error', error) }

  call.on('data', (request: streamsPb.BatchAppendReq) => {
    const correlation = request.getCorrelationId()
    const key = correlation?.getString() ?? ''
    const append = begun(request) ?? pending.get(key)
    if (!append) return
    append.events.push(...request.getProposedMessagesList().map(proposedOf))
    const answer: Answer = (outcome) => {
      if (!call.cancelled && !call.writableEnded) call.write(batchReply(correlation, append, outcome))
    }
    const refusal = refusalOf(append, rooms.access.may(caller, 'write', append.stream))
    if (refusal || request.getIsFinal()) pending.delete(key)
    else pending.set(key, append)
    if (refusal) answer(refusal)
    else if (request.getIsFinal()) void settle(rooms, append, line, answer)
    // With a bad event the server goes on waiting for the rest and gives up on it: a second answer to a call that has had its own, which ends the
    // client's process.
    if (refusal?.kind === 'bad-request' && append.stream !== '') setTimeout(() => answer({ kind: 'timeout' }), rooms.giveUpAfter).unref()
  })
  call.on('end', () => call.end())
  call.on('error', () => {})
}

/** The first message of an append has its options. */
const begun = (request: streamsPb.BatchAppendReq): Append | undefined => {
  const options = request.getOptions()
  if (!options) return undefined
  const stream = nameOf(options.getStreamIdentifier())
  return { stream, expected: expectedOf(options, () => options.getStreamPosition()), events: [] }
}

const reply = ({ stream, expected }: Append, outcome: Outcome, callback: sendUnaryData<streamsPb.AppendResp>): void => {
  const response = new streamsPb.AppendResp()
  if (outcome.kind === 'success') {
    const position = new streamsPb.AppendResp.Position()
    position.setCommitPosition(outcome.position.toString())
    position.setPreparePosition(outcome.position.toString())
    const success = new streamsPb.AppendResp.Success()
    if (outcome.revision < 0n) success.setNoStream(new sharedPb.Empty())
    else success.setCurrentRevision(outcome.revision.toString())
    success.setPosition(position)
    return callback(null, response.setSuccess(success))
  }
  if (outcome.kind !== 'wrong-version') return callback(errorOf(outcome, stream))
  const wrong = new streamsPb.AppendResp.WrongExpectedVersion()
  if (outcome.current < 0n) wrong.setCurrentNoStream(new sharedPb.Empty())
  else wrong.setCurrentRevision(outcome.current.toString())
  if (expected === 'any') wrong.setExpectedAny(new sharedPb.Empty())
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new sharedPb.Empty())
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new sharedPb.Empty())
  else wrong.setExpectedRevision(expected.toString())
  callback(null, response.setWrongExpectedVersion(wrong))
}

type SingleCall = ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>

/** One call for one append: its options first, then each event as a message. */
export const singleAppend = (rooms: Rooms, call: SingleCall, callback: sendUnaryData<streamsPb.AppendResp>): void => {
  const caller = rooms.access.caller(call.metadata)
  if (caller === 'wrong-password') return callback(unauthenticated())
  const append: Append = { stream: '', expected: 'any', events: [] }
  call.on('data', (request: streamsPb.AppendReq) => {
    const options = request.getOptions()
    const message = request.getProposedMessage()
    if (options) append.stream = nameOf(options.getStreamIdentifier())
    if (options) append.expected = expectedOf(options, () => options.getRevision())
    if (message) append.events.push(proposedOf(message))
  })
  call.on('end', () => {
    const answer: Answer = (outcome) => reply(append, outcome, callback)
    const refusal = refusalOf(append, rooms.access.may(caller, 'write', append.stream))
    if (refusal) return answer(refusal)
    void settle(rooms, append, { cut: () => rooms.cut(call), refuse: (error) => callback(error) }, answer)
  })
}
