// What the routes of this service work with.
import type { Clock, Live } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import type { PublishedLog } from '@consent-ledger/logfiles'
import type { Vault } from '@consent-ledger/vault'

/**
 * `settings.publicUrl`: base of the links handed out; absent: the address listened on. `log`: what of the transparency log is published, for whoever asks to wait for it;
 * null where there is none. An act for which nobody waits never touches it.
 */
export type IngestDeps = {
  store: EventStore
  vault: Vault
  live: Live
  clock: Clock
  settings: { publicUrl?: string }
  log: PublishedLog | null
}
