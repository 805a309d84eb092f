// What an adapter brings to the vault: a way to read and a way to write. The rules stand above it, once for all adapters.
import type { KeyObject } from 'node:crypto'
import type { VaultMacs } from './macs.ts'
import type { Needs, Step, Tables } from './tables.ts'

/**
 * `write`: runs a step and its writes in a transaction, alone, and resolves when they are durable. `read`: asks the tables between transactions.
 * Both give the tables for that one step, which must be done with them when it returns and asks for nothing that `needs` does not name.
 * Both fail with what the step itself refused, which is nobody else's trouble, or with VAULT_UNAVAILABLE or DATA_CORRUPT.
 */
export type Base = {
  write: <T>(needs: Needs, step: (tables: Tables) => Step<T>) => Promise<T>
  read: <T>(needs: Needs, question: (tables: Tables) => T) => Promise<T>
  /** Called once, when everything that was asked is answered; nothing is asked after it. */
  close: () => Promise<void>
  kek: KeyObject
  macs: VaultMacs
  /** Epoch ms. */
  clock: () => number
}
