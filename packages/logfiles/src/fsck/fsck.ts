// Re-derives a log from its entries and names the first difference: entries → leaf hashes → tiles → root → published head, state, and what else is asked.
import type { EventStore } from '@consent-ledger/eventstore'
import { emptyRoot, parseVkey } from '@consent-ledger/tlog'
import type { LogReader } from '../port.ts'
import { findingOf, type FsckFinding } from './difference.ts'
import { claimedHead, demandHead, type ClaimedHead } from './head.ts'
import { demandBeyond } from './headsBeyond.ts'
import { HeadsWatcher } from './headsWatcher.ts'
import { KeysWatcher } from './keysWatcher.ts'
import { blamingTheHead, readThrough } from './pass.ts'
import { Revisions } from './revisions.ts'
import { demandState } from './state.ts'
import { StatementWatcher } from './statementWatcher.ts'
import { StoreWatcher } from './storeWatcher.ts'
import { demandNarrower, demandTiles } from './tiles.ts'
import type { Watcher } from './watcher.ts'

export type Fsck = {
  /** A log, or a copy of it that has the entries too. */
  files: LogReader
  /** vkeys that are trusted: one of them must sign the head, or have handed the log to the key that does. []: the log's word is taken. */
  keys: readonly string[]
  /** After each bundle: leaves checked, of how many. */
  onProgress?: (done: bigint, of: bigint) => void
  /** Every leaf is compared with its event, every head in `tree-heads` with the tree. */
  store?: Pick<EventStore, 'readStream' | 'readAll'>
  /** A `completeness.note`: its size, root and last revisions are held against the log. */
  statement?: string
  /** vkeys of statements that are trusted beside those that the log names. */
  statementKeys?: readonly string[]
}

/** `size`, `root`: of the published head as it reads; 0 and the empty root for a log that was never begun. `finding`: the first difference, null for none. */
export type Checked = { size: bigint; root: Uint8Array; finding: FsckFinding | null }

type Watching = { keys: KeysWatcher; watchers: Watcher[] }

const watch = ({ files, keys: given, store, statement, statementKeys = [] }: Fsck): Watching => {
  const [keys, revisions] = [new KeysWatcher(given), new Revisions()]
  const watchers: Watcher[] = [revisions, keys]
  if (store !== undefined)
    watchers.push(new StoreWatcher(store, revisions), new HeadsWatcher(store, (size) => keys.accepted(size), demandBeyond(files)))
  if (statement !== undefined)
    watchers.push(new StatementWatcher(statement, () => [...keys.named.statements, ...statementKeys.map(parseVkey)]))
  return { keys, watchers }
}

const demandAll = async (input: Fsck, claimed: ClaimedHead): Promise<void> => {
  const { files, onProgress } = input
  const { head } = claimed
  const { keys, watchers } = watch(input)
  const before: Parameters<typeof readThrough>[0]['before'] = async (derived) => {
    await demandTiles(files, head, derived)
    await demandNarrower(files, derived.tiles, head.size)
  }
  await blamingTheHead(claimed, keys, async () => {
    demandHead(claimed, await readThrough({ files, watchers, before, onProgress }, head.size), keys)
    await demandState(files, claimed)
    for (const watcher of watchers) await watcher.end?.()
  })
}

const noLog: FsckFinding = {
  code: 'STATEMENT_WRONG',
  where: 'completeness.note',
  message: 'There is no log to hold the statement against.',
}

/**
 * Checks a whole log. Reads all of it, writes nothing, and may run beside the sequencer: it checks the tree that is published when it begins. Keeps one line for
 * each stream in memory, and a bundle. Errors: those of files and store that say nothing of the log, such as STORE_UNAVAILABLE.
 */
export const fsck = async (input: Fsck): Promise<Checked> => {
  let [size, root] = [0n, emptyRoot]
  try {
    const claimed = await claimedHead(input.files)
    if (claimed === null) return { size, root, finding: input.statement === undefined ? null : noLog }
    ;({ size, root } = claimed.head)
    await demandAll(input, claimed)
    return { size, root, finding: null }
  } catch (error) {
    return { size, root, finding: findingOf(error) }
  }
}
