// Whether an event lies under a tree head: the path from its exact bytes to the root that the head states.
import { leafHash, parseNote, parseProofFile, parseTreeHead, TlogError, verifyInclusion, type TreeHead } from '@consent-ledger/tlog'
import { dossierFiles, leafFiles } from '../dossier/format.ts'
import { fileOf, type Files } from './files.ts'
import { VerifyError, type Findings } from './finding.ts'
import { readText } from './form.ts'
import type { DossierLeaf } from './leaves.ts'

/** A tree head as its text says it. That the log signed it is not said here. `where`: the file that holds it. */
export type StatedHead = TreeHead & { note: string; where: string }

/** A leaf with its index in the log, and the head to which its path leads. */
export type SealedLeaf = DossierLeaf & { index: bigint; head: StatedHead }

/** Reads what a file in one of C2SP's formats holds. Errors: FILE_MALFORMED. */
const readC2sp = <T>(where: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new VerifyError('FILE_MALFORMED', where, `This file does not have its form: ${error.message}.`, { cause: error })
  }
}

/** Size and root that a signed note states, its signatures not looked at. Errors: FILE_MALFORMED. */
export const statedHead = (note: string, where: string): StatedHead =>
  readC2sp(where, () => ({ ...parseTreeHead(parseNote(note).text), note, where }))

/** The head of the whole dossier. Errors: FILE_MISSING, FILE_MALFORMED. */
export const latestHead = (files: Files): StatedHead => {
  const path = dossierFiles.treeHead
  return statedHead(readText(fileOf(files, path), path), path)
}

const sealedLeaf = (files: Files, leaf: DossierLeaf, origin: string): SealedLeaf => {
  const where = `${leaf.folder}/${leafFiles.proof}`
  const file = readC2sp(where, () => parseProofFile(readText(fileOf(files, where), where)))
  const head = statedHead(file.note, where)
  if (head.origin !== origin) throw new VerifyError('OTHER_LOG', where)
  try {
    verifyInclusion({ leafHash: leafHash(leaf.bytes), index: file.index, size: head.size, root: head.root, proof: file.proof })
  } catch (cause) {
    if (cause instanceof TlogError) throw new VerifyError('PROOF_OF_ANOTHER_LEAF', where, undefined, { cause })
    throw cause
  }
  return { ...leaf, index: file.index, head }
}

/** Leaves whose proof file leads from them to a head of `origin`. Finds OTHER_LOG, PROOF_OF_ANOTHER_LEAF, FILE_MISSING, FILE_MALFORMED, and leaves out the leaves concerned. */
export const sealedLeaves = (files: Files, leaves: readonly DossierLeaf[], origin: string, findings: Findings): SealedLeaf[] =>
  leaves.flatMap((leaf) => findings.attempt(() => sealedLeaf(files, leaf, origin)) ?? [])

/** A stream's events stand in the log in the order in which they were recorded. `leaves`: by stream and revision. Finds LEAF_ORDER. */
export const checkOrder = (leaves: readonly SealedLeaf[], findings: Findings): void => {
  for (const [n, leaf] of leaves.entries()) {
    const before = leaves[n - 1]
    if (before?.place.stream === leaf.place.stream && before.index >= leaf.index) findings.add('LEAF_ORDER', leaf.folder)
  }
}
