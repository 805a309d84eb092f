// The first thing asked of a vault that is opened: whether the master key is its own.
import type { KeyObject } from 'node:crypto'
import { LedgerError } from '@consent-ledger/domain'
import { vaultMacs, type VaultMacs } from './macs.ts'
import type { Step, Tables } from './tables.ts'
import { checkValue } from './wrapping.ts'

/**
 * Holds the master key against the vault's check value, which is written when the vault is new, and unwraps the vault's own MAC keys. Asks for
 * `vaultMacNeeds`. `place`: how a message names the vault. Errors: MASTER_KEY_WRONG, DATA_CORRUPT.
 */
export const unlock = (tables: Tables, kek: KeyObject, place: string): Step<VaultMacs> => {
  const [expected, given] = [tables.meta('masterKeyCheck'), checkValue(kek, 'vault', '')]
  if (expected !== undefined && expected !== given)
    throw new LedgerError('MASTER_KEY_WRONG', `The master key is not the one under which ${place} was made`)
  const macs = vaultMacs(tables, kek)
  const apply = (): void => {
    if (expected === undefined) tables.setMeta('masterKeyCheck', given)
    macs.apply?.()
  }
  return { answer: macs.answer, apply }
}
