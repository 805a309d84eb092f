// Heads that were signed and are larger than the published one: of a log that goes on meanwhile, of a crash between two steps, or of a log that is older than them.
import { treeHeadsStream } from '@consent-ledger/domain'
import { parseNote, parseTreeHead, sameBytes, treeRoot } from '@consent-ledger/tlog'
import type { LogReader } from '../port.ts'
import { FileFault, readTile } from '../reading.ts'
import { readState } from '../state.ts'
import { demanding, Difference } from './difference.ts'
import type { Signed } from './headsWatcher.ts'

/** Looks at a tree whose partial tiles go while it is looked at: each time the log has gone on. */
const mostTries = 5

const rootAt = async (files: LogReader, size: bigint, newest: bigint, tries = 1): Promise<Uint8Array> => {
  try {
    return await treeRoot({ tile: async (tile) => (await readTile(files, tile, newest)).bytes }, size)
  } catch (error) {
    const later = (await readState(files))?.size ?? newest
    if (!(error instanceof FileFault) || later === newest || tries === mostTries) throw error
    return rootAt(files, size, later, tries + 1)
  }
}

/**
 * Demands that such a head is one of the tree that the state names; a mirror, which has no state, is not held to know of it. Its signature is checked once it is
 * published. Errors: Difference, FileFault.
 */
export const demandBeyond =
  (files: LogReader) =>
  async ({ size, note, revision }: Signed): Promise<void> => {
    const state = await readState(files)
    if (state === null) return
    const where = `${treeHeadsStream} revision ${revision}`
    const wrong = (what: string): Difference => new Difference('HEAD_WRONG', where, `The head of ${size} leaves, ${where}, ${what}.`)
    if (size > state.size) throw wrong(`was signed, and the log ends at ${state.size}: it is older than that head`)
    const head = demanding('HEAD_WRONG', where, `The head of ${size} leaves, ${where}, is not of its form`, () =>
      parseTreeHead(parseNote(note).text),
    )
    if (head.size !== size || !sameBytes(head.root, await rootAt(files, size, state.size)))
      throw wrong('has another root than the tiles give')
  }
