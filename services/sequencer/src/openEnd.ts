// The open end of the log as the files hold it, checked at each start: the newest leaf, its way up to the root, and that nothing is there where nothing should be.
import { treeHeadsStream } from '@consent-ledger/domain'
import { stateFile, type LogReader, type LogState } from '@consent-ledger/logfiles'
import { entriesPath, tileIn, tileWidth } from '@consent-ledger/tlog'
import { readHeads } from './heads.ts'
import type { SealingDeps } from './openLog.ts'
import { placeOf } from './otherStore.ts'
import { rootReadBack } from './readBack.ts'
import { checkpointFile } from './seal.ts'
import { disagrees, readEntries } from './tileFiles.ts'

/** Bundles of entries that a batch without a state behind it may have left, and more. */
const batchBundles = 64n

/** A log that has no state yet has signed and published nothing. Tiles may lie there: of a first batch that was cut short. Errors: LOG_DISAGREES. */
export const demandEmpty = async ({ store, files }: Pick<SealingDeps, 'store' | 'files'>): Promise<void> => {
  const remedy = 'Bring back the log directory, or a mirror of it with its entries, or name it in LEDGER_LOG'
  const { head } = await readHeads(store, 0n)
  if (head !== null) throw disagrees(`${stateFile} is missing, though ${treeHeadsStream} has a head of ${head.size} leaves. ${remedy}`)
  if ((await files.read(checkpointFile)) !== null) throw disagrees(`${stateFile} is missing, though a head is published. ${remedy}`)
  if ((await files.read(entriesPath({ index: batchBundles, width: tileWidth }))) !== null)
    throw disagrees(`${stateFile} is missing, though there are entries of more than one batch. ${remedy}`)
}

/** Bytes of the newest leaf of a tree that is not empty. */
export const lastEntry = async (files: LogReader, size: bigint): Promise<Uint8Array> => {
  const entries = await readEntries(files, tileIn(size, 0, (size - 1n) >> 8n))
  return entries.at(-1) ?? new Uint8Array(0)
}

/** The newest leaf, its bundle, its tiles and the root are those of the state. Errors: LOG_DISAGREES names the file. */
export const demandTiles = async ({ files }: Pick<SealingDeps, 'files'>, { size, root, last }: LogState): Promise<void> => {
  const read = Buffer.from(await rootReadBack(files, size - 1n, size)).toString('base64')
  if (read !== root) throw disagrees(`The tiles of ${size} leaves give another root than ${stateFile}`)
  const { id, stream, revision } = placeOf(await lastEntry(files, size))
  if (id !== last.id || stream !== last.stream || revision !== last.revision)
    throw disagrees(`Leaf ${size - 1n} is not the event that ${stateFile} names as the last`)
}
