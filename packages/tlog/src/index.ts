// A transparency log in pure functions, for whoever writes, reads or checks one: RFC 6962 trees in C2SP's formats.
export { TlogError, tlogCodes, type TlogCode } from './errors.ts'
export { emptyRoot, hashSize, leafHash, nodeHash, sameBytes } from './hashes.ts'
export {
  type Bundle,
  entriesPath,
  newTiles,
  parseTilePath,
  type Tile,
  tileIn,
  type TileLevel,
  tilePath,
  tilesOf,
  tileWidth,
} from './tiles.ts'
export { decodeEntries, encodeEntries, longestEntry } from './entries.ts'
export { type HashReader, tileRoot } from './reader.ts'
export { Frontier, openFrontier, treeRoot } from './tree.ts'
export {
  type ConsistencyClaim,
  consistencyProof,
  type InclusionClaim,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from './proofs.ts'
export { generateKey, isKeyName, type KeyType, parseSkey, parseVkey, type Signer, type Verifier } from './keys.ts'
export { type OpenedNote, openNote, parseNote, signNote, type StatedSignature, type VerifiedSignature } from './note.ts'
export { cosign } from './cosignature.ts'
export { type Cosignature, formatTreeHead, type OpenedTreeHead, openTreeHead, parseTreeHead, type TreeHead } from './treeHead.ts'
export { formatProofFile, parseProofFile, type ProofClaim, type ProofFile, verifyProofFile } from './proofFile.ts'
export { meetsQuorum, parsePolicy, type Policy, type PolicyGroup, type PolicyLog, type PolicyWitness } from './policy.ts'
export { type AddCheckpoint, formatAddCheckpoint, parseAddCheckpoint } from './witnessMessages.ts'
