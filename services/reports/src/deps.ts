// What the routes of this service work with.
import type { Clock, Live } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import type { ReadModel } from '@consent-ledger/readmodel'
import type { Vault } from '@consent-ledger/vault'

/** `projector.rebuild`: empties the read model and lets it be filled again from zero; returns once it is empty. */
export type ReportsDeps = {
  store: EventStore
  vault: Vault
  live: Live
  readModel: Pick<ReadModel, 'progress' | 'listAnswers' | 'activity' | 'turnedAway'>
  projector: { rebuild(): Promise<unknown> }
  clock: Clock
}
