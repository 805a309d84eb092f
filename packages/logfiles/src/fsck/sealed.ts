// What was sealed and has no published head over it, by the word of the state alone: derived again from the entries before anybody builds on it.
import { type TreeHead } from '@consent-ledger/tlog'
import type { LogReader } from '../port.ts'
import { readState, stateFile, type LogState } from '../state.ts'
import { Difference, findingOf, type FsckFinding } from './difference.ts'
import { claimed, demandHead } from './head.ts'
import { KeysWatcher } from './keysWatcher.ts'
import { readThrough, type Pass } from './pass.ts'
import { Revisions } from './revisions.ts'
import { demandState } from './state.ts'
import { demandTiles } from './tiles.ts'
import type { Leaf, Watcher } from './watcher.ts'

export type FsckSealed = {
  files: LogReader
  /** vkeys that are trusted, as in `fsck`. */
  keys: readonly string[]
  /** Notes of heads, none larger than the state, that must be heads of this very tree. */
  heads?: readonly string[]
  onProgress?: Pass['onProgress']
}

/** `state`: as it reads, null where there is none: then there is nothing to check. */
export type CheckedSealed = { state: LogState | null; finding: FsckFinding | null }

/** Heads on the way to the end of the state. */
class Within implements Watcher {
  readonly #heads: ReturnType<typeof claimed>[]
  readonly #keys: KeysWatcher

  constructor(heads: readonly string[], keys: KeysWatcher) {
    this.#heads = heads.map((note) => claimed(note, 'checkpoint'))
    this.#keys = keys
  }

  see({ tree }: Leaf): undefined {
    for (const one of this.#heads) if (one.head.size === tree.size) demandHead(one, tree.root(), this.#keys)
  }
}

const demandSealed = async ({ files, keys: given, heads = [], onProgress }: FsckSealed, state: LogState): Promise<void> => {
  const keys = new KeysWatcher(given)
  const watchers: Watcher[] = [new Revisions(), keys, new Within(heads, keys)]
  const head: TreeHead = { origin: state.origin, size: state.size, root: Buffer.from(state.root, 'base64') }
  const before: Pass['before'] = (derived) => demandTiles(files, head, derived)
  const root = await readThrough({ files, watchers, before, onProgress }, state.size)
  if (Buffer.compare(root, head.root) !== 0)
    throw new Difference('STATE_WRONG', stateFile, `${stateFile} has another root for ${state.size} leaves than the entries give.`)
  // What it says of its newest leaf.
  await demandState(files, { head, note: '', where: stateFile })
  if (keys.accepted(state.size).every(({ vkey }) => vkey !== state.vkey))
    throw new Difference('STATE_WRONG', stateFile, `${stateFile} names another key than the one that signs a tree of ${state.size} leaves.`)
  for (const watcher of watchers) await watcher.end?.()
}

/**
 * Derives everything up to the end of the state, which may lie beyond the published head, or be all that is left of it. Writes nothing.
 * Errors: those of the files that say nothing of the log, such as STORE_UNAVAILABLE; LOG_DISAGREES for a state that is damaged.
 */
export const fsckSealed = async (input: FsckSealed): Promise<CheckedSealed> => {
  const state = await readState(input.files)
  if (state === null) return { state, finding: null }
  try {
    await demandSealed(input, state)
    return { state, finding: null }
  } catch (error) {
    return { state, finding: findingOf(error) }
  }
}
