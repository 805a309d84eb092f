// The leaves of a log as the events that they are.
import { leafBytes, LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import type { PublishedLog } from '@consent-ledger/logfiles'

/** `entry`: the bytes that are sealed. `event`: its place in a store is not known. */
export type Leaf = { index: bigint; entry: Uint8Array; event: Omit<RecordedEvent, 'position'> }

type Written = Omit<RecordedEvent, 'revision' | 'position'> & { revision: string }

/** The event that a leaf was made of. Errors: LOG_DISAGREES if it gives other bytes. */
export const leafOf = (index: bigint, entry: Uint8Array): Leaf => {
  try {
    const { id, type, stream, revision, data, metadata } = JSON.parse(Buffer.from(entry).toString('utf8')) as Written
    const event = { id, type, stream, revision: BigInt(revision), data, metadata }
    if (Buffer.compare(leafBytes(event), entry) !== 0) throw new TypeError('other bytes')
    return { index, entry, event }
  } catch (cause) {
    throw new LedgerError('LOG_DISAGREES', `Leaf ${index} of the log is not the leaf of an event.`, { cause })
  }
}

/** All leaves below `size`, in order, in groups of `atOnce`. Errors: those of the log, LOG_DISAGREES. */
export async function* leavesOf(log: PublishedLog, size: bigint, atOnce: number): AsyncGenerator<Leaf[], void, undefined> {
  let group: Leaf[] = []
  for await (const { index, entry } of log.entries(0n, size)) {
    group.push(leafOf(index, entry))
    if (group.length < atOnce) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}
