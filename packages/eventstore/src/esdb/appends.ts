// An append until its outcome is known: the same bytes again at the same expected revision, until the server tells or the patience is over.
import { setTimeout } from 'node:timers/promises'
import { LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { beginning } from '../port.ts'
import { wrongRevision } from '../stored.ts'
import type { Appended } from './appendLine.ts'
import type { Connection, UnderWay } from './connection.ts'
import { asLedgerError, meaningOf, outcomeUnknown, passes, RefusedAppend } from './errors.ts'
import { backOff, Deadline, type Patience } from './patience.ts'
import type { ReadBacks } from './readBacks.ts'
import type { Reads } from './reads.ts'
import { Tries } from './tries.ts'
import { asRecorded, type Proposal } from './wire.ts'

export type Settling = { connection: Connection; reads: Reads; readBacks: ReadBacks; patience: Patience }

/**
 * Appends, once, however often it has to be sent. Durable on return. Answered without a read only if it is one event, taken at the first try, after every position
 * that this process had seen, and nobody here was appending the same: the server answers success for ids that it knows, and ignores other data. Else the
 * answer is the stream as read back.
 * Errors: WRONG_EXPECTED_REVISION; STORE_UNAVAILABLE (nothing was sent, or the server refuses the account); OUTCOME_UNKNOWN; TOO_LARGE; INTEGRITY (the server confirmed events
 * that it does not give back, or the stream was deleted).
 */
export const settle = (settling: Settling, proposal: Proposal): Promise<RecordedEvent[]> =>
  settling.connection.underWay(proposal.events[0]?.id ?? '', (same) => settleIn(settling, proposal, same))

const settleIn = async (settling: Settling, proposal: Proposal, same: UnderWay): Promise<RecordedEvent[]> => {
  const { connection, patience, readBacks } = settling
  const { seen } = connection
  const deadline = new Deadline(patience.whole)
  const tries = new Tries(connection.appends, proposal)
  try {
    const outcome = await decided(settling, tries, proposal.stream, deadline)
    if (outcome instanceof RefusedAppend) return await afterConflict(settling, proposal, deadline, tries, outcome.last ?? beginning)
    const { revision, position } = outcome
    // A deleted stream begins again where it was deleted.
    if (revision !== lastOf(proposal)) throw contradiction(proposal, `took them as up to revision ${revision}`)
    if (position !== null) connection.note(position)
    const plain = tries.count === 1 && proposal.events.length === 1 && !same.shared && position !== null && position > seen
    if (plain) return asRecorded(proposal, position)
    if (position !== null && position > seen) {
      const read = await readBacks.of(proposal, seen, position)
      if (read !== null) return read
    }
    return (await readBack(settling, proposal, deadline)) ?? raise(contradiction(proposal, 'gives others back'))
  } finally {
    tries.forget()
  }
}

/** A try is not begun with less than this left, ms: cut short it would leave a doubt for nothing. */
const shortest = 1_000

/** Sends until a try is told to be applied or in conflict. Errors: what is to be answered when it is told something else, or nothing in time. */
const decided = async (
  { connection, patience: { answer } }: Settling,
  tries: Tries,
  stream: string,
  deadline: Deadline,
): Promise<Appended | RefusedAppend> => {
  let failure: Error | null = null
  let failures = 0
  const hear = async (wait: number): Promise<Appended | RefusedAppend | null> => {
    const outcome = await tries.next(Math.min(wait, deadline.left))
    if (!(outcome instanceof Error) || (outcome instanceof RefusedAppend && meaningOf(outcome) === 'conflict')) return outcome
    failure = outcome
    failures++
    // Refused now: what was sent before may stand all the same.
    if (!passes(outcome)) throw verdict()
    return null
  }
  const verdict = (): LedgerError => (tries.inDoubt ? outcomeUnknown(failure) : asLedgerError(failure, stream))

  while (tries.count === 0 || deadline.left >= Math.min(answer, shortest)) {
    tries.send()
    for (let wait = answer; wait > 0;) {
      const before = failures
      const told = await hear(wait)
      if (told !== null) return told
      if (wait === answer && failures === before) connection.unheard(answer).catch(() => {})
      wait = failures === before ? 0 : backOff(failures)
    }
  }
  while (tries.isOpen && deadline.left > 0) {
    const told = await hear(deadline.left)
    if (told !== null) return told
  }
  throw verdict()
}

/** Nobody else in doubt: the conflict is the answer. Else one of our own tries may have been the first: the stream tells. */
const afterConflict = async (
  settling: Settling,
  proposal: Proposal,
  deadline: Deadline,
  tries: Tries,
  last: bigint,
): Promise<RecordedEvent[]> => {
  const wrong = wrongRevision(proposal.stream, proposal.expected, last)
  if (!tries.inDoubt) throw wrong
  return (await readBack(settling, proposal, deadline, last)) ?? raise(wrong)
}

/**
 * The events of the append as the stream holds them, null if it holds others in their place, or ends before them at `last`. Where it seems to end earlier
 * than the server said, the read lags behind: it is asked again. Errors: OUTCOME_UNKNOWN, INTEGRITY.
 */
const readBack = async (
  { reads }: Settling,
  proposal: Proposal,
  deadline: Deadline,
  last = lastOf(proposal),
): Promise<RecordedEvent[] | null> => {
  const { stream, expected, events } = proposal
  for (let failures = 1; ; failures++) {
    const read = await reads.stream(stream, { after: expected, limit: events.length }).catch(asDoubt)
    if (!(read instanceof Error)) {
      if (read.some(({ id }, n) => id !== events[n]?.id)) return null
      if (read.length === events.length) return read
      if (last < lastOf(proposal) && expected + BigInt(read.length) >= last) return null
    }
    if (deadline.left <= 0) throw outcomeUnknown(read)
    await setTimeout(Math.min(backOff(failures), Math.max(deadline.left, 0)))
  }
}

// A stream that was deleted or cut is told as it is; what else keeps us from reading keeps us from knowing.
const asDoubt = (error: unknown): Error => {
  const fault = asLedgerError(error)
  if (fault.code === 'INTEGRITY') throw fault
  return fault
}

const lastOf = ({ expected, events }: Proposal): bigint => expected + BigInt(events.length)

const contradiction = ({ stream, expected }: Proposal, how: string): LedgerError =>
  new LedgerError(
    'INTEGRITY',
    `EventStoreDB confirmed events of ${stream} after revision ${expected}, but ${how}: the stream was changed from outside.`,
  )

const raise = (error: Error): never => {
  throw error
}
