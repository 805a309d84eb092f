// What the routes of this service work with.
import type { Clock, Live } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import type { PublishedLog } from '@consent-ledger/logfiles'
import type { ReadModel } from '@consent-ledger/readmodel'
import type { Policy, Signer } from '@consent-ledger/tlog'
import type { Vault } from '@consent-ledger/vault'

/**
 * `projector.rebuild`: empties the read model and lets it be filled again from zero; returns once it is empty. `log`: what of the transparency log is published.
 * `statementKey`: signs statements, never tree heads. `witnesses`: whose cosignatures a dossier tells as facts; null where none is configured. Of the read model's leaf indexes a route takes only a hint: what it hands out is verified first.
 */
export type ReportsDeps = {
  store: EventStore
  vault: Vault
  live: Live
  readModel: Pick<ReadModel, 'progress' | 'listAnswers' | 'activity' | 'turnedAway' | 'leafIndexOf'>
  projector: { rebuild(): Promise<unknown> }
  log: PublishedLog
  statementKey: Signer
  witnesses: Policy | null
  clock: Clock
}
