// The one table of EventStoreDB's failures, both ways: what each means, and that nothing the server says is repeated.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import {
  AccessDeniedError,
  StreamDeletedError,
  StreamNotFoundError,
  TimeoutError,
  UnavailableError,
  UnknownError,
} from '@eventstore/db-client'
import { asLedgerError, Behind, meaningOf, NoAnswer, outcomeUnknown, passes, RefusedAppend, type Meaning } from '../../src/esdb/errors.ts'

const secret = 'anna.martin@example.org'
/** As gRPC's own errors are, which carry a code and no type. */
const grpc = (code: number, message: string): Error => Object.assign(new Error(message), { code, details: message })
const refused = (name: string): RefusedAppend => new RefusedAppend(`event_store.client.${name}`, `${name} ${secret}`, -1n)

const failures: readonly [Error, Meaning, string][] = [
  [refused('WrongExpectedVersion'), 'conflict', 'WRONG_EXPECTED_REVISION'],
  [refused('StreamDeleted'), 'deleted', 'INTEGRITY'],
  [refused('AccessDenied'), 'denied', 'STORE_UNAVAILABLE'],
  [refused('MaximumAppendSizeExceeded'), 'tooLarge', 'TOO_LARGE'],
  [refused('BadRequest'), 'misunderstood', 'INTERNAL'],
  [refused('Timeout'), 'unknown', 'STORE_UNAVAILABLE'],
  [refused('Unknown'), 'unknown', 'STORE_UNAVAILABLE'],
  [refused('OfALaterVersion'), 'unknown', 'STORE_UNAVAILABLE'],
  [new RefusedAppend('google.protobuf.Empty', 'Server Is Not Ready'), 'unsent', 'STORE_UNAVAILABLE'],
  [new RefusedAppend('google.protobuf.Empty', 'Server Is Busy'), 'unsent', 'STORE_UNAVAILABLE'],
  [StreamDeletedError.fromStreamName(secret), 'deleted', 'INTEGRITY'],
  [new StreamNotFoundError(undefined, secret), 'absent', 'STORE_UNAVAILABLE'],
  [new AccessDeniedError(), 'denied', 'STORE_UNAVAILABLE'],
  [new UnknownError(undefined, secret), 'unknown', 'STORE_UNAVAILABLE'],
  [new TimeoutError(undefined, 'Consumer too slow'), 'unknown', 'STORE_UNAVAILABLE'],
  [new UnavailableError(undefined, '14 UNAVAILABLE: read ECONNRESET'), 'unknown', 'STORE_UNAVAILABLE'],
  [new NoAnswer(), 'unknown', 'STORE_UNAVAILABLE'],
  [new Behind(), 'behind', 'STORE_UNAVAILABLE'],
  [grpc(4, '4 DEADLINE_EXCEEDED'), 'unknown', 'STORE_UNAVAILABLE'],
  [grpc(7, '7 PERMISSION_DENIED'), 'denied', 'STORE_UNAVAILABLE'],
  [grpc(12, '12 UNIMPLEMENTED'), 'misunderstood', 'INTERNAL'],
  [grpc(14, '14 UNAVAILABLE: Connection dropped'), 'unknown', 'STORE_UNAVAILABLE'],
  [grpc(14, '14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED'), 'unsent', 'STORE_UNAVAILABLE'],
  [grpc(14, '14 UNAVAILABLE: Name resolution failed for target dns:db'), 'unsent', 'STORE_UNAVAILABLE'],
  [grpc(14, '14 UNAVAILABLE: Server Is Not Ready'), 'unsent', 'STORE_UNAVAILABLE'],
  [grpc(16, '16 UNAUTHENTICATED'), 'denied', 'STORE_UNAVAILABLE'],
  [new Error('Failed to discover after 10 attempts.'), 'unsent', 'STORE_UNAVAILABLE'],
  [new TypeError(secret), 'unknown', 'STORE_UNAVAILABLE'],
]

it('each failure has one meaning and one code, and nothing of it is repeated', () => {
  for (const [error, meaning, code] of failures) {
    assert.equal(meaningOf(error), meaning, error.message)
    const told = asLedgerError(error)
    assert.equal(told.code, code, error.message)
    assert.ok(!told.message.includes(secret))
    if (!passes(error)) assert.equal(told.cause, undefined, 'what speaks of content is not handed on')
  }
})

it('what is no error at all is unknown, so an append is never taken for refused', () => {
  for (const nothing of [undefined, null, 'text', 14]) assert.equal(meaningOf(nothing), 'unknown')
})

it('only what may end otherwise is asked again, and what is said in our words never', () => {
  assert.deepEqual([...new Set(failures.filter(([error]) => passes(error)).map(([, meaning]) => meaning))].toSorted(), [
    'behind',
    'unknown',
    'unsent',
  ])
  const ours = new LedgerError('INTEGRITY', 'Revision 3 is missing.')
  assert.equal(passes(ours), false)
  assert.equal(asLedgerError(ours), ours)
})

it('a deleted stream is named where it is known, for the stream name holds nobody', () => {
  assert.equal(asLedgerError(refused('StreamDeleted'), 'ledger').message, 'Stream ledger was deleted from EventStoreDB.')
})

it('an outcome that is unknown says so', () => {
  assert.equal(outcomeUnknown(new NoAnswer()).code, 'OUTCOME_UNKNOWN')
})
