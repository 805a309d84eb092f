// Reading: one stream or all, forwards or backwards, and handing a reply to a reader as fast as it takes it.
import type { ServerWritableStream } from '@grpc/grpc-js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import type { Log, Stored } from './log.ts'
import { errorOf, unexpectedResult } from './refusals.ts'
import { eventReply, nameOf, notFoundReply } from './wire.ts'

export type ReadCall = ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>
/** What a read gives: events one by one, or why not, or never an answer. */
export type Found = { events: Iterable<Stored> } | { missing: string } | { error: Error } | 'never'

/** Resolves when the reader can take more; false when it has gone. */
export const hand = async (call: ReadCall, reply: streamsPb.ReadResp): Promise<boolean> => {
  if (call.cancelled || call.destroyed || call.writableEnded) return false
  if (call.write(reply)) return true
  return new Promise((resolve) => {
    const settle = (there: boolean) => () => {
      call.off('drain', drained).off('cancelled', gone).off('close', gone)
      resolve(there)
    }
    const drained = settle(true)
    const gone = settle(false)
    call.once('drain', drained).once('cancelled', gone).once('close', gone)
  })
}

function* forwards(events: readonly Stored[], first: number, count: bigint): Generator<Stored> {
  let given = 0n
  // The array grows while it is read: a read goes on to the end that it finds.
  for (let place = first; given < count; place += 1) {
    const event = events[place]
    if (!event) return
    given += 1n
    yield event
  }
}

function* backwards(events: readonly Stored[], first: number, last: number, count: bigint): Generator<Stored> {
  let given = 0n
  for (let place = Math.min(first, events.length - 1); place >= last && given < count; place -= 1) {
    const event = events[place]
    if (!event) return
    given += 1n
    yield event
  }
}

const { FORWARDS } = streamsPb.ReadReq.Options.ReadDirection

const findInStream = (log: Log, options: streamsPb.ReadReq.Options, asked: streamsPb.ReadReq.Options.StreamOptions): Found => {
  const name = nameOf(asked.getStreamIdentifier())
  const state = log.stream(name)
  if (state.kind === 'deleted') return { error: errorOf({ kind: 'deleted' }, name) }
  if (state.kind === 'none') return { missing: name }
  const { events } = state
  const from = Number(state.from)
  const count = BigInt(options.getCount())
  const revision = asked.hasRevision() ? Number(BigInt(asked.getRevision())) : undefined
  if (options.getReadDirection() === FORWARDS) {
    if (asked.hasEnd()) return { error: unexpectedResult('ReadStreamResult') }
    return { events: forwards(events, Math.max(revision ?? 0, from), count) }
  }
  return { events: backwards(events, asked.hasStart() ? 0 : (revision ?? events.length - 1), from, count) }
}

const findInAll = (log: Log, options: streamsPb.ReadReq.Options, asked: streamsPb.ReadReq.Options.AllOptions): Found => {
  const count = BigInt(options.getCount())
  const isForwards = options.getReadDirection() === FORWARDS
  const position = asked.hasPosition() ? asked.getPosition()?.getCommitPosition() : undefined
  const place = position === undefined ? undefined : log.placeOf(BigInt(position))
  if (position !== undefined && place === undefined) return { error: unexpectedResult('ReadAllResult') }
  if (isForwards) return { events: forwards(log.all, asked.hasEnd() ? log.all.length : (place ?? 0), count) }
  // Backwards from a position: the event before it.
  const last = place === undefined ? log.all.length - 1 : place - 1
  return { events: backwards(log.all, asked.hasStart() ? -1 : last, 0, count) }
}

/** What the request asks for, as it is now. To read none of one stream is refused; to read none of all turns in circles for ever. */
export const find = (log: Log, options: streamsPb.ReadReq.Options): Found => {
  const isOfNone = BigInt(options.getCount()) === 0n
  const stream = options.getStream()
  const all = options.getAll()
  if (stream) return isOfNone ? { error: unexpectedResult('ReadStreamResult') } : findInStream(log, options, stream)
  if (!all || isOfNone) return 'never'
  return findInAll(log, options, all)
}

/** The whole answer to a read. After `limit` events `full` is called, and nothing more is given. */
export const giveRead = async (call: ReadCall, found: Found, limit = Infinity, full: () => void = () => {}): Promise<void> => {
  if (found === 'never') return
  if ('error' in found) return void call.emit('error', found.error)
  if ('missing' in found) await hand(call, notFoundReply(found.missing))
  let given = 0
  for (const event of 'events' in found ? found.events : []) {
    if (given === limit) return full()
    given += 1
    if (!(await hand(call, eventReply(event)))) return
  }
  if (given === limit) return full()
  call.end()
}
