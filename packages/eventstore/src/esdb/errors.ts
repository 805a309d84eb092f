// What EventStoreDB and its client say when a call fails, and what that means for the ledger: the one table.
import { LedgerError, type ErrorCode } from '@consent-ledger/domain'
import { convertToCommandError } from '@eventstore/db-client'

/**
 * unsent: no server read it, so nothing was written. unknown: no answer, or none that tells whether something was written. behind: an answer older than one
 * before. conflict: the stream does not end at the expected revision; nothing was written. The others are refusals; nothing was written.
 */
export type Meaning = 'unsent' | 'unknown' | 'behind' | 'conflict' | 'absent' | 'denied' | 'tooLarge' | 'deleted' | 'misunderstood'

/** A call that had no answer in our own time. */
export class NoAnswer extends Error {
  readonly type = 'no-answer'
}

/** A read that lacks what was read before: of a node that lags behind the one that answered then. */
export class Behind extends Error {
  readonly type = 'behind'
}

/** A refusal inside a reply of the shared append stream. `type`: name of its details. `last`: of a conflict, the stream's last revision, -1 if it has no event. */
export class RefusedAppend extends Error {
  readonly type: string
  readonly last: bigint | undefined
  constructor(type: string, message: string, last?: bigint) {
    super(message)
    this.type = type
    this.last = last
  }
}

// Numbers of gRPC statuses (grpc/grpc doc/statuscodes.md).
export const permissionDenied = 7
const unimplemented = 12
export const unauthenticated = 16

/** `type`: of the client's error, or of a reply's details. `code`: of gRPC. `says`: in its message. All that are named must fit. */
type Sign = { type?: string; code?: number; says?: RegExp }

// From the first row that fits; what fits none is `unknown`, which is always safe.
const table: readonly (Sign & { means: Meaning })[] = [
  // Replies of the shared append stream.
  { type: 'event_store.client.WrongExpectedVersion', means: 'conflict' },
  { type: 'event_store.client.StreamDeleted', means: 'deleted' },
  { type: 'event_store.client.AccessDenied', means: 'denied' },
  { type: 'event_store.client.MaximumAppendSizeExceeded', means: 'tooLarge' },
  { type: 'event_store.client.BadRequest', means: 'misunderstood' },
  { type: 'event_store.client.Timeout', means: 'unknown' },
  // Turned away at the door of a server that starts, ends or is overrun: as a reply, and as the error of a call.
  { says: /Server Is (?:Not Ready|Busy)/, means: 'unsent' },
  // The client's own errors.
  { type: 'stream-not-found', means: 'absent' },
  { type: 'stream-deleted', means: 'deleted' },
  { type: 'access-denied', means: 'denied' },
  { type: 'not-leader', means: 'unknown' },
  // Our own.
  { type: 'no-answer', means: 'unknown' },
  { type: 'behind', means: 'behind' },
  // Raw ones: discovery of a cluster, then gRPC before it has a connection, then what a server or a gate before it says.
  { says: /^Failed to discover after/, means: 'unsent' },
  { says: /No connection established|Name resolution failed|Channel closed before call started/, means: 'unsent' },
  { code: permissionDenied, means: 'denied' },
  { code: unauthenticated, means: 'denied' },
  { code: unimplemented, means: 'misunderstood' },
]

const fits = (sign: Sign, type: unknown, code: unknown, message: string): boolean =>
  (sign.type === undefined || sign.type === type) &&
  (sign.code === undefined || sign.code === code) &&
  (sign.says === undefined || sign.says.test(message))

export const meaningOf = (error: unknown): Meaning => {
  if (!(error instanceof Error)) return 'unknown'
  const known = convertToCommandError(error)
  const type = 'type' in known ? known.type : undefined
  const code = 'code' in known ? known.code : undefined
  return table.find((row) => fits(row, type, code, known.message))?.means ?? 'unknown'
}

const passing: ReadonlySet<Meaning> = new Set<Meaning>(['unsent', 'unknown', 'behind'])

/** Whether the same call again, later, may have another answer. What is said in our own words is said. */
export const passes = (error: unknown): boolean => !(error instanceof LedgerError) && passing.has(meaningOf(error))

// What a reader is told. Nothing of what the server said is repeated: it may hold what was sent.
const sentences: Readonly<Record<Meaning, readonly [ErrorCode, string]>> = {
  unsent: [
    'STORE_UNAVAILABLE',
    'EventStoreDB cannot be reached: no server listens at the addresses of its connection string, it is still starting, or it shows a certificate that is not trusted here.',
  ],
  unknown: ['STORE_UNAVAILABLE', 'EventStoreDB did not answer.'],
  behind: ['STORE_UNAVAILABLE', 'The node of EventStoreDB that answers lacks what another has shown before.'],
  conflict: ['WRONG_EXPECTED_REVISION', 'The stream does not end at the expected revision.'],
  absent: ['STORE_UNAVAILABLE', 'EventStoreDB has no such stream.'],
  denied: [
    'STORE_UNAVAILABLE',
    'EventStoreDB refuses the account of its connection string: the name or the password is wrong, or it may not do this (`ledger eventstore prepare` says what it must be allowed).',
  ],
  tooLarge: ['TOO_LARGE', 'One append may have at most 1 MiB.'],
  deleted: ['INTEGRITY', 'A stream of the ledger was deleted from EventStoreDB.'],
  misunderstood: ['INTERNAL', 'EventStoreDB did not understand what was sent.'],
}

/**
 * A failed call in our words. An error of ours stays as it is. The client's is its cause only where it speaks of the line, never where it may speak of
 * content. `stream`: what the call was about.
 */
export const asLedgerError = (error: unknown, stream?: string): LedgerError => {
  if (error instanceof LedgerError) return error
  const meaning = meaningOf(error)
  if (meaning === 'deleted' && stream !== undefined) return new LedgerError('INTEGRITY', `Stream ${stream} was deleted from EventStoreDB.`)
  const [code, sentence] = sentences[meaning]
  return new LedgerError(code, sentence, passing.has(meaning) ? { cause: error } : {})
}

/** An append that may stand, or come to stand. */
export const outcomeUnknown = (cause?: unknown): LedgerError =>
  new LedgerError(
    'OUTCOME_UNKNOWN',
    'EventStoreDB did not say in time whether it recorded the events.',
    cause instanceof Error ? { cause } : {},
  )
