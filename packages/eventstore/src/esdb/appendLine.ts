// The shared append stream: every append of the process over one gRPC call, each with a correlation of its own, over the client's channel and its generated messages.
import { randomUUID } from 'node:crypto'
import { finished } from 'node:stream'
import type { EventStoreDBClient } from '@eventstore/db-client'
import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import { NoAnswer, RefusedAppend } from './errors.ts'
import type { Proposal } from './wire.ts'

/** `revision`: of the last event of the append, or of its first time. `position`: the same event's; null if the server names none. */
export type Appended = { revision: bigint; position: bigint | null }

/** One try of an append. `appended`: fails with RefusedAppend and the errors of the line, and may never end. `forget`: what is not written will not be, and the server's answer is nothing. */
export type Sent = { appended: Promise<Appended>; isWritten: () => boolean; forget: () => void }

type Call = ReturnType<StreamsClient['batchAppend']>
type Pending = { call: Call; resolve: (appended: Appended) => void; reject: (error: Error) => void }

/**
 * Why not the client's own `appendToStream`: it keeps what is under way in one map for all clients, and throws where nobody can catch it (the process ends)
 * when a reply comes for what is not in the map, and when a line breaks while its buffer is full. Both happen when servers do. It also hands the server
 * a deadline by this machine's clock: a clock that is behind would fail every append.
 */
export class AppendLine {
  readonly #client: EventStoreDBClient
  readonly #onAnswer: () => void
  readonly #calls = new WeakMap<StreamsClient, Call | Promise<Call>>()
  readonly #pending = new Map<string, Pending>()
  #open: Call | null = null
  // Those who wait for a call to be opened, in the order in which they came.
  #waiting: { write: (call: Call) => void; reject: (error: Error) => void }[] = []

  /** `onAnswer` hears of each answer of the server, whatever it says. */
  constructor(client: EventStoreDBClient, onAnswer: () => void) {
    this.#client = client
    this.#onAnswer = onAnswer
  }

  /** Sends an append once, after those before it. */
  send(proposal: Proposal): Sent {
    const correlation = randomUUID()
    const { promise, resolve, reject } = Promise.withResolvers<Appended>()
    let state: 'waiting' | 'written' | 'forgotten' = 'waiting'
    const write = (call: Call): void => {
      if (state === 'forgotten') return
      state = 'written'
      this.#pending.set(correlation, { call, resolve, reject })
      // What does not go out at once waits in memory. It is bounded by those who wait for an answer.
      call.write(requestOf(proposal, correlation))
    }
    if (this.#open !== null) write(this.#open)
    else this.#wait(write, reject)
    const forget = (): void => {
      if (state === 'waiting') state = 'forgotten'
      this.#pending.delete(correlation)
    }
    return { appended: promise, isWritten: () => state === 'written', forget }
  }

  /** The client goes over to another channel, and so does the next append. The call on the one before ends when it has answered what it was sent. */
  moveOver(): void {
    const before = this.#open
    this.#open = null
    if (before !== null) this.#retire(before)
  }

  #wait(write: (call: Call) => void, reject: (error: Error) => void): void {
    this.#waiting.push({ write, reject })
    if (this.#waiting.length === 1) void this.#begin()
  }

  async #begin(): Promise<void> {
    const open = (service: StreamsClient): Call =>
      this.#listen(service.batchAppend(...this.#client['callArguments']({}, { deadline: Infinity })))
    try {
      const call = await this.#client['GRPCStreamCreator'](StreamsClient, 'appendToStream', open, this.#calls)()
      this.#open = call
      for (const { write } of this.#waiting.splice(0)) write(call)
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error instanceof Error ? error : new NoAnswer())
    }
  }

  // Cancelled, not ended: of a call whose client has ended its half, the server gives one more answer and drops the others.
  #retire(call: Call): void {
    if (![...this.#pending.values()].some((pending) => pending.call === call)) call.cancel()
  }

  #listen(call: Call): Call {
    call.on('data', (reply: streamsPb.BatchAppendResp) => this.#answered(reply))
    // The server has ended the call in order. Only when our half is ended too does the client forget it.
    call.on('end', () => call.end())
    finished(call, (error) => this.#ended(call, error ?? new NoAnswer()))
    return call
  }

  #answered(reply: streamsPb.BatchAppendResp): void {
    this.#onAnswer()
    const correlation = reply.getCorrelationId()?.getString() ?? ''
    const pending = this.#pending.get(correlation)
    this.#pending.delete(correlation)
    if (pending !== undefined && pending.call !== this.#open) this.#retire(pending.call)
    const success = reply.getSuccess()
    if (success === undefined) return pending?.reject(refusalOf(reply))
    const position = success.getPosition()?.getCommitPosition()
    pending?.resolve({ revision: BigInt(success.getCurrentRevision()), position: position === undefined ? null : BigInt(position) })
  }

  #ended(call: Call, error: Error): void {
    if (this.#open === call) this.#open = null
    for (const [correlation, pending] of this.#pending) {
      if (pending.call !== call) continue
      this.#pending.delete(correlation)
      pending.reject(error)
    }
  }
}

const requestOf = ({ options, messages }: Proposal, correlation: string): streamsPb.BatchAppendReq =>
  new streamsPb.BatchAppendReq()
    .setCorrelationId(new sharedPb.UUID().setString(correlation))
    .setOptions(options)
    .setProposedMessagesList(messages)
    .setIsFinal(true)

const refusalOf = (reply: streamsPb.BatchAppendResp): RefusedAppend => {
  const details = reply.getError()?.getDetails()
  const type = details?.getTypeName() ?? ''
  const conflict = details?.unpack(
    (bytes) => sharedPb.WrongExpectedVersion.deserializeBinary(bytes),
    'event_store.client.WrongExpectedVersion',
  )
  const last = conflict?.hasCurrentStreamRevision() ? BigInt(conflict.getCurrentStreamRevision()) : -1n
  return new RefusedAppend(type, reply.getError()?.getMessage() ?? '', conflict ? last : undefined)
}
