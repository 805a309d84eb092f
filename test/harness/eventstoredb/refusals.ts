// How the server says no: gRPC errors with its metadata, and the statuses inside answers of the shared append stream.
import { Metadata, status, type ServiceError } from '@grpc/grpc-js'
import codePb from '@eventstore/db-client/generated/code_pb.js'
import sharedPb from '@eventstore/db-client/generated/shared_pb.js'
import statusPb from '@eventstore/db-client/generated/status_pb.js'
import anyPb from 'google-protobuf/google/protobuf/any_pb.js'
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js'
import type { Expected } from './log.ts'
import { identifierOf } from './wire.ts'

export const maxAppendSize = 1_048_576

/** Why an operation did not give what was asked. */
export type Refusal =
  | { kind: 'wrong-version'; current: bigint }
  | { kind: 'deleted' }
  | { kind: 'denied' }
  | { kind: 'timeout' }
  | { kind: 'too-big' }
  | { kind: 'bad-request'; message: string }
  | { kind: 'not-ready' }
  | { kind: 'unknown' }

const grpcError = (code: status, details: string, metadata: Record<string, string> = {}): ServiceError => {
  const sent = new Metadata()
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value)
  return Object.assign(new Error(details), { code, details, metadata: sent })
}

export const unauthenticated = (): ServiceError => grpcError(status.UNAUTHENTICATED, 'Received HTTP status code 401')
export const userNotFound = (name: string): ServiceError =>
  grpcError(status.NOT_FOUND, `User '${name}' is not found.`, { exception: 'user-not-found', 'login-name': name })
export const userConflict = (name: string): ServiceError =>
  grpcError(status.FAILED_PRECONDITION, 'Conflict.', { exception: 'user-conflict', 'login-name': name })
/** Without the id in its metadata, though the client's conversion of errors demands one. */
export const scavengeNotFound = (): ServiceError =>
  grpcError(status.NOT_FOUND, 'Scavenge id was invalid.', { exception: 'scavenge-not-found' })
/** What a handler's own exception becomes, a read from a position that is no event's for one. */
export const thrownByHandler = (): ServiceError => grpcError(status.UNKNOWN, 'Exception was thrown by handler.')
export const unexpectedResult = (name: 'ReadAllResult' | 'ReadStreamResult'): ServiceError =>
  grpcError(status.UNKNOWN, `Unexpected ${name}: Error`)
export const tooSlow = (): ServiceError =>
  grpcError(status.ABORTED, 'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.')

/** A refusal as the error of a call of its own. `operation` and `expected` are said on a wrong version only. */
export const errorOf = (refusal: Refusal, stream: string, operation = '', expected: Expected = 'any'): ServiceError => {
  const current = refusal.kind === 'wrong-version' ? refusal.current : ''
  const versions = `Stream: ${stream}, Expected version: ${expectedNumber(expected)}, Actual version: ${current}`
  switch (refusal.kind) {
    case 'denied':
      return grpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' })
    case 'deleted':
      return grpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
        exception: 'stream-deleted',
        'stream-name': stream,
      })
    case 'wrong-version':
      return grpcError(status.FAILED_PRECONDITION, `${operation} failed due to WrongExpectedVersion. ${versions}`, {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': expectedNumber(expected).toString(),
        'actual-version': refusal.current.toString(),
      })
    case 'timeout':
      return grpcError(status.ABORTED, 'Operation timed out: Commit phase timeout.')
    case 'too-big':
      return grpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${maxAppendSize} Exceeded.`, {
        exception: 'maximum-append-size-exceeded',
        'maximum-append-size': maxAppendSize.toString(),
      })
    case 'not-ready':
      return grpcError(status.UNAVAILABLE, 'Server Is Not Ready')
    case 'bad-request':
    case 'unknown':
      return thrownByHandler()
  }
}

const expectedNumber = (expected: Expected): bigint =>
  typeof expected === 'bigint' ? expected : { no_stream: -1n, any: -2n, stream_exists: -4n }[expected]

const wrongVersion = (current: bigint, expected: Expected): sharedPb.WrongExpectedVersion => {
  const details = new sharedPb.WrongExpectedVersion()
  if (current < 0n) details.setCurrentNoStream(new emptyPb.Empty())
  else details.setCurrentStreamRevision(current.toString())
  if (expected === 'any') details.setExpectedAny(new emptyPb.Empty())
  else if (expected === 'stream_exists') details.setExpectedStreamExists(new emptyPb.Empty())
  else if (expected === 'no_stream') details.setExpectedNoStream(new emptyPb.Empty())
  else details.setExpectedStreamPosition(expected.toString())
  return details
}

type Details = { serializeBinary(): Uint8Array }

const statusOf = (code: codePb.Code, message: string, typeName: string, details: Details): statusPb.Status => {
  const any = new anyPb.Any()
  any.pack(details.serializeBinary(), typeName)
  const answer = new statusPb.Status()
  answer.setCode(code)
  answer.setMessage(message)
  answer.setDetails(any)
  return answer
}

/** A refusal inside an answer of the shared append stream. */
export const batchStatus = (refusal: Refusal, stream: string, expected: Expected): statusPb.Status => {
  const own = (code: codePb.Code, name: string, details: Details): statusPb.Status =>
    statusOf(code, name, `event_store.client.${name}`, details)
  switch (refusal.kind) {
    case 'wrong-version':
      return own(codePb.Code.ALREADY_EXISTS, 'WrongExpectedVersion', wrongVersion(refusal.current, expected))
    case 'deleted': {
      const details = new sharedPb.StreamDeleted()
      details.setStreamIdentifier(identifierOf(stream))
      return own(codePb.Code.NOT_FOUND, 'StreamDeleted', details)
    }
    case 'denied':
      return own(codePb.Code.PERMISSION_DENIED, 'AccessDenied', new sharedPb.AccessDenied())
    case 'timeout':
      return own(codePb.Code.DEADLINE_EXCEEDED, 'Timeout', new sharedPb.Timeout())
    case 'too-big': {
      const details = new sharedPb.MaximumAppendSizeExceeded()
      details.setMaxappendsize(maxAppendSize)
      return own(codePb.Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details)
    }
    case 'bad-request': {
      const details = new sharedPb.BadRequest()
      details.setMessage(refusal.message)
      return own(codePb.Code.INVALID_ARGUMENT, 'BadRequest', details)
    }
    case 'unknown':
      return own(codePb.Code.UNKNOWN, 'Unknown', new sharedPb.Unknown())
    case 'not-ready':
      return statusOf(codePb.Code.OK, 'Server Is Not Ready', 'google.protobuf.Empty', new emptyPb.Empty())
  }
}
