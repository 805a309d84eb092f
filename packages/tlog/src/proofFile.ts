// What somebody keeps to show that a leaf is in the log: C2SP tlog-proof v1, a file of text that needs neither us nor a network.
import { parseHashes, splitAtNote, withNote } from './aboveNote.ts'
import { TlogError } from './errors.ts'
import { leafHash } from './hashes.ts'
import type { Verifier } from './keys.ts'
import { meetsQuorum, type Policy } from './policy.ts'
import { verifyInclusion } from './proofs.ts'
import { fromBase64, parseDecimal, toBase64 } from './text.ts'
import { type OpenedTreeHead, openTreeHead } from './treeHead.ts'

/** `note` is the tree head with its signatures, verbatim. `extra` is said by nobody: no signature covers it. */
export type ProofFile = { index: bigint; proof: Uint8Array[]; note: string; extra?: Uint8Array }

const firstLine = 'c2sp.org/tlog-proof@v1'

/** The text of a `.tlog-proof`. */
export const formatProofFile = ({ index, proof, note, extra }: ProofFile): string =>
  withNote([firstLine, ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]), `index ${index}`], proof, note)

const malformed = (what: string): TlogError => new TlogError('PROOF_FILE_MALFORMED', what)

const parseExtra = (line: string): Uint8Array => {
  const extra = fromBase64(line.slice('extra '.length))
  if (extra === null) throw malformed('its extra data is not in base64')
  return extra
}

/** The parts of a `.tlog-proof`; nothing of it is checked but the form. Errors: PROOF_FILE_MALFORMED, NOTE_MALFORMED. */
export const parseProofFile = (text: string): ProofFile => {
  const { lines, note } = splitAtNote(text, 'PROOF_FILE_MALFORMED')
  if (lines.shift() !== firstLine) throw malformed(`it does not begin with ${firstLine}`)
  const extra = lines[0]?.startsWith('extra ') === true ? parseExtra(lines.shift() ?? '') : undefined
  const line = lines.shift() ?? ''
  const index = line.startsWith('index ') ? parseDecimal(line.slice('index '.length)) : null
  if (index === null) throw malformed('it has no index')
  return { index, proof: parseHashes(lines, 'PROOF_FILE_MALFORMED'), note, ...(extra === undefined ? {} : { extra }) }
}

/** What the verifier brings along. `leaf`: the entry's bytes. `log`: the keys it accepts for the log, got elsewhere; the policy's own `log` lines are not used. */
export type ProofClaim = { leaf: Uint8Array; log: readonly Verifier[]; witnesses?: readonly Verifier[]; policy?: Policy }

/**
 * Checks that the leaf lies at `index` of a tree that the log signed, and that the witnesses of the policy suffice.
 * Errors: those of `openTreeHead`, INCLUSION_WRONG, QUORUM_MISSED.
 */
export const verifyProofFile = (file: ProofFile, claim: ProofClaim): OpenedTreeHead & { index: bigint } => {
  const { leaf, log, witnesses = [], policy } = claim
  const opened = openTreeHead(file.note, log, [...witnesses, ...(policy?.witnesses ?? []).map(({ verifier }) => verifier)])
  const { size, root } = opened.head
  verifyInclusion({ leafHash: leafHash(leaf), index: file.index, size, root, proof: file.proof })
  if (policy !== undefined && !meetsQuorum(policy, new Set(opened.cosignatures.map(({ vkey }) => vkey))))
    throw new TlogError('QUORUM_MISSED', `the witnesses of the tree of ${size} leaves are not the quorum`)
  return { ...opened, index: file.index }
}
