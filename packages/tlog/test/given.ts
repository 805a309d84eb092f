// Keys, tree heads and proofs of an invented log, the same at every run: the secrets are SHA-256 of their names.
import { createHash } from 'node:crypto'
import { cosign, formatProofFile, formatTreeHead, inclusionProof, parseSkey, parseVkey, signNote, type KeyType } from '../src/index.ts'
import { naiveKeyPair } from './naiveNote.ts'
import { naiveTree } from './naive.ts'
import { naiveReader } from './naiveTiles.ts'

export const origin = 'ledger.example.org/log'

/** A key pair by its name; `seed` tells two keys of one name apart. */
export const keyOf = (name: string, type: KeyType = 0x01, seed = name) => {
  const { skey, vkey } = naiveKeyPair(name, type, createHash('sha256').update(seed).digest())
  return { skey, vkey, signer: parseSkey(skey), verifier: parseVkey(vkey) }
}

export const log = keyOf(origin)
export const lawFirm = keyOf('witness.example.org/law-firm', 0x04)
export const auditor = keyOf('witness.example.org/auditor', 0x04)

export const entries = Array.from({ length: 21 }, (_, n) => Buffer.from(`entry ${n}`))
export const tree = naiveTree(entries)
export const size = BigInt(entries.length)
export const headText = formatTreeHead({ origin, size, root: tree(0n, size) })
export const seconds = 1_767_225_600n

/** The tree head as the log publishes it, with both witnesses behind its own signature. */
export const cosigned =
  signNote(headText, log.signer) + cosign(lawFirm.signer, headText, seconds) + cosign(auditor.signer, headText, seconds + 1n)

export const proofOf = async (index: bigint) => ({ index, proof: await inclusionProof(naiveReader(tree), { index, size }), note: cosigned })
export const proofFileOf = async (index: bigint): Promise<string> => formatProofFile(await proofOf(index))
