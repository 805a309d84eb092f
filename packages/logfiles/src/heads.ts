// The heads that were signed, found in the stream `tree-heads` by halving: it grows by one or two events a second, and nobody reads it whole.
import { treeHeadEvents, treeHeadsStream, type SignedHead } from '@consent-ledger/domain'
import { beginning, type StreamReader } from '@consent-ledger/eventstore'
import { HeadIndex } from './headIndex.ts'
import { eventAt, halved, lastRevisionOf, sizeOf, strange } from './revisionSearch.ts'

/** Witnesses sign in one event, or in a few where the sequencer was ended between. */
const cosigningEvents = 16

const readHead = async (store: StreamReader, revision: bigint): Promise<SignedHead | null> => {
  const [first, ...next] = await store.readStream(treeHeadsStream, { after: revision - 1n, limit: 1 + cosigningEvents })
  if (first === undefined) return null
  const signed = treeHeadEvents.TreeHeadSigned.safeParse(first.data)
  if (first.type !== 'TreeHeadSigned' || !signed.success) throw strange(revision)
  const size = sizeOf(first)
  // What is recorded behind the next head came too late: whoever read this one before must read the same again.
  const behind = next.findIndex((event) => event.type !== 'TreeHeadCosigned' || sizeOf(event) !== size)
  const signatures = (behind === -1 ? next : next.slice(0, behind)).flatMap(({ data, revision }) => {
    const cosigned = treeHeadEvents.TreeHeadCosigned.safeParse(data)
    if (!cosigned.success) throw strange(revision)
    return cosigned.data.signatures
  })
  return { size, note: signed.data.note, signatures }
}

/** Of each store that is read by somebody here; it goes with the store. Only places are kept: a stream never changes one. */
const indices = new WeakMap<StreamReader, HeadIndex>()

const indexOf = (store: StreamReader): HeadIndex => {
  const index = indices.get(store) ?? new HeadIndex()
  indices.set(store, index)
  return index
}

/** The first head of at least this size. Errors: LOG_DISAGREES if the stream holds something else, those of the store. */
const firstHeadFrom = async (store: StreamReader, size: bigint): Promise<SignedHead | null> => {
  const place = await indexOf(store).firstFrom(store, size)
  if (place === null) return null
  if ('at' in place) return readHead(store, place.at)
  const reached = async (revision: bigint): Promise<boolean> => {
    const event = await eventAt(store, treeHeadsStream, revision)
    return event === undefined || sizeOf(event) >= size
  }
  return readHead(store, await halved(beginning, place.before, reached))
}

/**
 * The first head that covers a leaf, with its cosignatures; it may be signed and not yet published. Null: none does. For one of the newest it asks the store once
 * or twice; for an older one as often as the logarithm of the stream. Errors: LOG_DISAGREES, those of the store.
 */
export const firstHeadCovering = (store: StreamReader, leafIndex: bigint): Promise<SignedHead | null> =>
  firstHeadFrom(store, leafIndex + 1n)

/** The head of exactly this size. Null: none was signed. Errors: LOG_DISAGREES, those of the store. */
export const headOfSize = async (store: StreamReader, size: bigint): Promise<SignedHead | null> => {
  const head = await firstHeadFrom(store, size)
  return head?.size === size ? head : null
}

/** The head that was signed last. Null: none was. Errors: LOG_DISAGREES, those of the store. */
export const newestHead = async (store: StreamReader): Promise<SignedHead | null> => {
  const last = await eventAt(store, treeHeadsStream, await lastRevisionOf(store, treeHeadsStream))
  return last === undefined ? null : headOfSize(store, sizeOf(last))
}

/** The head as it is published: the log's note and behind it the lines of the witnesses. */
export const publishedNote = ({ note, signatures }: SignedHead): string =>
  note + signatures.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('')
