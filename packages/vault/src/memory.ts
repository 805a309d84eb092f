// A vault in memory, for tests and trials: the same rules over plain maps; all is gone when the process ends.
import type { KeyObject } from 'node:crypto'
import type { Base } from './base.ts'
import { mapTables } from './mapTables.ts'
import type { Vault } from './port.ts'
import { unlock } from './unlock.ts'
import { vaultOver } from './vault.ts'

/** Opens an empty vault. `kek`: 256 bit; `clock`: epoch ms. After `close` every method fails with VAULT_UNAVAILABLE. */
export const openMemoryVault = ({ kek, clock }: { kek: KeyObject; clock: () => number }): Vault => {
  const tables = mapTables()
  const { answer: macs, apply } = unlock(tables, kek, 'the vault in memory')
  apply?.()
  const read: Base['read'] = async (_, question) => question(tables)
  const write: Base['write'] = async (_, step) => {
    const { answer, apply } = step(tables)
    apply?.()
    return answer
  }
  return vaultOver({ read, write, close: async () => {}, kek, macs, clock })
}
