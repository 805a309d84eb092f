// The proof that one event is in the log: found, made from tiles, and checked as a stranger would check it before anybody gets it.
import { LedgerError, type SignedHead } from '@consent-ledger/domain'
import type { StreamReader } from '@consent-ledger/eventstore'
import { formatProofFile, inclusionProof, leafHash, parseProofFile, TlogError, verifyProofFile } from '@consent-ledger/tlog'
import { firstHeadCovering, publishedNote } from './heads.ts'
import { locate, type Place } from './locate.ts'
import type { PublishedLog } from './publishedLog.ts'
import { disagrees } from './reading.ts'

/** `proofFile`: C2SP tlog-proof under `head`, with the lines of the witnesses. */
export type LeafProof = { leafIndex: bigint; proofFile: string; head: SignedHead }

/** `store`: where `tree-heads` is. */
export type Proving = { log: PublishedLog; store: StreamReader }

const notPublished = (): LedgerError => new LedgerError('NOT_PUBLISHED', 'No published head of the log covers this event yet.')

/** What a reader of proofs finds wrong with one is a disagreement within the log. */
const demanding = async <Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await work()
  } catch (cause) {
    throw cause instanceof TlogError ? disagrees(`${what}: ${cause.message}`, cause) : cause
  }
}

const make = async (log: PublishedLog, leaf: Uint8Array, index: bigint, head: SignedHead): Promise<string> => {
  const proof = await inclusionProof(log.reader(head.size), { index, size: head.size })
  const proofFile = formatProofFile({ index, proof, note: publishedNote(head) })
  verifyProofFile(parseProofFile(proofFile), { leaf, log: log.verifiers() })
  return proofFile
}

/**
 * The proof of one leaf under the first head that covered it, in the tree `size` or an earlier one (default: the published one). It was verified when it is returned.
 * Errors: NOT_PUBLISHED (not found below `size`), LOG_DISAGREES (tiles, heads and entries do not say the same; names index and size), those of files and store.
 */
export const proveLeaf = async ({ log, store }: Proving, leaf: Uint8Array, place: Place, size?: bigint): Promise<LeafProof> => {
  const published = await log.head()
  const below = size ?? published?.size ?? 0n
  if (published === null || below > published.size) throw notPublished()
  const index = await demanding('A tile of the published log', () => locate(log, below, leafHash(leaf), place))
  if (index === null) throw notPublished()
  const head = await firstHeadCovering(store, index)
  if (head === null || head.size > published.size)
    throw disagrees(`No head in tree-heads covers leaf ${index}, which is below the published size`)
  if (head.size > below) throw notPublished()
  const what = `The proof of leaf ${index} in the tree of ${head.size} leaves does not hold`
  return { leafIndex: index, proofFile: await demanding(what, () => make(log, leaf, index, head)), head }
}
