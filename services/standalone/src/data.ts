// The embedded data of one ledger: events, vault and read model in one directory, the keys beside it, all of the same ledger or no start.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ledgerAggregate, LedgerError } from '@consent-ledger/domain'
import { beginning, fold, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import type { Settings } from '@consent-ledger/edge'
import { refuseRolledBack, type ReadModel } from '@consent-ledger/readmodel'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { openKeyDirectory, type KeyDirectory, type Vault } from '@consent-ledger/vault'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { openSqliteVault } from '@consent-ledger/vault/sqlite'
import { createLedger } from './bootstrap.ts'
import { demandNotRolledBack, keepHighWater, readHighWater, type HighWater } from './highWater.ts'

export type Data = {
  ledgerId: string
  store: EventStore
  vault: Vault
  readModel: ReadModel
  keepMark(): Promise<void>
  close(): Promise<void>
}

type Opening = { settings: Settings; clock: () => number; say: (line: string) => void; onFatal: (fault: unknown) => void }

/** The id of this ledger, whether its first start came to its end, and proof that the master key is its own; a store without events becomes a new ledger. Errors: MASTER_KEY_WRONG, DATA_FOREIGN. */
const identify = async (store: EventStore, keys: KeyDirectory, clock: () => number): Promise<{ ledgerId: string; begun: boolean }> => {
  const known = await fold(store, ledgerAggregate)
  if (known.ledgerId === null) {
    if ((await store.head()) !== beginning) throw new LedgerError('DATA_FOREIGN', 'The event store holds events, but not of a ledger')
    const ledgerId = randomUUID()
    await createLedger({ store, clock }, ledgerId, keys.check(ledgerId))
    return { ledgerId, begun: false }
  }
  if (known.masterKeyCheck !== keys.check(known.ledgerId)) {
    throw new LedgerError(
      'MASTER_KEY_WRONG',
      'master.key is not the key of this ledger: bring back the one that was made at its first start',
    )
  }
  return { ledgerId: known.ledgerId, begun: known.firstKeysIssued }
}

/** An empty event store beside a vault or a mark is not a new ledger: its events are lost, or not mounted. Errors: DATA_ROLLED_BACK. */
const demandNotLost = (head: bigint, mark: HighWater | null, hasVault: boolean): void => {
  if (head !== beginning || (mark === null && !hasVault)) return
  const remedy = 'Bring the data directory back. Only if a new ledger is meant, move vault.sqlite and the key directory away'
  throw new LedgerError('DATA_ROLLED_BACK', `events.sqlite is missing or empty, though this ledger has recorded events. ${remedy}`)
}

const openMemory = async ({ settings, clock, say }: Opening): Promise<Data> => {
  const keys = openKeyDirectory(settings.keys, say)
  const store = new MemoryEventStore()
  const { ledgerId } = await identify(store, keys, clock)
  const vault = openMemoryVault({ kek: keys.kek, clock })
  const readModel = await openSqliteReadModel({ file: ':memory:', ledgerId })
  const close = async (): Promise<void> => {
    for (const part of [readModel, vault, store]) await part.close()
  }
  return { ledgerId, store, vault, readModel, keepMark: async () => {}, close }
}

const openSqlite = async ({ settings, clock, say, onFatal }: Opening): Promise<Data> => {
  const directory = settings.data
  const file = join(directory, 'vault.sqlite')
  const opened: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0).toReversed()) await part.close()
  }
  try {
    const expectExisting = existsSync(join(directory, 'events.sqlite'))
    const store = await openSqliteEventStore({ directory, onFatal })
    opened.push(store)
    demandNotLost(await store.head(), readHighWater(settings.keys), existsSync(file))
    // Only after the writer's lock is held: a second start on the same directory must not make or touch anything.
    const keys = openKeyDirectory(settings.keys, say, { expectExisting: expectExisting && (await store.head()) !== beginning })
    const { ledgerId, begun } = await identify(store, keys, clock)
    store.adopt(ledgerId)
    const vault = await openSqliteVault({ file, kek: keys.kek, clock })
    opened.push(vault)
    if (begun && (await vault.identity()) === null) {
      throw new LedgerError(
        'DATA_CORRUPT',
        `${file} is missing or empty, though this ledger has recorded people: bring it back from its newest copy`,
      )
    }
    await vault.adopt(ledgerId)
    const mark = async () => ({ ledgerId, position: await store.head(), acts: await vault.actCount() })
    demandNotRolledBack(readHighWater(settings.keys), await mark())
    const readModel = await openSqliteReadModel({ file: join(directory, 'readmodel.sqlite'), ledgerId })
    opened.push(readModel)
    refuseRolledBack(await readModel.checkpoint(), await store.head())
    let kept = ''
    const keepMark = async (): Promise<void> => {
      const now = await mark()
      const text = `${now.position} ${now.acts}`
      if (text !== kept) keepHighWater(settings.keys, now)
      kept = text
    }
    return { ledgerId, store, vault, readModel, keepMark, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Opens the data of one ledger, or makes them. Nothing is read whole.
 * Errors: DATA_LOCKED, DATA_CORRUPT, DATA_FOREIGN, DATA_ROLLED_BACK, DATA_TOO_NEW, MASTER_KEY_WRONG, each saying what to do.
 */
export const openData = (opening: Opening): Promise<Data> =>
  opening.settings.store === 'memory' ? openMemory(opening) : openSqlite(opening)
