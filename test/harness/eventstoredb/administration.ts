// What an administrator asks of a server: its users, and scavenges. Over gRPC, and a scavenge over plain HTTP too.
import type { handleServerStreamingCall, handleUnaryCall, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js'
import operationsPb from '@eventstore/db-client/generated/operations_pb.js'
import usersPb from '@eventstore/db-client/generated/users_pb.js'
import type { RequestListener } from 'node:http'
import type { Access, User } from './access.ts'
import { errorOf, scavengeNotFound, unauthenticated, userConflict, userNotFound } from './refusals.ts'

type Named = { getLoginName(): string }
type Request<Options extends Named> = { getOptions(): Options | undefined }

/** A call about one user, by an administrator only. What `change` answers replaces the user. */
const administer =
  <Options extends Named, Asked extends Request<Options>, Answer>(
    access: Access,
    answer: Answer,
    change: (options: Options, known: User | undefined) => User | Error | undefined,
  ): handleUnaryCall<Asked, Answer> =>
  (call: ServerUnaryCall<Asked, Answer>, callback) => {
    const caller = access.caller(call.metadata)
    if (caller === 'wrong-password') return callback(unauthenticated())
    if (!access.isAdmin(caller)) return callback(errorOf({ kind: 'denied' }, ''))
    const options = call.request.getOptions()
    if (!options) return callback(errorOf({ kind: 'unknown' }, ''))
    const name = options.getLoginName()
    const changed = change(options, access.users.get(name))
    if (changed instanceof Error) return callback(changed)
    if (changed) access.users.set(name, changed)
    else access.users.delete(name)
    callback(null, answer)
  }

const missing = (options: Named): Error => userNotFound(options.getLoginName())

type Details = handleServerStreamingCall<usersPb.DetailsReq, usersPb.DetailsResp>

const details =
  (access: Access): Details =>
  (call) => {
    const caller = access.caller(call.metadata)
    if (caller === 'wrong-password') return void call.emit('error', unauthenticated())
    // Any user may look at any user: the server asks whether the caller is the caller.
    if (typeof caller !== 'object') return void call.emit('error', errorOf({ kind: 'denied' }, ''))
    const name = call.request.getOptions()?.getLoginName() ?? ''
    const asked = name === '' ? [...access.users.values()] : [access.users.get(name)].filter((user) => user !== undefined)
    if (name !== '' && asked.length === 0) return void call.emit('error', userNotFound(name))
    for (const user of asked) {
      const details = new usersPb.DetailsResp.UserDetails()
      details
        .setLoginName(user.name)
        .setFullName(user.fullName)
        .setGroupsList([...user.groups])
        .setDisabled(user.disabled)
      call.write(new usersPb.DetailsResp().setUserDetails(details))
    }
    call.end()
  }

export const users = (access: Access): UntypedServiceImplementation => ({
  create: administer(access, new usersPb.CreateResp(), (options: usersPb.CreateReq.Options, known) =>
    known
      ? userConflict(known.name)
      : {
          name: options.getLoginName(),
          fullName: options.getFullName(),
          password: options.getPassword(),
          groups: options.getGroupsList(),
          disabled: false,
        },
  ),
  update: administer(access, new usersPb.UpdateResp(), (options: usersPb.UpdateReq.Options, known) =>
    known ? { ...known, fullName: options.getFullName(), groups: options.getGroupsList() } : missing(options),
  ),
  delete: administer(access, new usersPb.DeleteResp(), (options: usersPb.DeleteReq.Options, known) =>
    known ? undefined : missing(options),
  ),
  enable: administer(access, new usersPb.EnableResp(), (options: usersPb.EnableReq.Options, known) =>
    known ? { ...known, disabled: false } : missing(options),
  ),
  disable: administer(access, new usersPb.DisableResp(), (options: usersPb.DisableReq.Options, known) =>
    known ? { ...known, disabled: true } : missing(options),
  ),
  resetPassword: administer(access, new usersPb.ResetPasswordResp(), (options: usersPb.ResetPasswordReq.Options, known) =>
    known ? { ...known, password: options.getNewPassword() } : missing(options),
  ),
  details: details(access),
})

const scavengeId = '00000000-0000-4000-8000-00000000005c'

type Scavenging = handleUnaryCall<operationsPb.StartScavengeReq, operationsPb.ScavengeResp>
type Stopping = handleUnaryCall<operationsPb.StopScavengeReq, operationsPb.ScavengeResp>

/** Scavenges are allowed or refused; the double removes nothing. */
export const operations = (access: Access): { startScavenge: Scavenging; stopScavenge: Stopping } => ({
  startScavenge: (call, callback) => {
    const caller = access.caller(call.metadata)
    if (caller === 'wrong-password') return callback(unauthenticated())
    if (!access.isOperator(caller)) return callback(errorOf({ kind: 'denied' }, ''))
    const answer = new operationsPb.ScavengeResp().setScavengeId(scavengeId)
    callback(null, answer.setScavengeResult(operationsPb.ScavengeResp.ScavengeResult.STARTED))
  },
  stopScavenge: (call, callback) => {
    const caller = access.caller(call.metadata)
    if (caller === 'wrong-password') return callback(unauthenticated())
    callback(access.isOperator(caller) ? scavengeNotFound() : errorOf({ kind: 'denied' }, ''))
  },
})

/** Plain HTTP: `POST /admin/scavenge`, `GET /health/live`. */
export const http =
  (access: Access): RequestListener =>
  (request, response) => {
    const at = `${request.method} ${request.url?.split('?')[0]}`
    if (at === 'GET /health/live') return void response.writeHead(204).end()
    if (at !== 'POST /admin/scavenge') return void response.writeHead(404).end()
    const isAllowed = access.isOperator(access.callerOf(request.headers.authorization))
    if (!isAllowed) return void response.writeHead(401, { 'www-authenticate': 'X-Basic realm="ESDB"' }).end()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ scavengeId }))
  }
