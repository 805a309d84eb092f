// The proof of a scrub as a file: its leaves and their paths, every one somebody's word until a head that counts is found above it.
import { leafBytes, ledgerStream, type Json } from '@consent-ledger/domain'
import { parseProofFile, leafHash, TlogError, verifyInclusion } from '@consent-ledger/tlog'
import { ScrubProof, type ProvenEvent } from '../../scrub/format.ts'
import type { ConsistencyProofs } from '../beginnings.ts'
import { VerifyError, type Findings } from '../finding.ts'
import { readShape, readText } from '../form.ts'
import { demandKnown, demandPlace, readLeaf } from '../leaf.ts'
import { statedHead, type SealedLeaf, type StatedHead } from '../sealed.ts'

/** How the file is called in findings. */
export const proofFile = 'the proof'

/** `leaves`: whose path leads to a head. `whole`: every one that the file has. `scrubs`: how many events of scrubs it has. */
export type ReadProof = { latest: StatedHead; leaves: SealedLeaf[]; whole: boolean; scrubs: number; proofs: ConsistencyProofs }

const json = (bytes: Uint8Array): Json => {
  const text = readText(bytes, proofFile)
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new VerifyError('FILE_MALFORMED', proofFile, 'This file is not JSON.', { cause })
  }
}

const pathOf = (text: string, where: string): ReturnType<typeof parseProofFile> => {
  try {
    return parseProofFile(text)
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause
    throw new VerifyError('FILE_MALFORMED', where, `The path of this event does not have its form: ${cause.message}.`, { cause })
  }
}

const demandPath = (leaf: Uint8Array, path: ReturnType<typeof pathOf>, { size, root }: StatedHead, where: string): void => {
  try {
    verifyInclusion({ leafHash: leafHash(leaf), index: path.index, size, root, proof: path.proof })
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause
    throw new VerifyError('PROOF_OF_ANOTHER_LEAF', where, undefined, { cause })
  }
}

const sealedLeaf = (proven: ProvenEvent, origin: string): SealedLeaf => {
  const where = `${proven.type} ${proven.revision} of ${proven.stream}`
  const bytes = Buffer.from(proven.leaf, 'utf8')
  const event = readLeaf(bytes, where)
  const place = { stream: proven.stream, revision: BigInt(proven.revision) }
  demandPlace(event, place, where)
  demandKnown(event, where)
  const path = pathOf(proven.proof, where)
  const head = statedHead(path.note, where)
  if (head.origin !== origin) throw new VerifyError('OTHER_LOG', where)
  const said = event.id === proven.id && event.type === proven.type && `${path.index}` === proven.leafIndex
  if (!said) throw new VerifyError('FILE_MALFORMED', where, 'The proof calls this event by another id, type or place than it has.')
  demandPath(leafBytes(event), path, head, where)
  const part = event.stream === ledgerStream ? 'keys' : 'catalogue'
  return { part, folder: where, place, bytes, event, index: path.index, head }
}

/** Reads the file. Finds of each leaf LEAF_MALFORMED, LEAF_MISPLACED, LEAF_UNKNOWN, OTHER_LOG, PROOF_OF_ANOTHER_LEAF, FILE_MALFORMED. Errors: FILE_MALFORMED. */
export const readProof = (bytes: Uint8Array, findings: Findings): ReadProof => {
  const { events, treeHead, consistency } = readShape(ScrubProof, json(bytes), proofFile)
  const latest = statedHead(treeHead, proofFile)
  const leaves = events.flatMap((one) => findings.attempt(() => sealedLeaf(one, latest.origin)) ?? [])
  const proofs = new Map(
    Object.entries(consistency.from).map(([size, proof]) => [BigInt(size), proof.map((hash) => Buffer.from(hash, 'base64'))]),
  )
  const scrubs = events.filter(({ type }) => type === 'ScrubPerformed').length
  return { latest, leaves, whole: leaves.length === events.length, scrubs, proofs }
}
