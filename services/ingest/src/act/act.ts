// One act of a site, from what was posted to what is answered: admit, identify, claim, seal, append, receipt.
import type { LedgerError, RecordedEvent } from '@consent-ledger/domain'
import type { IngestDeps } from '../deps.ts'
import type { Confirmation, Receipt } from '../schemas/receipts.ts'
import { asStored, claimAct, partFor } from './claim.ts'
import { confirmationOf } from './confirmation.ts'
import type { Proposal } from './proposal.ts'
import { propose } from './propose.ts'
import { recordOn, type RecordedAct } from './record.ts'
import type { SiteAct } from './siteAct.ts'

/**
 * `replayed`: the act was recorded before, and this is the answer as it was then. `refused`: what the caller is told about the yeses, though the noes
 * of `receipts` stand. `receipts`: one for each subject reached, 1 or more. `told`: the events that these name. `dropped`: pointers of what a no was recorded without.
 */
export type Outcome = {
  replayed: boolean
  refused: LedgerError | null
  receipts: Receipt[]
  told: RecordedEvent[]
  confirmation?: Confirmation
  dropped: string[]
}

const proposed = async (deps: IngestDeps, act: SiteAct): Promise<{ act: SiteAct; proposal: Proposal }> => {
  const proposal = await propose(deps, act)
  const stored = await asStored(deps.vault, act, proposal)
  return stored ? { act: stored, proposal: await propose(deps, stored) } : { act, proposal }
}

/** Yeses and deeds: an act that is refused holds none. */
const refusable: ReadonlySet<string> = new Set(['ConsentGiven', 'ConsentRequested', 'ContactRecorded', 'NoticeShown'])
const holdsRefusable = ({ events }: RecordedAct): boolean => events.some(({ type }) => refusable.has(type))

/**
 * Records an act. Durable on return. Errors: what refuses it whole (nothing written), STORE_UNAVAILABLE, VAULT_UNAVAILABLE (the same call again is safe,
 * and the way to learn how it ended). GDPR Art. 7(1).
 */
export const recordAct = async (deps: IngestDeps, posted: SiteAct, publicUrl: string): Promise<Outcome> => {
  const { act, proposal } = await proposed(deps, posted)
  // Durable: the person, their keys, the act. A crash from here on leaves an act without events: the retry finds it and goes on.
  const claimed = await claimAct(deps.vault, act, proposal)
  // Durable: the events. A crash from here on leaves them unanswered: the retry finds them and makes the same receipt.
  const recorded = await Promise.all(
    claimed.targets.map((target, n) => recordOn(deps, act, proposal, partFor(claimed, proposal, target, n), target)),
  )
  const replayed = recorded.every((one) => one.replayed)
  // An act that was claimed without a refusal but appended only after the catalogue had changed holds none: each retry is told so again.
  const refused = claimed.refused ?? (replayed && recorded.some(holdsRefusable) ? null : proposal.refused)
  if (refused && recorded.every((one) => one.events.length === 0)) throw refused
  const confirmation = await confirmationOf(deps.vault, act, recorded, publicUrl)
  return {
    replayed,
    refused,
    receipts: recorded.map(({ receipt }) => receipt),
    told: recorded.flatMap(({ receipt, events }) => (receipt.events === undefined ? [] : events)),
    ...(confirmation ? { confirmation } : {}),
    dropped: claimed.dropped,
  }
}
