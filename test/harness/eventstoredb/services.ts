// The gRPC services of the double: each method led to its room.
import type { handleUnaryCall, Server } from '@grpc/grpc-js'
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import { OperationsService } from '@eventstore/db-client/generated/operations_grpc_pb.js'
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import { type IStreamsServer, StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streamsPb from '@eventstore/db-client/generated/streams_pb.js'
import { UsersService } from '@eventstore/db-client/generated/users_grpc_pb.js'
import { operations, users } from './administration.ts'
import { batchAppend, singleAppend } from './appends.ts'
import { clusterInfo, supportedMethods } from './node.ts'
import { find, giveRead, type ReadCall } from './reads.ts'
import { errorOf, tooSlow, unauthenticated } from './refusals.ts'
import type { Rooms } from './rooms.ts'
import { expectedOf, nameOf } from './wire.ts'

const read = async (rooms: Rooms, call: ReadCall): Promise<void> => {
  call.on('error', () => {})
  const options = call.request.getOptions()
  const caller = rooms.access.caller(call.metadata)
  const stream = options?.hasStream() ? nameOf(options.getStream()?.getStreamIdentifier()) : '$all'
  const fail = (error: Error): void => void call.emit('error', error)
  if (!options) return fail(errorOf({ kind: 'unknown' }, stream))
  if (caller === 'wrong-password') return fail(unauthenticated())
  if (!rooms.access.may(caller, 'read', stream)) return fail(errorOf({ kind: 'denied' }, stream))
  const isSubscription = options.hasSubscription()
  const serve = (limit?: number, full?: () => void): Promise<unknown> =>
    isSubscription ? rooms.subscriptions.serve(call, options, limit, full) : giveRead(call, find(rooms.log, options), limit, full)
  const fault = rooms.faults.meet(isSubscription ? 'subscribe' : 'read', stream)
  switch (fault?.name) {
    case undefined:
      return void (rooms.ready ? await serve() : fail(errorOf({ kind: 'not-ready' }, stream)))
    case 'refuse':
      return fail(errorOf({ kind: 'not-ready' }, stream))
    case 'denied':
      return fail(errorOf({ kind: 'denied' }, stream))
    case 'wrongPassword':
      return fail(unauthenticated())
    case 'diskFull':
      return rooms.shutDown()
    case 'silent':
      return undefined
    case 'late':
      return void ((await fault?.released) && (await serve()))
    case 'tooSlow':
      return void (await serve(fault?.after, () => fail(tooSlow())))
    case 'dropMidway':
      return void (await serve(fault?.after, () => rooms.cut(call)))
    case 'dropBefore':
      return rooms.cut(call)
    default:
      return fail(errorOf({ kind: 'unknown' }, stream))
  }
}

type Removing = streamsPb.DeleteReq | streamsPb.TombstoneReq

const remove =
  <Request extends Removing, Response>(
    rooms: Rooms,
    how: 'soft' | 'hard',
    replyAt: (position: string) => Response,
  ): handleUnaryCall<Request, Response> =>
  (call, callback) => {
    const caller = rooms.access.caller(call.metadata)
    if (caller === 'wrong-password') return callback(unauthenticated())
    const options = call.request.getOptions()
    const stream = nameOf(options?.getStreamIdentifier())
    if (!options || !rooms.access.may(caller, 'delete', stream)) return callback(errorOf({ kind: 'denied' }, stream))
    if (!rooms.ready) return callback(errorOf({ kind: 'not-ready' }, stream))
    const expected = expectedOf(options, () => options.getRevision())
    const removed = rooms.log.remove(stream, expected, how)
    if (removed.kind !== 'success') return callback(errorOf(removed, stream, 'Delete', expected))
    callback(null, replyAt(removed.position.toString()))
  }

const deletedAt = (position: string): streamsPb.DeleteResp => {
  const at = new streamsPb.DeleteResp.Position().setCommitPosition(position).setPreparePosition(position)
  return new streamsPb.DeleteResp().setPosition(at)
}

const tombstonedAt = (position: string): streamsPb.TombstoneResp => {
  const at = new streamsPb.TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position)
  return new streamsPb.TombstoneResp().setPosition(at)
}

/** Adds every service; that of users only where there is security, as the real server has it. */
export const addServices = (server: Server, rooms: Rooms, node: { address: () => string; secure: boolean }): void => {
  const streams: IStreamsServer = {
    read: (call) => void read(rooms, call),
    append: (call, callback) => singleAppend(rooms, call, callback),
    batchAppend: (call) => batchAppend(rooms, call),
    delete: remove(rooms, 'soft', deletedAt),
    tombstone: remove(rooms, 'hard', tombstonedAt),
  }
  server.addService(StreamsService, streams)
  const supported: handleUnaryCall<unknown, ReturnType<typeof supportedMethods>> = (_call, callback) => callback(null, supportedMethods())
  server.addService(ServerFeaturesService, { getSupportedMethods: supported })
  const gossip: handleUnaryCall<unknown, ReturnType<typeof clusterInfo>> = (_call, callback) => callback(null, clusterInfo(node.address()))
  server.addService(GossipService, { read: gossip })
  server.addService(OperationsService, operations(rooms.access))
  if (node.secure) server.addService(UsersService, users(rooms.access))
}
