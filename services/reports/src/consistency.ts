// That the trees under which leaves are proven are beginnings of one tree.
import { consistencyProof } from '@consent-ledger/tlog'
import type { ReportsDeps } from './deps.ts'

/** By size, the proof from each of `heads` that is smaller to the tree of `size`. Errors: those of the files. */
export const consistencyTo = async (
  { log }: Pick<ReportsDeps, 'log'>,
  size: bigint,
  heads: Iterable<bigint>,
): Promise<Map<bigint, Uint8Array[]>> => {
  const reader = log.reader(size)
  const smaller = [...new Set(heads)].filter((from) => from < size)
  const proofs = smaller.map(async (from) => [from, await consistencyProof(reader, { from, to: size })] as const)
  return new Map(await Promise.all(proofs))
}
