// The body of an answer to an act: alone, or beside the problem of its yeses.
import { LedgerError } from '@consent-ledger/domain'
import type { Outcome } from './act.ts'
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

/** Body of a recorded act, alone or beside a problem. */
export const recordedBody = ({ receipts, dropped, confirmation }: Outcome) => ({
  ...several(receipts, dropped),
  ...(confirmation ? { confirmation } : {}),
})

export const rehearsedBody = ({ receipts, dropped }: Rehearsed) => several(receipts, dropped)
