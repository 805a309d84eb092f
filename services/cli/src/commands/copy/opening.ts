// The last step of a move: the stream `ledger`, whole, in one append. Until then the target has none.
import { leafBytes, ledgerStream, LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, readOn, type EventStore } from '@consent-ledger/eventstore'
import { fitsOneAppend } from './batches.ts'
import { explain, toAppend } from './copying.ts'

const ledgerEvents = async (source: EventStore): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = []
  for await (const page of readOn(source, ledgerStream, beginning)) events.push(...page)
  return events
}

/** Errors: TOO_LARGE if the stream `ledger` does not fit into one append, together with the event that closes it. */
export const demandOneAppend = async (source: EventStore): Promise<void> => {
  const events = await ledgerEvents(source)
  // The closing event is smaller than any other of this stream.
  if (!fitsOneAppend([...events, ...events.slice(0, 1)]))
    throw new LedgerError('TOO_LARGE', 'This ledger names more controllers than one append may carry: it cannot be moved.')
}

/**
 * Appends the stream `ledger`, by which the target takes over: durable on return, and read back. Answers with how many events that were.
 * Errors: DATA_FOREIGN if a ledger was begun there meanwhile, INTEGRITY if it reads back otherwise.
 */
export const openTarget = async (source: EventStore, target: EventStore): Promise<number> => {
  const events = await ledgerEvents(source)
  await target.append(ledgerStream, beginning, events.map(toAppend)).catch(explain)
  const read = await target.readStream(ledgerStream, { after: beginning, limit: events.length })
  const same = read.length === events.length && read.every((event, n) => isSame(event, events[n]))
  if (!same) throw new LedgerError('INTEGRITY', `Stream ${ledgerStream} reads back from the target otherwise than it was written.`)
  return events.length
}

const isSame = (one: RecordedEvent, other: RecordedEvent | undefined): boolean =>
  other !== undefined && Buffer.compare(leafBytes(one), leafBytes(other)) === 0
