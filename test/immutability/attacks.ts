// Every way to make recorded events disappear, or to gain the right to, that an account of EventStoreDB might try: through the client, gRPC and plain HTTP.
import { type EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { OperationsClient } from '@eventstore/db-client/generated/operations_grpc_pb.js'
import operations from '@eventstore/db-client/generated/operations_pb.js'
import { UsersClient } from '@eventstore/db-client/generated/users_grpc_pb.js'
import users from '@eventstore/db-client/generated/users_pb.js'
import { sendHttp } from './plainHttp.ts'

/** `stream` and `last`: one of the ledger's, and its last revision. `url`: the attacker's connection string. */
export type Target = { url: string; stream: string; last: bigint }
export type Attack = { what: string; attempt: (client: EventStoreDBClient, target: Target) => Promise<unknown> }

const everybody = { $r: '$all', $w: '$all', $d: '$all', $mr: '$all', $mw: '$all' }

const metadata = (what: string, data: Record<string, string | number | object>): Attack => ({
  what: `${what}, appended to the metadata stream`,
  attempt: (client, { stream }) => client.appendToStream(`$$${stream}`, jsonEvent({ type: '$metadata', data })),
})
const append = (what: string, stream: string, type: string, data: Record<string, object>): Attack => ({
  what,
  attempt: (client) => client.appendToStream(stream, jsonEvent({ type, data })),
})

type Done = (error: Error | null) => void
const promised = (call: (done: Done) => void): Promise<void> =>
  new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())))

const scavenge: Attack = {
  what: 'a scavenge over gRPC',
  attempt: (client) =>
    client['execute'](OperationsClient, 'startScavenge', (service) => {
      const options = new operations.StartScavengeReq.Options().setThreadCount(1).setStartFromChunk(0)
      const request = new operations.StartScavengeReq().setOptions(options)
      return promised((done) => service.startScavenge(request, ...client['callArguments']({}), done))
    }),
}

/** An administrator by another name; the ledger's own account in the group of administrators; its own password reset. */
const ofUsers: readonly Attack[] = [
  {
    what: 'a user made in the group $admins',
    attempt: (client) =>
      client['execute'](UsersClient, 'users', (service) => {
        const options = new users.CreateReq.Options().setLoginName('mallory').setFullName('M').setPassword('m').setGroupsList(['$admins'])
        const request = new users.CreateReq().setOptions(options)
        return promised((done) => service.create(request, ...client['callArguments']({}), done))
      }),
  },
  {
    what: 'the own account put into the group $admins',
    attempt: (client) =>
      client['execute'](UsersClient, 'users', (service) => {
        const options = new users.UpdateReq.Options().setLoginName('ledger').setFullName('L').setGroupsList(['ledger', '$admins'])
        const request = new users.UpdateReq().setOptions(options)
        return promised((done) => service.update(request, ...client['callArguments']({}), done))
      }),
  },
  {
    what: 'the administrator’s password reset',
    attempt: (client) =>
      client['execute'](UsersClient, 'users', (service) => {
        const options = new users.ResetPasswordReq.Options().setLoginName('admin').setNewPassword('m')
        const request = new users.ResetPasswordReq().setOptions(options)
        return promised((done) => service.resetPassword(request, ...client['callArguments']({}), done))
      }),
  },
]

export const attacks: readonly Attack[] = [
  { what: 'a stream deleted', attempt: (client, { stream }) => client.deleteStream(stream) },
  {
    what: 'a stream deleted at its revision',
    attempt: (client, { stream, last }) => client.deleteStream(stream, { expectedRevision: last }),
  },
  { what: 'a stream tombstoned', attempt: (client, { stream }) => client.tombstoneStream(stream) },
  {
    what: 'a stream tombstoned at its revision',
    attempt: (client, { stream, last }) => client.tombstoneStream(stream, { expectedRevision: last }),
  },
  { what: '$maxAge', attempt: (client, { stream }) => client.setStreamMetadata(stream, { maxAge: 1 }) },
  { what: '$maxCount', attempt: (client, { stream }) => client.setStreamMetadata(stream, { maxCount: 1 }) },
  { what: '$tb', attempt: (client, { stream, last }) => client.setStreamMetadata(stream, { truncateBefore: Number(last) }) },
  {
    what: 'an access list of the stream’s own',
    attempt: (client, { stream }) => client.setStreamMetadata(stream, { acl: { deleteRoles: ['ledger'], metaWriteRoles: ['ledger'] } }),
  },
  metadata('$maxAge', { $maxAge: 1 }),
  metadata('$maxCount', { $maxCount: 1 }),
  metadata('$tb', { $tb: 2 }),
  metadata('an access list', { $acl: everybody }),
  append('the default access to streams', '$settings', 'update-default-acl', { $userStreamAcl: everybody, $systemStreamAcl: everybody }),
  append('the access to $all', '$$$all', '$metadata', { $acl: everybody }),
  append('the metadata of $settings', '$$$settings', '$metadata', { $acl: everybody }),
  append('the list of users', '$users', '$User', { mallory: {} }),
  append('a user’s own stream', '$user-ledger', '$UserUpdated', { groups: ['$admins'] }),
  append('a stream of the system', '$anything', 'Anything', {}),
  {
    what: 'the metadata of $all through the client',
    attempt: (client) => client.setStreamMetadata('$all', { acl: { readRoles: ['$all'] } }),
  },
  scavenge,
  { what: 'a scavenge over HTTP', attempt: (_, { url }) => sendHttp(url, 'POST', '/admin/scavenge') },
  { what: 'a stream deleted over HTTP', attempt: (_, { url, stream }) => sendHttp(url, 'DELETE', `/streams/${stream}`) },
  {
    what: 'a stream tombstoned over HTTP',
    attempt: (_, { url, stream }) => sendHttp(url, 'DELETE', `/streams/${stream}`, { 'ES-HardDelete': 'true' }),
  },
  ...ofUsers,
]
