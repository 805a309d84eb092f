// The sequencer's state against the tree: it may be ahead of the published head by what a crash left, or by what is being published now.
import { parseVkey, sameBytes, TlogError, treeRoot, type HashReader } from '@consent-ledger/tlog'
import { LedgerError, placeInLeaf } from '@consent-ledger/domain'
import { readBundle, readTile } from '../reading.ts'
import type { LogReader } from '../port.ts'
import { readState, stateFile, type LogState } from '../state.ts'
import { Difference } from './difference.ts'
import type { ClaimedHead } from './head.ts'

const wrong = (message: string, cause?: unknown): Difference => new Difference('STATE_WRONG', stateFile, message, cause)

const readAll = async (files: LogReader): Promise<LogState | null> => {
  try {
    return await readState(files)
  } catch (error) {
    throw error instanceof LedgerError && error.code === 'LOG_DISAGREES' ? wrong(`${error.message}.`, error) : error
  }
}

const rootOf = async (files: LogReader, size: bigint): Promise<Uint8Array> => {
  const reader: HashReader = { tile: async (tile) => (await readTile(files, tile, size)).bytes }
  try {
    return await treeRoot(reader, size)
  } catch (error) {
    throw error instanceof TlogError ? wrong(`${stateFile} names a tree of ${size} leaves that the tiles do not hold.`, error) : error
  }
}

const lastEntry = async (files: LogReader, size: bigint): Promise<Uint8Array> => {
  const [index, width] = [(size - 1n) >> 8n, Number((size - 1n) & 0xffn) + 1]
  const { entries } = await readBundle(files, { index, width }, size)
  return entries.at(-1) ?? new Uint8Array(0)
}

/** Errors: Difference, FileFault. A mirror has no state, and that is no difference. */
export const demandState = async (files: LogReader, { head }: ClaimedHead): Promise<void> => {
  const state = await readAll(files)
  if (state === null) return
  const { size, origin, vkey, last, root } = state
  if (size < head.size) throw wrong(`${stateFile} ends at ${size} leaves, but a head of ${head.size} is published.`)
  if (origin !== head.origin || parseVkey(vkey).name !== origin)
    throw wrong(`${stateFile} is of a log of another name than the published head.`)
  if (!sameBytes(await rootOf(files, size), Buffer.from(root, 'base64')))
    throw wrong(`${stateFile} has another root for ${size} leaves than the tiles.`)
  const place = placeInLeaf(await lastEntry(files, size))
  if (place?.stream !== last.stream || place.revision !== last.revision)
    throw wrong(`${stateFile} names revision ${last.revision} of ${last.stream} as the newest leaf, and the entries do not.`)
}
