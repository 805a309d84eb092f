// The log made again from the events where its own files are lost: from the newest whole beginning that is left, in the order of the store, up to the last signed head.
import { isSealed, leafBytes, LedgerError, placeInLeaf } from '@consent-ledger/domain'
import { beginning, type EventStore } from '@consent-ledger/eventstore'
import { encodeEntries, entriesPath, Frontier, leafHash, sameBytes, tileIn, tileWidth } from '@consent-ledger/tlog'
import { Difference } from './fsck/difference.ts'
import { fsck } from './fsck/fsck.ts'
import { claimed, demandHead, type ClaimedHead } from './fsck/head.ts'
import { HeadsWatcher } from './fsck/headsWatcher.ts'
import { KeysWatcher } from './fsck/keysWatcher.ts'
import { readThrough } from './fsck/pass.ts'
import { Revisions } from './fsck/revisions.ts'
import type { Watcher } from './fsck/watcher.ts'
import { newestHead, publishedNote } from './heads.ts'
import type { LogFiles } from './port.ts'
import { disagrees, readBundle } from './reading.ts'
import { rebuildTiles, type Rebuilt } from './rebuild.ts'
import { readState, stateFile } from './state.ts'

export type RebuildingFromStore = {
  /** Open for writing, by this process alone. What it holds of a published tree that is whole is kept; it may be empty. */
  files: LogFiles
  keys: readonly string[]
  store: Pick<EventStore, 'readStream' | 'readAll'>
  onProgress?: (done: bigint, of: bigint) => void
}

const pageSize = 1000

/** The size of the published tree that the files hold whole; 0 if they hold none. */
const wholeBeginning = async ({ files, keys }: RebuildingFromStore): Promise<bigint> => {
  const { size, finding } = await fsck({ files, keys })
  return finding === null ? size : 0n
}

const lastSigned = async ({ store }: RebuildingFromStore): Promise<ClaimedHead> => {
  const signed = await newestHead(store)
  if (signed === null) throw new LedgerError('NOT_PUBLISHED', 'The event store names no signed head to make the log again up to.')
  return claimed(publishedNote(signed), 'tree-heads')
}

/** The leaves that the log has beyond its first `sealed`, in the order of the store: of each stream those behind its last one there. */
async function* leavesBeyond(
  { store }: RebuildingFromStore,
  { lastOf }: { lastOf: (stream: string) => bigint },
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let after = beginning; ;) {
    const page = await store.readAll({ after, limit: pageSize })
    for (const event of page) if (isSealed(event.stream) && event.revision > lastOf(event.stream)) yield leafBytes(event)
    after = page.at(-1)?.position ?? after
    if (page.length < pageSize) return
  }
}

/** What is known of the beginning that is there: the tree, and how far each stream came. */
type Beginning = { size: bigint; lastOf: (stream: string) => bigint }

const notMet = (head: ClaimedHead, cause?: unknown): LedgerError =>
  disagrees(
    `The events in the order of this store do not give the head of ${head.head.size} leaves: they were sealed in another order, or are others. Nothing was written; only a copy of the log has that order`,
    cause,
  )

/** Writes nothing. Errors: LOG_DISAGREES unless beginning and events give every signed head. */
const demandHeads = async (input: RebuildingFromStore, newest: ClaimedHead, size: bigint): Promise<Beginning> => {
  const [keys, revisions] = [new KeysWatcher(input.keys), new Revisions()]
  const heads = new HeadsWatcher(input.store, (of) => keys.accepted(of))
  const watchers: Watcher[] = [revisions, keys, heads]
  const tree = new Frontier()
  const see = async (entry: Uint8Array): Promise<void> => {
    tree.append(leafHash(entry))
    for (const watcher of watchers) await watcher.see({ index: tree.size - 1n, entry, place: placeInLeaf(entry), tree })
  }
  await readThrough({ files: input.files, watchers: [{ see: ({ entry }) => see(entry) }] }, size)
  const ended = new Map<string, bigint>()
  const lastOf = (stream: string): bigint => {
    const known = ended.get(stream) ?? revisions.lastOf(stream)
    ended.set(stream, known)
    return known
  }
  for await (const entry of leavesBeyond(input, { lastOf })) {
    if (tree.size >= newest.head.size) break
    await see(entry)
    if (tree.size % BigInt(tileWidth) === 0n) input.onProgress?.(tree.size, newest.head.size)
  }
  demandHead(newest, tree.root(), keys)
  for (const watcher of watchers) await watcher.end?.()
  return { size, lastOf }
}

/** A bundle in its place; one with other bytes is of a tree that nobody signed, since these were found under the last signed head. */
const putBundle = async (files: LogFiles, index: bigint, entries: readonly Uint8Array[]): Promise<void> => {
  const [path, bytes] = [entriesPath({ index, width: entries.length }), encodeEntries(entries)]
  const there = await files.read(path)
  if (there !== null && sameBytes(there, bytes)) return
  if (there !== null) await files.remove([path])
  await files.create([{ path, bytes }])
}

/** Durable on return. A crash leaves bundles that nothing names yet; the same call goes over them again. */
const putEntries = async (input: RebuildingFromStore, { size, lastOf }: Beginning, upTo: bigint): Promise<void> => {
  const width = BigInt(tileWidth)
  let index = size / width
  const open = size % width === 0n ? [] : (await readBundle(input.files, tileIn(size, 0, index), size)).entries
  let done = size
  for await (const entry of leavesBeyond(input, { lastOf })) {
    if (done === upTo) break
    open.push(entry)
    done += 1n
    if (open.length === tileWidth) await putBundle(input.files, index++, open.splice(0))
  }
  if (open.length > 0) await putBundle(input.files, index, open)
}

/** A log that says it goes further than the last head that the store knows is not lost. Errors: LOG_DISAGREES. */
const demandBehind = async (files: LogFiles, { head }: ClaimedHead): Promise<void> => {
  const size = (await readState(files).catch(() => null))?.size ?? 0n
  if (size > head.size)
    throw disagrees(
      `${stateFile} names ${size} leaves, and the last head in the event store ${head.size}: the store may be behind the log, and then \`ledger restore\` is what helps. Only if the store is whole, move ${stateFile} away`,
    )
}

/**
 * Makes entries, tiles and state up to the last head in `tree-heads`, from the published tree that the files hold whole, or from nothing, and the events in the
 * order of the store. Nothing is written unless they give the root of every signed head; all is durable on return, and a crash leaves what the same call completes.
 * The head itself is published by the next start. Memory: a line for each stream.
 * Errors: LOG_DISAGREES (another order, other events), NOT_PUBLISHED (no head was ever signed), those of files and store.
 */
export const rebuildFromStore = async (input: RebuildingFromStore): Promise<Rebuilt & { entries: bigint }> => {
  const { files, keys, store } = input
  const newest = await lastSigned(input)
  await demandBehind(files, newest)
  const size = await wholeBeginning(input)
  if (size >= newest.head.size) return { ...(await rebuildTiles({ files, keys, store })), entries: 0n }
  const begun = await meeting(newest, () => demandHeads(input, newest, size))
  await putEntries(input, begun, newest.head.size)
  return { ...(await rebuildTiles({ files, keys, store })), entries: newest.head.size - size }
}

const meeting = async <Answer>(newest: ClaimedHead, work: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await work()
  } catch (error) {
    throw error instanceof Difference ? notMet(newest, error) : error
  }
}
