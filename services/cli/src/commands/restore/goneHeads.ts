// Heads between the store's last one and the log's newest: gone with the events, but for those that a copy of the log has, and those that can be had again.
import { LedgerError, placeInLeaf } from '@consent-ledger/domain'
import { LogKeys, type PublishedHead, type PublishedLog } from '@consent-ledger/logfiles'
import { formatTreeHead, signNote, treeRoot, type Signer } from '@consent-ledger/tlog'
import type { Leaf } from './leaves.ts'

/** What the leaves say of heads: the sizes that dossiers name, and the key of each size. */
export class NamedHeads {
  readonly #sizes = new Set<bigint>()
  readonly #keys = new LogKeys()

  see({ index, entry, event }: Leaf): void {
    const place = placeInLeaf(entry)
    if (place !== null) this.#keys.see(place, index, entry)
    if (event.type !== 'ProofIssued') return
    const size = event.data['treeSize']
    // A dossier names the head that was published when it was asked for: never one that covers its own leaf.
    if (typeof size === 'string' && /^[1-9]\d{0,18}$/.test(size) && BigInt(size) <= index) this.#sizes.add(BigInt(size))
  }

  /** Sizes that were published and named, larger than `above`, smallest first. */
  sizes(above: bigint): bigint[] {
    return [...this.#sizes].filter((size) => size > above).sort((one, other) => (one < other ? -1 : 1))
  }

  signing(size: bigint): string | undefined {
    return this.#keys.signing(size)?.vkey
  }
}

/** `again`: heads as they were. `gone`: sizes that a dossier names and whose key is not there. */
export type BroughtBack = { again: PublishedHead[]; gone: bigint[] }

/**
 * The heads of these sizes as they were signed: an Ed25519 signature is a function of key and text (RFC 8032), and the text is one of the tree, whose root the
 * entries give. So nothing is signed that was not signed before; what witnesses added is not brought back.
 * Errors: LOG_DISAGREES, those of the files.
 */
export const signedAgain = async (
  sizes: readonly bigint[],
  { log, covered, named, signers }: { log: PublishedLog; covered: bigint; named: NamedHeads; signers: readonly Signer[] },
): Promise<BroughtBack> => {
  const found: BroughtBack = { again: [], gone: [] }
  for (const size of sizes) {
    const signer = signers.find(({ vkey }) => vkey === named.signing(size))
    if (size > covered) throw new LedgerError('LOG_DISAGREES', `A dossier names a head of ${size} leaves, and the log has ${covered}.`)
    if (signer === undefined) {
      found.gone.push(size)
      continue
    }
    const root = await treeRoot(log.reader(covered), size)
    found.again.push({ size, root, note: signNote(formatTreeHead({ origin: signer.name, size, root }), signer) })
  }
  return found
}
