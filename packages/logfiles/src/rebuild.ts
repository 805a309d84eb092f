// Hash tiles and state made anew from the entries, once these have met every head that was signed. Entries and heads are never touched.
import { LedgerError, treeHeadsStream } from '@consent-ledger/domain'
import type { StreamReader } from '@consent-ledger/eventstore'
import { sameBytes, tilePath } from '@consent-ledger/tlog'
import { derive, type MadeTile } from './derivation.ts'
import { Difference } from './fsck/difference.ts'
import { claimed, claimedHead, demandHead, type ClaimedHead } from './fsck/head.ts'
import { HeadsWatcher } from './fsck/headsWatcher.ts'
import { KeysWatcher } from './fsck/keysWatcher.ts'
import { blamingTheHead, readThrough } from './fsck/pass.ts'
import { Revisions } from './fsck/revisions.ts'
import { wrongNarrower } from './fsck/tiles.ts'
import type { Leaf, Watcher } from './fsck/watcher.ts'
import { newestHead, publishedNote } from './heads.ts'
import type { LogFiles } from './port.ts'
import { disagrees } from './reading.ts'
import { entriesReach, isStateOf, StateWatcher, wholeState } from './rebuiltState.ts'
import { formatState, stateFile, type LogState } from './state.ts'

export type Rebuilding = {
  /** Open for writing, by this process alone. */
  files: LogFiles
  /** vkeys that are trusted, as in `fsck`. */
  keys: readonly string[]
  /** Where `tree-heads` is: without it the published head alone must be met. */
  store?: StreamReader
  onProgress?: (done: bigint, of: bigint) => void
}

/** `heads`: how many signed heads the entries met. `made`: tiles that were missing. `replaced`: tiles that were there with other bytes. `state`: whether it was made anew. */
export type Rebuilt = { size: bigint; root: Uint8Array; heads: number; made: number; replaced: number; state: boolean }

/** The published head on the way to a larger one that was signed and not published. */
class PublishedWatcher implements Watcher {
  readonly #published: ClaimedHead
  readonly #keys: KeysWatcher

  constructor(published: ClaimedHead, keys: KeysWatcher) {
    this.#published = published
    this.#keys = keys
  }

  see({ tree }: Leaf): undefined {
    if (tree.size === this.#published.head.size) demandHead(this.#published, tree.root(), this.#keys)
  }
}

/** Lost or damaged, it is published again from `tree-heads` at the next start. */
const publishedHead = async (files: LogFiles): Promise<ClaimedHead | null> => {
  try {
    return await claimedHead(files)
  } catch (error) {
    if (error instanceof Difference) return null
    throw error
  }
}

const newestOf = async ({ files, store }: Rebuilding): Promise<{ newest: ClaimedHead; published: ClaimedHead | null }> => {
  const published = await publishedHead(files)
  const signed = store === undefined ? null : await newestHead(store)
  const last = signed === null ? null : claimed(publishedNote(signed), treeHeadsStream)
  const newest = published !== null && (last === null || last.head.size < published.head.size) ? published : last
  if (newest === null) throw new LedgerError('NOT_PUBLISHED', 'There is no signed head to rebuild the log up to.')
  return { newest, published }
}

type Met = { newest: ClaimedHead; heads: number; state: LogState }

/** Writes nothing. Errors: Difference, FileFault. */
const meetHeads = async (
  { files, keys: given, store, onProgress }: Rebuilding,
  { newest, published }: Awaited<ReturnType<typeof newestOf>>,
): Promise<Met> => {
  const [keys, noted] = [new KeysWatcher(given), new StateWatcher()]
  const signed = store === undefined ? null : new HeadsWatcher(store, (size) => keys.accepted(size))
  const watchers: Watcher[] = [new Revisions(), keys, noted]
  if (signed !== null) watchers.push(signed)
  if (published !== null) watchers.push(new PublishedWatcher(published, keys))
  await blamingTheHead(newest, keys, async () => {
    demandHead(newest, await readThrough({ files, watchers, onProgress }, newest.head.size), keys)
    for (const watcher of watchers) await watcher.end?.()
  })
  const [signing] = keys.accepted(newest.head.size)
  if (signing === undefined) throw disagrees('This log names no key')
  return { newest, heads: signed?.checked ?? 1, state: noted.state(newest.head, signing) }
}

const putTile = async (files: LogFiles, { tile, bytes }: MadeTile): Promise<'there' | 'made' | 'replaced'> => {
  const path = tilePath(tile)
  const there = await files.read(path)
  if (there !== null && sameBytes(there, bytes)) return 'there'
  // The entries met every head, so it is this file that is wrong. A crash behind the removal leaves a missing tile, which the same command makes.
  if (there !== null) await files.remove([path])
  await files.create([{ path, bytes }])
  return there === null ? 'made' : 'replaced'
}

type Count = Record<'there' | 'made' | 'replaced', number>

const putTiles = async (files: LogFiles, size: bigint, count: Count = { there: 0, made: 0, replaced: 0 }): Promise<Count> => {
  for await (const { tiles } of derive(files, size)) {
    for (const tile of tiles) count[await putTile(files, tile)] += 1
    const wrong: string[] = []
    for await (const { path } of wrongNarrower(files, tiles, size)) wrong.push(path)
    await files.remove(wrong)
  }
  return count
}

/**
 * The state from which a start goes on, and whether it must be written: the one that is there, if it is of the newest head or the entries bear it out. What is
 * sealed beyond the newest head was shown to nobody: where its entries are not whole it is given up, and sealed anew from the store.
 */
const stateToKeep = async ({ files, store }: Rebuilding, { newest, state }: Met): Promise<{ state: LogState; lost: boolean }> => {
  const there = await wholeState(files)
  if (there === null || there.size < newest.head.size) return { state, lost: true }
  if (there.size === newest.head.size) return isStateOf(there, newest.head) ? { state: there, lost: false } : { state, lost: true }
  if (await entriesReach(files, there)) return { state: there, lost: false }
  if (store !== undefined) return { state, lost: true }
  throw disagrees(`The entries do not reach the ${there.size} leaves of ${stateFile}, and which heads were signed is not known here`)
}

/**
 * Makes every hash tile that is missing or wrong from the entries, and the state if it is lost, damaged, behind the heads, or ahead of them by entries that are not
 * there. Nothing is written unless the entries give the root of every head in `tree-heads` and of the published one; all is durable on return, and a crash at any
 * point leaves what the same call completes.
 * Errors: LOG_DISAGREES (the entries do not meet a head; says which), NOT_PUBLISHED (there is no head), those of files and store.
 */
export const rebuildTiles = async (input: Rebuilding): Promise<Rebuilt> => {
  const { files } = input
  const met = await agreeing(async () => meetHeads(input, await newestOf(input)))
  const { state, lost } = await stateToKeep(input, met)
  const { size, root } = met.newest.head
  const count = await putTiles(files, size)
  // Those who read by the newest head ask for its own partial tiles: the wider ones of the state come beside them.
  if (state.size > size) await putTiles(files, state.size, count)
  // Last: a state says that its tiles are durable.
  if (lost) await files.replace(stateFile, formatState(state))
  return { size, root, heads: met.heads, made: count.made, replaced: count.replaced, state: lost }
}

const agreeing = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await work()
  } catch (error) {
    throw error instanceof Difference ? disagrees(error.message, error) : error
  }
}
