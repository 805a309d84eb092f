// Whether the trees under which events were proven are beginnings of the dossier's own tree: consistency, RFC 6962 §2.1.2.
import { sameBytes, TlogError, verifyConsistency } from '@consent-ledger/tlog'
import type { VerifyCode } from './codes.ts'
import { Consistency, dossierFiles } from '../dossier/format.ts'
import { fileOf, type Files } from './files.ts'
import { readCanonical, readShape } from './form.ts'
import type { StatedHead } from './sealed.ts'

/** Consistency proofs up to the dossier's own tree, by the size from which each leads. */
export type ConsistencyProofs = ReadonlyMap<bigint, Uint8Array[]>

/** Errors: FILE_MISSING, FILE_MALFORMED. */
export const readConsistency = (files: Files): ConsistencyProofs => {
  const path = dossierFiles.consistency
  const { from } = readShape(Consistency, readCanonical(fileOf(files, path), path), path)
  return new Map(Object.entries(from).map(([size, proof]) => [BigInt(size), proof.map((hash) => Buffer.from(hash, 'base64'))]))
}

/** What keeps the tree of `head` from being the beginning of that of `latest`; null if it is. */
export const apartBy = (head: StatedHead, latest: StatedHead, proofs: ConsistencyProofs): VerifyCode | null => {
  if (head.size > latest.size) return 'HEAD_OLDER'
  if (head.size === latest.size) return sameBytes(head.root, latest.root) ? null : 'HEAD_INCONSISTENT'
  const proof = proofs.get(head.size)
  if (proof === undefined) return 'HEAD_INCONSISTENT'
  try {
    verifyConsistency({ from: head.size, to: latest.size, fromRoot: head.root, toRoot: latest.root, proof })
    return null
  } catch (error) {
    if (error instanceof TlogError) return 'HEAD_INCONSISTENT'
    throw error
  }
}
