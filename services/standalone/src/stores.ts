// Each part of the data, opened as the settings say: one opening for events, one for the vault, one for the read model. Servers' adapters are loaded only where they are meant.
import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreKind } from '@consent-ledger/domain'
import { untilThere, type Life, type Settings } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import type { ReadModel } from '@consent-ledger/readmodel'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import type { Vault } from '@consent-ledger/vault'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { openSqliteVault } from '@consent-ledger/vault/sqlite'

/** `kind`: null for memory. `name`: what to call it before a person. `adopt`: binds it to its ledger, where it can be bound. */
export type Events = { store: EventStore; kind: StoreKind | null; name: string; adopt: (ledgerId: string) => void }

/** Where people and their keys are. `there`: whether there was one before this start, as far as can be told without the master key. */
export type VaultPlace = { kind: 'memory' | 'sqlite' | 'postgres'; name: string; there: boolean; open: (kek: KeyObject) => Promise<Vault> }

/** Errors: DATA_LOCKED, DATA_CORRUPT, DATA_FOREIGN, DATA_TOO_NEW. A server that is away is waited for. */
export const openEvents = async (life: Life): Promise<Events> => {
  const { store: kind, data: directory, eventStoreUrl: url = '' } = life.settings
  if (kind === 'memory') return { store: new MemoryEventStore(), kind: null, name: 'The memory', adopt: () => {} }
  const { onFatal } = life
  if (kind === 'sqlite') {
    const store = await openSqliteEventStore({ directory, onFatal })
    return { store, kind, name: 'events.sqlite', adopt: (ledgerId) => store.adopt(ledgerId) }
  }
  const { openEsdbEventStore } = await import('@consent-ledger/eventstore/esdb')
  const store = await untilThere(life, () => openEsdbEventStore({ url, onFatal }))
  return { store, kind, name: 'The event store', adopt: () => {} }
}

/** What is on a server counts only beside an event store that is on one. */
const databaseOf = ({ store, databaseUrl }: Settings): string | undefined => (store === 'esdb' ? databaseUrl : undefined)

/** Nothing is opened before `open`. Errors of that: DATA_TOO_NEW, DATA_FOREIGN, DATA_CORRUPT, MASTER_KEY_WRONG, VAULT_UNAVAILABLE of a file; a server is waited for. */
export const vaultPlace = (life: Life): VaultPlace => {
  const { settings, clock } = life
  const url = databaseOf(settings)
  if (settings.store === 'memory')
    return { kind: 'memory', name: 'The memory', there: false, open: async (kek) => openMemoryVault({ kek, clock }) }
  if (url === undefined) {
    const file = join(settings.data, 'vault.sqlite')
    return { kind: 'sqlite', name: file, there: existsSync(file), open: (kek) => openSqliteVault({ file, kek, clock }) }
  }
  const open = async (kek: KeyObject): Promise<Vault> => {
    const { openPostgresVault } = await import('@consent-ledger/vault/postgres')
    return untilThere(life, () => openPostgresVault({ url, kek, clock }))
  }
  return { kind: 'postgres', name: 'The vault that DATABASE_URL names', there: false, open }
}

/** Errors: DATA_CORRUPT, DATA_FOREIGN, DATA_TOO_NEW, STORE_UNAVAILABLE of a file; a server is waited for. */
export const openReadModel = async (life: Life, ledgerId: string): Promise<ReadModel> => {
  const { settings } = life
  const url = databaseOf(settings)
  if (url === undefined) {
    // Its checkpoint is a position of one store: a ledger that is moved finds none of the other's.
    const name = settings.store === 'sqlite' ? 'readmodel.sqlite' : 'readmodel.esdb.sqlite'
    const file = settings.store === 'memory' ? ':memory:' : join(settings.data, name)
    return openSqliteReadModel({ file, ledgerId })
  }
  const { openPostgresReadModel } = await import('@consent-ledger/readmodel/postgres')
  return untilThere(life, () => openPostgresReadModel({ url, ledgerId }))
}
