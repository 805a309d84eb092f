// The data of one ledger: events, vault and read model, wherever each lies, and the keys beside them; all of the same ledger or no start.
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { ledgerAggregate, LedgerError, type StoreKind } from '@consent-ledger/domain'
import { demandOwn, demandVaultOf, hasBegun, type BegunLedger, type Life, type Opened, type Settings } from '@consent-ledger/edge'
import { beginning, fold, type EventStore } from '@consent-ledger/eventstore'
import { readState } from '@consent-ledger/logfiles'
import { openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { refuseRolledBack, type ReadModel } from '@consent-ledger/readmodel'
import { openKeyDirectory, type KeyDirectory, type Vault } from '@consent-ledger/vault'
import { createLedger } from './bootstrap.ts'
import { demandNotRolledBack, keepHighWater, readHighWater, type HighWater } from './highWater.ts'
import { openEvents, openReadModel, vaultPlace, type Events } from './stores.ts'

export type Data = {
  ledgerId: string
  store: EventStore
  /** Of the store; null for memory. */
  here: StoreKind | null
  vault: Vault
  readModel: ReadModel
  keepMark(): Promise<void>
}

/** An empty event store beside a mark or a vault is not a new ledger: its events are lost, not mounted, or elsewhere. */
const lost = (name: string): LedgerError => {
  const remedy =
    'Bring the events back, or name the store that holds them. Only if a new ledger is meant, move the vault, the log and the key directory away'
  return new LedgerError('DATA_ROLLED_BACK', `${name} is missing or empty, though this ledger has recorded events. ${remedy}`)
}

/** The ledger that the store holds, if its master key is here and it was not moved away; null for an empty store. Errors: MASTER_KEY_WRONG, LEDGER_MOVED, DATA_FOREIGN. */
const ledgerIn = async ({ store, kind }: Events, keys: KeyDirectory): Promise<BegunLedger | null> => {
  const ledger = await fold(store, ledgerAggregate)
  if (hasBegun(ledger)) {
    demandOwn(ledger, keys, kind)
    return ledger
  }
  if ((await store.head()) !== beginning) throw new LedgerError('DATA_FOREIGN', 'The event store holds events, but not of a ledger')
  return null
}

/** A log that has leaves beside an empty store is what is left of a ledger, and what it is brought back from. */
const demandNoLog = async ({ store, log }: Settings, name: string): Promise<void> => {
  if (store !== 'memory' && (await readState(openLogDirectoryReader(log))) !== null) throw lost(name)
}

/** Begins the ledger in an empty store. If another process does so at the same moment, the ledger is theirs, and so must be the key. */
const begin = async (events: Events, keys: KeyDirectory, vault: Vault, clock: () => number): Promise<BegunLedger> => {
  if ((await vault.identity()) !== null) throw lost(events.name)
  const ledgerId = randomUUID()
  await createLedger({ store: events.store, clock }, ledgerId, keys.check(ledgerId))
  const ledger = await ledgerIn(events, keys)
  if (ledger === null) throw new LedgerError('INTEGRITY', 'The event store took the beginning of the ledger, but does not give it back')
  return ledger
}

/** Keeps how far the ledger got, if it got further since the last time. Where nothing lasts, or nothing is new, nothing is written. */
const markKeeper = (keys: string, now: () => Promise<HighWater | null>): (() => Promise<void>) => {
  let kept = ''
  return async () => {
    const mark = await now()
    if (mark === null) return
    const text = `${mark.position} ${mark.acts}`
    if (text !== kept) keepHighWater(keys, mark)
    kept = text
  }
}

/**
 * Opens the data of one ledger, or makes them; closed with `opened`. Nothing is read whole.
 * Errors: DATA_LOCKED, DATA_CORRUPT, DATA_FOREIGN, DATA_ROLLED_BACK, DATA_TOO_NEW, MASTER_KEY_WRONG, LEDGER_MOVED, each saying what to do.
 */
export const openData = async (life: Life, opened: Opened): Promise<Data> => {
  const { settings, clock, say } = life
  const events = await openEvents(life)
  const { kind } = events
  const store = opened.keep(events.store)
  const place = vaultPlace(life)
  // Only after the writer's lock is held: a second start on the same directory must not make or touch anything.
  const [mark, empty] = [readHighWater(settings.keys), (await store.head()) === beginning]
  if (kind !== null && empty && mark !== null) throw lost(events.name)
  const keys = openKeyDirectory(settings.keys, say, { expectExisting: !empty || place.there })
  const there = await ledgerIn(events, keys)
  if (there === null) await demandNoLog(settings, events.name)
  // A crash from here on leaves a vault without a ledger, which the next start takes up.
  if (place.kind === 'sqlite') mkdirSync(settings.data, { recursive: true, mode: 0o700 })
  const vault = opened.keep(await place.open(keys.kek))
  const ledger = there ?? (await begin(events, keys, vault, clock))
  const { ledgerId } = ledger
  events.adopt(ledgerId)
  await demandVaultOf(ledger, vault, place.name)
  const now = async (): Promise<HighWater | null> => {
    if (kind === null || place.kind === 'memory') return null
    return { ledgerId, store: kind, position: await store.head(), vault: place.kind, acts: await vault.actCount() }
  }
  const reached = await now()
  if (reached !== null) demandNotRolledBack(mark, reached, { store: events.name, vault: place.name })
  const readModel = opened.keep(await openReadModel(life, ledgerId))
  refuseRolledBack(await readModel.checkpoint(), await store.head())
  return { ledgerId, store, here: kind, vault, readModel, keepMark: markKeeper(settings.keys, now) }
}
