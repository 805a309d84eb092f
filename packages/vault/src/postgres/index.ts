// The vault in PostgreSQL, in the schema `vault`: several processes may share it; each transaction is alone, and durable when it is answered.
import type { KeyObject } from 'node:crypto'
import { vaultMacNeeds } from '../macs.ts'
import type { Base } from '../base.ts'
import type { Vault } from '../port.ts'
import { unlock } from '../unlock.ts'
import { vaultOver } from '../vault.ts'
import { openConnections, patience, type Connections } from './connections.ts'
import { bringToFormat, demandTables } from './format.ts'
import { openGroupCommit } from './groupCommit.ts'
import { allOf, load } from './load.ts'
import { steps } from './schema.ts'
import { workingSet } from './workingSet.ts'

/** `url`: `postgres://user:password@host/database`, with `sslmode` and the like; never repeated. `kek`: 256 bit, as `openKeyDirectory` gives it. `clock`: epoch ms. */
export type PostgresVaultOptions = { url: string; kek: KeyObject; clock: () => number }

/**
 * Opens the vault of a database, which is made if there is none; an older format is brought up. Four sessions at most. Nothing that is asked waits longer
 * than some seconds; a server that was away is found again by the next call. `close` waits for what was asked before.
 * Errors: DATA_TOO_NEW, DATA_FOREIGN (a schema `vault` of somebody else's), DATA_CORRUPT, MASTER_KEY_WRONG, VAULT_UNAVAILABLE.
 */
export const openPostgresVault = async ({ url, kek, clock }: PostgresVaultOptions): Promise<Vault> => {
  await prepare(url)
  const connections = openConnections(url, patience.afterwards)
  try {
    const { write } = openGroupCommit(connections)
    const macs = await write(vaultMacNeeds, (tables) => unlock(tables, kek, 'the vault in PostgreSQL'))
    return vaultOver({ write, read: readIn(connections), close: connections.close, kek, macs, clock })
  } catch (error) {
    await connections.close()
    throw error
  }
}

const prepare = async (url: string): Promise<void> => {
  const connections = openConnections(url, patience.atStart)
  try {
    await bringToFormat(connections, steps)
    await demandTables(connections.ask)
  } finally {
    await connections.close()
  }
}

const readIn =
  ({ ask }: Connections): Base['read'] =>
  async (needs, question) => {
    const all = allOf([needs])
    return question(workingSet(all, await load(ask, all)).tables)
  }
