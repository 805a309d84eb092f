// Brings an event store level with a log: what is sealed and not in the store is appended again, the same event at the same place in its stream.
import { leafBytes, LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import { appendsOf } from '../copy/batches.ts'
import { sideBySide, toAppend } from '../copy/copying.ts'
import type { Leaf } from './leaves.ts'

/** Appends under way at once: SQLite makes one commit of all that wait. */
const inFlight = 64

/** Store and log do not say the same. Nobody but a person can tell which is right. */
const differs = ({ index, event: { stream, revision } }: Leaf): LedgerError =>
  new LedgerError(
    'LOG_DISAGREES',
    `Revision ${revision} of ${stream} in the event store is not the event that was sealed as leaf ${index}. Nothing more was changed; keep both.`,
  )

const byStream = (leaves: readonly Leaf[]): Map<string, Leaf[]> => {
  const streams = new Map<string, Leaf[]>()
  for (const leaf of leaves) {
    const sofar = streams.get(leaf.event.stream)
    if (sofar === undefined) streams.set(leaf.event.stream, [leaf])
    else sofar.push(leaf)
  }
  return streams
}

/** Those of one stream that the store lacks. Errors: LOG_DISAGREES. */
const missingOf = async (store: EventStore, stream: string, leaves: readonly Leaf[]): Promise<Leaf[]> => {
  const after = (leaves[0]?.event.revision ?? 0n) - 1n
  const there = await store.readStream(stream, { after, limit: leaves.length })
  for (const [n, event] of there.entries()) {
    const leaf = leaves[n]
    if (leaf !== undefined && Buffer.compare(leafBytes(event), leaf.entry) !== 0) throw differs(leaf)
  }
  return leaves.slice(there.length)
}

/** How many events of one stream were appended. */
const levelStream = async (store: EventStore, stream: string, leaves: readonly Leaf[]): Promise<number> => {
  const missing = await missingOf(store, stream, leaves)
  // The place in the store is new, and no proof rests on it.
  const events = missing.map(({ event }) => ({ ...event, position: 0n }))
  for (const together of appendsOf(events)) {
    const [first] = together
    // A crash here leaves the beginning of the stream; the same call goes on behind it.
    if (first !== undefined) await store.append(stream, first.revision - 1n, together.map(toAppend))
  }
  return missing.length
}

/**
 * Appends those of `leaves` that the store lacks: consecutive leaves of a log whose earlier leaves it has. Durable on return; safe to repeat. Answers with how many.
 * Errors: LOG_DISAGREES (the store has another event in the place of one that is sealed), those of the store.
 */
export const levelEvents = async (store: EventStore, leaves: readonly Leaf[]): Promise<number> => {
  const streams = [...byStream(leaves)]
  let appended = 0
  const level = async ([stream, group]: [string, Leaf[]]): Promise<void> => {
    const here = await levelStream(store, stream, group)
    appended += here
  }
  const ofSubjects = ([stream]: [string, Leaf[]]): boolean => stream.startsWith('subject-')
  // What the events of people refer to stands before them.
  for (const one of streams) if (!ofSubjects(one)) await level(one)
  await sideBySide(streams.filter(ofSubjects), inFlight, level)
  return appended
}
