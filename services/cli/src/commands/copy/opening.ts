// The last step of a move: the stream `ledger`, whole, in one append. Until then the target has none, or one that ends with the ledger's leaving.
import { leafBytes, ledgerStream, LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { readOn, type EventStore } from '@consent-ledger/eventstore'
import { fitsOneAppend } from './batches.ts'
import { explain, toAppend } from './copying.ts'

const restOf = async (source: EventStore, known: number): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = []
  for await (const page of readOn(source, ledgerStream, BigInt(known) - 1n)) events.push(...page)
  return events
}

/** Errors: TOO_LARGE if what comes after the first `known` events of the stream `ledger` does not fit into one append, together with the one that closes it. */
export const demandOneAppend = async (source: EventStore, known: number): Promise<void> => {
  const events = await restOf(source, known)
  // The closing event is smaller than any other of this stream.
  if (!fitsOneAppend([...events, ...events.slice(0, 1)]))
    throw new LedgerError('TOO_LARGE', 'This ledger names more controllers than one append may carry: it cannot be moved.')
}

/**
 * Appends the rest of the stream `ledger`, by which the target takes over: durable on return, and read back. Answers with how many events that were.
 * Errors: DATA_FOREIGN if a ledger was begun there meanwhile, INTEGRITY if it reads back otherwise.
 */
export const openTarget = async (source: EventStore, target: EventStore, known: number): Promise<number> => {
  const events = await restOf(source, known)
  const before = BigInt(known) - 1n
  await target.append(ledgerStream, before, events.map(toAppend)).catch(explain)
  const read = await target.readStream(ledgerStream, { after: before, limit: events.length })
  const same = read.length === events.length && read.every((event, n) => isSame(event, events[n]))
  if (!same) throw new LedgerError('INTEGRITY', `Stream ${ledgerStream} reads back from the target otherwise than it was written.`)
  return events.length
}

const isSame = (one: RecordedEvent, other: RecordedEvent | undefined): boolean =>
  other !== undefined && Buffer.compare(leafBytes(one), leafBytes(other)) === 0
