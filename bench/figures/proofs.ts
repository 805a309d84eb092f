// Inclusion proofs from the files of a log: of ten million leaves against ten thousand, nothing of either in memory; then with the inner tiles at hand.
import { PublishedLog } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { inclusionProof } from '@consent-ledger/tlog'
import { median, type Figure } from '../figure.ts'
import { treeFiles } from '../running/treeFiles.ts'

const [few, many] = [10_000, 10_000_000]
const rounds = 7
const proofs = 400
const cached = 20_000
const perSecond = 2000

const anyLeaf = (leaves: number): bigint => BigInt(Math.floor(Math.random() * leaves))
const opened = (directory: string): PublishedLog => new PublishedLog(openLogDirectoryReader(directory), () => [])

const prove = (log: PublishedLog, leaves: number): Promise<Uint8Array[]> =>
  inclusionProof(log.reader(BigInt(leaves)), { index: anyLeaf(leaves), size: BigInt(leaves) })

/** µs a proof; a log opened anew for each has no tile in memory. */
const uncached = async (directory: string, leaves: number): Promise<number> => {
  const begun = performance.now()
  for (let n = 0; n < proofs; n++) await prove(opened(directory), leaves)
  return ((performance.now() - begun) / proofs) * 1000
}

const inTurns = async (small: string, large: string): Promise<{ small: number[]; large: number[] }> => {
  const turns: { small: number[]; large: number[] } = { small: [], large: [] }
  for (let n = 0; n <= rounds; n++) {
    const pair = [await uncached(small, few), await uncached(large, many)] as const
    // The first round fills the caches of the disk.
    if (n === 0) continue
    turns.small.push(pair[0])
    turns.large.push(pair[1])
  }
  return turns
}

/** Proofs a second over one opened log, after as many to fill its memory with inner tiles. */
const withInnerTiles = async (directory: string): Promise<number> => {
  const log = opened(directory)
  for (let n = 0; n < cached; n++) await prove(log, many)
  const begun = performance.now()
  for (let n = 0; n < cached; n++) await prove(log, many)
  return cached / ((performance.now() - begun) / 1000)
}

export const inclusionProofs: Figure = {
  name: 'proofs',
  about: 'inclusion proofs from tiles on disk, each of a leaf at random',
  measure: async () => {
    const [small, large] = [treeFiles(few), treeFiles(many)]
    const turns = await inTurns(small, large)
    const second = await withInnerTiles(large)
    return {
      ratios: [
        {
          what: 'a proof at 10 M leaves',
          of: 'at 10 k, both uncached',
          ratio: median(turns.large) / median(turns.small),
          bar: { most: 3.5 },
        },
        { what: 'proofs/s at 10 M, inner tiles cached', of: `${perSecond}`, ratio: second / perSecond, bar: { least: 1 } },
      ],
      notes: [
        `uncached: ${median(turns.small).toFixed(0)} µs at 10 k, ${median(turns.large).toFixed(0)} µs at 10 M`,
        `inner tiles cached: ${second.toFixed(0)} proofs/s`,
      ],
    }
  },
}
