// The events of one stream that lie in a tree, each with its proof. A statement is signed over what is found here, so doubt is no answer.
import { leafBytes, type RecordedEvent } from '@consent-ledger/domain'
import { locate, proveLeaf } from '@consent-ledger/logfiles'
import { leafHash } from '@consent-ledger/tlog'
import type { ReportsDeps } from '../deps.ts'

/** `proofs`: `.tlog-proof` by `<stream>@<revision>`; `heads`: sizes of the trees that they stand under. */
export type Proven = { events: RecordedEvent[]; proofs: Map<string, string>; heads: Set<bigint> }

/**
 * Place of an event in the tree `size`, null if it is not in it. `since`: no earlier leaf can be this one. What the read model says is only where to look first: if it
 * is not there, every leaf is looked at, for a statement that left out what is there would be signed all the same.
 */
const placeOf = async (deps: ReportsDeps, event: RecordedEvent, size: bigint, since: bigint): Promise<bigint | null> => {
  const hint = await deps.readModel.leafIndexOf(event.stream, event.revision)
  const place = { since, whole: true as const, ...(hint === null ? {} : { index: hint }) }
  return locate(deps.log, size, leafHash(leafBytes(event)), place)
}

/**
 * Of `events`, of one stream and in its order, those below `size`. The log keeps the order of a stream, so these are the first of them.
 * Errors: LOG_DISAGREES, those of files, store and read model.
 */
export const provenBelow = async (deps: ReportsDeps, events: readonly RecordedEvent[], size: bigint): Promise<Proven> => {
  const proven: Proven = { events: [], proofs: new Map(), heads: new Set() }
  let since = 0n
  for (const event of events) {
    const index = await placeOf(deps, event, size, since)
    if (index === null) break
    const { proofFile, head } = await proveLeaf(deps, leafBytes(event), { index }, size)
    proven.events.push(event)
    proven.proofs.set(`${event.stream}@${event.revision}`, proofFile)
    proven.heads.add(head.size)
    since = index + 1n
  }
  return proven
}
