// The head that a whole log is held against.
import { openTreeHead, parseNote, parseTreeHead, sameBytes, type TreeHead } from '@consent-ledger/tlog'
import type { LogReader } from '../port.ts'
import { stateFile } from '../state.ts'
import { demanding, Difference } from './difference.ts'
import type { KeysWatcher } from './keysWatcher.ts'

/** A head as it reads; its signature is checked when the keys are known. `where`: the place where it stands. */
export type ClaimedHead = { head: TreeHead; note: string; where: string }

/** Errors: Difference for what is no head. */
export const claimed = (note: string, where: string): ClaimedHead => {
  const head = demanding('PUBLISHED_HEAD_WRONG', where, 'The head is not of its form', () => parseTreeHead(parseNote(note).text))
  return { head, note, where }
}

/** The published head. Null for a log that was never begun. Errors: Difference. */
export const claimedHead = async (files: LogReader): Promise<ClaimedHead | null> => {
  const bytes = await files.read('checkpoint')
  if (bytes !== null) return claimed(Buffer.from(bytes).toString('utf8'), 'checkpoint')
  if ((await files.read(stateFile)) === null && (await files.read('tile/0/000')) === null) return null
  throw new Difference('PUBLISHED_HEAD_MISSING', 'checkpoint', 'There are files of a log, and no published head over them.')
}

/** `root`: as the entries give it. Errors: Difference. */
export const demandHead = ({ head, note, where }: ClaimedHead, root: Uint8Array, keys: KeysWatcher): void => {
  demanding('PUBLISHED_HEAD_WRONG', where, 'The head is not signed by the key of this log', () =>
    openTreeHead(note, keys.accepted(head.size)),
  )
  if (!sameBytes(head.root, root))
    throw new Difference('ROOT_WRONG', where, `The head has another root for ${head.size} leaves than the entries give.`)
}
