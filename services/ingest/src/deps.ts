// What the routes of this service work with.
import type { Clock, Live } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import type { Vault } from '@consent-ledger/vault'

/** `settings.publicUrl`: base of the links handed out; absent: the address listened on. */
export type IngestDeps = {
  store: EventStore
  vault: Vault
  live: Live
  clock: Clock
  settings: { publicUrl?: string }
}
