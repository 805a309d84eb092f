// A store that does not have the newest leaf where the log was last told: it is held against the log from the start, event by event (ADR 18).
import { hash } from 'node:crypto'
import { isSealed, leafBytes, LedgerError, type RecordedEvent } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { givingTurns, type LogReader } from '@consent-ledger/logfiles'
import { leafHash, sameBytes, tilesOf, tileWidth } from '@consent-ledger/tlog'
import { disagrees, readEntries } from './tileFiles.ts'
import type { SealedBefore } from './unsealed.ts'

/**
 * A stream of which leaves are out of turn. `revision`: its last that is sealed. `sealed`, `found`: hash over the hashes of those leaves, in order, by the log
 * and by the store. `held`: the last of them that the store was found to have.
 */
type OutOfTurn = { revision: bigint; sealed: Uint8Array; held: bigint; found: Uint8Array }

/** From where on the store is to be read, and what is to be left out on the way. */
export type GoingOn = { after: bigint; sealedBefore?: SealedBefore }

const pageSize = 256
const none = new Uint8Array(0)

/** Of a leaf's bytes: RFC 8785 sorts the names, and `revision` and `stream` are strings of ours. Errors: LOG_DISAGREES. */
export const placeOf = (entry: Uint8Array): { id: string; stream: string; revision: bigint } => {
  try {
    const { id, stream, revision } = JSON.parse(Buffer.from(entry).toString('utf8')) as { id: string; stream: string; revision: string }
    return { id, stream, revision: BigInt(revision) }
  } catch (cause) {
    throw disagrees('An entry of the log is not the leaf of an event', cause)
  }
}

async function* entriesOf(files: LogReader, size: bigint): AsyncGenerator<Uint8Array, void, undefined> {
  const [{ full, partial } = { full: 0n, partial: 0 }] = tilesOf(size)
  const turn = givingTurns()
  for (let index = 0n; index < full; index++) {
    yield* await readEntries(files, { index, width: tileWidth })
    await turn()
  }
  if (partial > 0) yield* await readEntries(files, { index: full, width: partial })
}

async function* eventsOf(store: EventStore): AsyncGenerator<RecordedEvent, void, undefined> {
  const turn = givingTurns()
  for (let after = beginning; ;) {
    const page = await store.readAll({ after, limit: pageSize })
    yield* page
    if (page.length < pageSize) return
    after = page.at(-1)?.position ?? after
    await turn()
  }
}

const chained = (before: Uint8Array, leaf: Uint8Array): Uint8Array => hash('sha256', Buffer.concat([before, leafHash(leaf)]), 'buffer')

/** The rest of the log, where the store goes on otherwise. */
const outOfTurn = async (entry: Uint8Array, rest: AsyncGenerator<Uint8Array, void, undefined>): Promise<Map<string, OutOfTurn>> => {
  const streams = new Map<string, OutOfTurn>()
  const note = (entry: Uint8Array): void => {
    const { stream, revision } = placeOf(entry)
    const known = streams.get(stream)
    if (known !== undefined && revision !== known.revision + 1n)
      throw disagrees(`The log has revision ${revision} of ${stream} out of its turn`)
    const sealed = chained(known?.sealed ?? none, entry)
    if (known === undefined) streams.set(stream, { revision, sealed, held: revision - 1n, found: none })
    else Object.assign(known, { revision, sealed })
  }
  note(entry)
  for await (const entry of rest) note(entry)
  return streams
}

/** Which event of the stream it is: read again, since only the chain is kept. */
const differing = async (files: LogReader, store: EventStore, size: bigint, stream: string): Promise<LedgerError> => {
  for await (const entry of entriesOf(files, size)) {
    const sealed = placeOf(entry)
    if (sealed.stream !== stream) continue
    const [event] = await store.readStream(stream, { after: sealed.revision - 1n, limit: 1 })
    if (event === undefined || !sameBytes(leafBytes(event), entry))
      return disagrees(`Revision ${sealed.revision} of ${stream} in the event store is not the event that was sealed`)
  }
  return disagrees(`Events of ${stream} in the event store are not those that were sealed`)
}

/** Errors: DATA_ROLLED_BACK, naming the first stream of which the store lacks something that is sealed. */
export const behindTheLog = (stream: string, revision: bigint): LedgerError =>
  new LedgerError(
    'DATA_ROLLED_BACK',
    `The event store is behind the transparency log: it lacks revision ${revision} of ${stream}, which is sealed. \`ledger restore\` brings back from the log what the store lacks`,
  )

/** The rest of the store from `event` on, held against the leaves that are out of turn, in any order. `before`: position of the event before it. */
const holdRest = async (
  streams: Map<string, OutOfTurn>,
  { event: first, before: start }: { event: RecordedEvent | null; before: bigint },
  events: AsyncGenerator<RecordedEvent, void, undefined>,
): Promise<{ firstUnsealed: bigint | null; until: bigint }> => {
  let [before, firstUnsealed, until]: [bigint, bigint | null, bigint] = [start, null, start]
  const hold = (event: RecordedEvent): void => {
    const known = streams.get(event.stream)
    if (known !== undefined && event.revision <= known.revision) {
      known.held = event.revision
      known.found = chained(known.found, leafBytes(event))
      until = event.position
    } else if (firstUnsealed === null && isSealed(event.stream)) firstUnsealed = before
    before = event.position
  }
  if (first !== null) hold(first)
  for await (const event of events) hold(event)
  return { firstUnsealed, until }
}

/**
 * Every sealed event must be in the store and give its sealed leaf; what the store has beyond that goes into the log in the order of the store. Reads log and store
 * side by side and keeps nothing as long as their orders agree; from where they part, two hashes for each stream. Gives turns to the requests of the process.
 * Errors: LOG_DISAGREES (names stream and revision), DATA_ROLLED_BACK, those of files and store.
 */
export const holdAgainstLog = async (files: LogReader, store: EventStore, size: bigint): Promise<GoingOn> => {
  const [entries, events] = [entriesOf(files, size), eventsOf(store)]
  let [entry, event, before] = [await entries.next(), await events.next(), beginning]
  while (entry.done !== true && event.done !== true) {
    if (isSealed(event.value.stream)) {
      if (!sameBytes(leafBytes(event.value), entry.value)) break
      entry = await entries.next()
    }
    before = event.value.position
    // What follows the last leaf is not sealed: it need not be looked at.
    if (entry.done !== true) event = await events.next()
  }
  if (entry.done === true) return { after: before }
  const streams = await outOfTurn(entry.value, entries)
  const { firstUnsealed, until } = await holdRest(streams, { event: event.done === true ? null : event.value, before }, events)
  for (const [stream, { revision, sealed, held, found }] of streams) {
    if (held !== revision) throw behindTheLog(stream, held + 1n)
    if (!sameBytes(found, sealed)) throw await differing(files, store, size, stream)
  }
  if (firstUnsealed === null || firstUnsealed >= until) return { after: until }
  const last = new Map([...streams].map(([stream, { revision }]) => [stream, revision]))
  return { after: firstUnsealed, sealedBefore: { last, until } }
}
