// One act of a site, from what was posted to what is answered: judge, identify, claim, seal, append, receipt.
import type { LedgerError } from '@consent-ledger/domain'
import type { IngestDeps } from '../deps.ts'
import type { Confirmation, Receipt } from '../schemas/receipts.ts'
import { claimAct } from './claim.ts'
import { confirmationOf } from './confirmation.ts'
import { propose } from './propose.ts'
import { recordOn } from './record.ts'
import { receiptOf } from './receipt.ts'
import type { SiteAct } from './siteAct.ts'

/**
 * `replayed`: the act was recorded before, and this is the answer as it was then. `refused`: what the caller is told about the yeses, though the noes
 * of `receipts` stand. `receipts`: one for each subject reached, 1 or more. `dropped`: pointers of what a no was recorded without.
 */
export type Outcome = {
  replayed: boolean
  refused: LedgerError | null
  receipts: Receipt[]
  confirmation?: Confirmation
  dropped: string[]
}

/**
 * Records an act. Durable on return. Errors: what refuses it whole (nothing written), STORE_UNAVAILABLE, VAULT_UNAVAILABLE (the same call again is safe,
 * and the way to learn how it ended). GDPR Art. 7(1).
 */
export const recordAct = async (deps: IngestDeps, act: SiteAct, publicUrl: string): Promise<Outcome> => {
  const proposal = await propose(deps, act)
  // Durable: the person, their keys, the act. A crash from here on leaves an act without events: the retry finds it and goes on.
  const claimed = await claimAct(deps.vault, act, proposal)
  // Durable: the events. A crash from here on leaves them unanswered: the retry finds them and makes the same receipt.
  const recorded = await Promise.all(claimed.targets.map((target) => recordOn(deps, act, proposal, claimed, target)))
  const replayed = recorded.every((one) => one.replayed)
  const refused = claimed.refused ?? (replayed ? null : proposal.refused)
  // Claimed once without a refusal, never appended, and turned away by today's catalogue.
  if (refused && recorded.every((one) => one.events.length === 0)) throw refused
  const confirmation = await confirmationOf(deps.vault, act, recorded, publicUrl)
  return {
    replayed,
    refused,
    receipts: recorded.map((one) => receiptOf(act.caller, one)),
    ...(confirmation ? { confirmation } : {}),
    dropped: claimed.dropped,
  }
}
