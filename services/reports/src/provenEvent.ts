// An event with its place in the log, as proofs of receipts and of scrubs carry it.
import { leafBytes, type RecordedEvent } from '@consent-ledger/domain'
import type { ProvenEvent } from '@consent-ledger/proof'
import { parseProofFile } from '@consent-ledger/tlog'

/** `proof`: the event's .tlog-proof, verified. */
export const provenEvent = (event: RecordedEvent, proof: string): ProvenEvent => ({
  id: event.id,
  type: event.type,
  stream: event.stream,
  revision: event.revision.toString(),
  leaf: Buffer.from(leafBytes(event)).toString('utf8'),
  leafIndex: parseProofFile(proof).index.toString(),
  proof,
})
