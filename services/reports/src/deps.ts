// What the routes of this service work with.
import type { Clock, Live } from '@consent-ledger/edge'
import type { EventStore, Ticker } from '@consent-ledger/eventstore'
import type { PublishedLog } from '@consent-ledger/logfiles'
import type { ReadModel } from '@consent-ledger/readmodel'
import type { Policy, Signer } from '@consent-ledger/tlog'
import type { Vault } from '@consent-ledger/vault'
import type { ScrubBounds } from './scrub/bounds.ts'

/** What reports ask of the read model: all but what fills it. */
export type AskedReadModel = Omit<ReadModel, 'apply' | 'applyLeaves' | 'applyJudged' | 'applyFanOut' | 'noteAsOf' | 'close'>

/**
 * `projector.rebuild`: empties the read model and lets it be filled again from zero; returns once it is empty. `log`: what of the transparency log is published.
 * `statementKey`: signs statements, never tree heads. `witnesses`: whose cosignatures a dossier tells as facts; null where none is configured. Of the read model's leaf indexes a route takes only a hint: what it hands out is verified first.
 * `ticker`: when the feed is looked at for those who wait for it; by default each quarter of a second. `staleAfter`: age, ms, from which on what the read model says of whom may be contacted is told to nobody. `scrubBounds`: by default those of `scrub/bounds.ts`.
 */
export type ReportsDeps = {
  store: EventStore
  vault: Vault
  live: Live
  readModel: AskedReadModel
  projector: { rebuild(): Promise<unknown> }
  staleAfter: number
  ticker?: Ticker
  scrubBounds?: ScrubBounds
  log: PublishedLog
  statementKey: Signer
  witnesses: Policy | null
  clock: Clock
}
