// A head that somebody else shows, held against this log's own tree: with the log's signature on it, another tree is proof that the log went back or was forked.
import type { LogReader } from '@consent-ledger/logfiles'
import { openTreeHead, parseVkey, sameBytes, TlogError, treeRoot, type TreeHead, type Verifier } from '@consent-ledger/tlog'
import { disagrees, readerWithin } from './tileFiles.ts'
import type { Shown } from './witnesses.ts'

/** `size`: of the newest head that this log signed, or is about to sign, as far as it knows. `vkeys`: all that ever signed for it. */
export type OwnTree = { size: bigint; vkeys: readonly string[] }

/** The head, if a key of this log signed it. Whatever else was shown says nothing of the log: whoever shows it may have made it. */
const ownHead = (note: string, keys: readonly Verifier[]): TreeHead | null => {
  try {
    return openTreeHead(note, keys).head
  } catch (error) {
    if (error instanceof TlogError) return null
    throw error
  }
}

const remedy =
  'Nothing more is signed. Either this log was put back to an older state, or its key signed another one: find its newest log and run `ledger restore`, see docs/witness.md'

/** Errors: LOG_DISAGREES names who showed the first head that is signed by this log and not of this tree; those of the files. */
export const demandOfTree = async (files: LogReader, { size, vkeys }: OwnTree, shown: readonly Shown[]): Promise<void> => {
  const keys = vkeys.map(parseVkey)
  for (const { name, note } of shown) {
    const head = ownHead(note, keys)
    if (head === null) continue
    if (head.size > size)
      throw disagrees(
        `The witness ${name} holds a head of ${head.size} leaves that this log signed, but its tree ends at ${size}. ${remedy}`,
      )
    if (!sameBytes(head.root, await treeRoot(readerWithin(files, size), head.size)))
      throw disagrees(
        `The witness ${name} holds a head of ${head.size} leaves that this log signed, with another root than its tree has. ${remedy}`,
      )
  }
}
