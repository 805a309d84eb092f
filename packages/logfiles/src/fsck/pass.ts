// One reading of a log from its first entry to its last, under the eyes of whoever asks something of it.
import { placeInLeaf } from '@consent-ledger/domain'
import { Frontier } from '@consent-ledger/tlog'
import { derive, type Derived } from '../derivation.ts'
import type { LogReader } from '../port.ts'
import { Difference } from './difference.ts'
import type { ClaimedHead } from './head.ts'
import type { KeysWatcher } from './keysWatcher.ts'
import type { Watcher } from './watcher.ts'

/** `before`: for each bundle, before anything is read out of its entries. */
export type Pass = {
  files: LogReader
  watchers: readonly Watcher[]
  before?: (derived: Derived) => Promise<void>
  onProgress?: ((done: bigint, of: bigint) => void) | undefined
}

const seeLeaves = async ({ first, entries, hashes }: Derived, tree: Frontier, watchers: readonly Watcher[]): Promise<void> => {
  for (const [n, entry] of entries.entries()) {
    const hash = hashes[n]
    if (hash === undefined) return
    tree.append(hash)
    const leaf = { index: first + BigInt(n), entry, place: placeInLeaf(entry), tree }
    for (const watcher of watchers) {
      const waiting = watcher.see(leaf)
      if (waiting !== undefined) await waiting
    }
  }
}

/** Shows the first `size` entries to all watchers, one after another; the root that they give. Errors: Difference, FileFault, those of files and store. */
export const readThrough = async ({ files, watchers, before, onProgress }: Pass, size: bigint): Promise<Uint8Array> => {
  const tree = new Frontier()
  for await (const derived of derive(files, size)) {
    await before?.(derived)
    await seeLeaves(derived, tree, watchers)
    onProgress?.(tree.size, size)
  }
  return tree.root()
}

/** Runs `work`; if it fails and a key that is known by then says that the head was changed, nothing else is worth telling. */
export const blamingTheHead = async ({ head, note, where }: ClaimedHead, keys: KeysWatcher, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (!keys.denies(note, head.size)) throw error
    throw new Difference('PUBLISHED_HEAD_WRONG', where, 'The head was changed: its signature is not of what it says.', error)
  }
}
