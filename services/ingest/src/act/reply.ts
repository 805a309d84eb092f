// The body of an answer to an act: alone, or beside the problem of its yeses.
import { LedgerError } from '@consent-ledger/domain'
import type { Outcome } from './act.ts'
import type { EventProof } from '../schemas/receipts.ts'
import type { Rehearsed } from './dryRun.ts'

const several = <R extends { events?: unknown }>(receipts: readonly R[], dropped: readonly string[]) => {
  const [receipt] = receipts
  if (!receipt) throw new LedgerError('INTERNAL', 'An act reached nobody')
  // By receipts that tell nothing nobody may count whom an address reached.
  const tells = receipts.every(({ events }) => events !== undefined)
  return {
    receipt,
    ...(receipts.length > 1 && tells ? { receipts: [...receipts] } : {}),
    ...(dropped.length > 0 ? { dropped: [...dropped] } : {}),
  }
}

/** Body of a recorded act, alone or beside a problem. `proofs`: of its events; [] where nobody waited for them, or they did not come in time. */
export const recordedBody = ({ receipts, dropped, confirmation }: Outcome, proofs: EventProof[] = []) => ({
  ...several(receipts, dropped),
  ...(confirmation ? { confirmation } : {}),
  ...(proofs.length > 0 ? { proofs } : {}),
})

export const rehearsedBody = ({ receipts, dropped }: Rehearsed) => several(receipts, dropped)
