// Which ledger a process is about to work on, and whether all that it was given belongs to it.
import { demandNotMoved, ledgerAggregate, LedgerError, type Ledger, type StoreKind } from '@consent-ledger/domain'
import { fold, type StreamReader } from '@consent-ledger/eventstore'
import type { KeyDirectory, Vault } from '@consent-ledger/vault'

export type BegunLedger = Ledger & { ledgerId: string }

export const hasBegun = (ledger: Ledger): ledger is BegunLedger => ledger.ledgerId !== null

/** The ledger whose first start came to its end. Errors: NOT_READY if there is none yet; those of the store. */
export const findLedger = async (store: StreamReader): Promise<BegunLedger> => {
  const ledger = await fold(store, ledgerAggregate)
  if (!hasBegun(ledger) || !ledger.firstKeysIssued) {
    const remedy = 'The standalone, or `pnpm --filter @consent-ledger/standalone bootstrap`, begins it'
    throw new LedgerError('NOT_READY', `The event store holds no ledger whose first start came to its end. ${remedy}`)
  }
  return ledger
}

/** Whether the master key and the kind of store are this ledger's. `here`: null for one that keeps nothing. Errors: MASTER_KEY_WRONG, LEDGER_MOVED. */
export const demandOwn = (ledger: BegunLedger, keys: KeyDirectory, here: StoreKind | null): void => {
  if (ledger.masterKeyCheck !== keys.check(ledger.ledgerId)) {
    throw new LedgerError(
      'MASTER_KEY_WRONG',
      'master.key is not the key of this ledger: bring back the one that was made at its first start',
    )
  }
  if (here !== null) demandNotMoved(ledger, here)
}

/**
 * Whether the vault holds the people of this ledger; an empty one is adopted by a ledger whose first start is not over. `name`: what to call it before a person.
 * Errors: DATA_FOREIGN, DATA_CORRUPT (it is empty, though people were recorded), those of the vault.
 */
export const demandVaultOf = async (ledger: BegunLedger, vault: Vault, name: string): Promise<void> => {
  if (ledger.firstKeysIssued && (await vault.identity()) === null) {
    throw new LedgerError(
      'DATA_CORRUPT',
      `${name} is missing or empty, though this ledger has recorded people: bring it back from its newest copy`,
    )
  }
  await vault.adopt(ledger.ledgerId)
}
