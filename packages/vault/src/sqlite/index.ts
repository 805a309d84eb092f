// The vault in a SQLite file of its own: WAL, every commit fsynced, deleted content overwritten. Several processes may share the file.
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { KeyObject } from 'node:crypto'
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'
import { vaultMacs, type VaultMacs } from '../macs.ts'
import type { Vault } from '../port.ts'
import type { Tables } from '../tables.ts'
import { vaultOver, type Base } from '../vault.ts'
import { checkValue } from '../wrapping.ts'
import { asFault, isOfTheFile } from './faults.ts'
import { bringToFormat, formatOf } from './format.ts'
import { openGroupCommit } from './group-commit.ts'
import { steps } from './schema.ts'
import { sqliteTables } from './tables.ts'

/** How long a process waits for another that writes, ms. */
const patience = 5000

/** Keys are random, so each claim touches pages all over the file: SQLite's 2 MB would be read again and again, and copied to the file at every second commit. */
const cacheKiB = 16_384
const checkpointPages = 4000

/**
 * `file`: made (0600) if missing, its directory must exist. `kek`: 256 bit, as `openKeyDirectory` gives it. `clock`: epoch ms.
 * `ledgerId`: the ledger whose vault it must be; a vault of nobody yet is adopted.
 */
export type SqliteVaultOptions = { file: string; kek: KeyObject; clock: () => number; ledgerId?: string }

/**
 * Opens the vault in `file`; an older format is brought up after a copy beside it. `close` waits for nobody: what was asked before is committed first.
 * Errors: DATA_TOO_NEW, DATA_FOREIGN, DATA_CORRUPT, MASTER_KEY_WRONG, VAULT_UNAVAILABLE.
 */
export const openSqliteVault = async ({ file, kek, clock, ledgerId }: SqliteVaultOptions): Promise<Vault> => {
  const db = openFile(file)
  try {
    bringToFormat(db, file, steps)
    const tables = sqliteTables(db)
    const macs = db.transaction(() => unlock(tables, kek, file)).immediate()
    const vault = vaultIn(db, tables, macs, kek, clock)
    if (ledgerId !== undefined) await vault.adopt(ledgerId)
    return vault
  } catch (error) {
    db.close()
    // A file of our format that has not our tables.
    if (isOfTheFile(error) && error.code === 'SQLITE_ERROR')
      throw new LedgerError('DATA_CORRUPT', `${file} lacks what its format needs`, { cause: error })
    throw asFault(error)
  }
}

const vaultIn = (db: Database.Database, tables: Tables, macs: VaultMacs, kek: KeyObject, clock: () => number): Vault => {
  const { write, close } = openGroupCommit(db)
  const read: Base['read'] = async (question) => {
    if (!db.open) throw new LedgerError('VAULT_UNAVAILABLE', 'The vault is closed')
    try {
      return question()
    } catch (error) {
      throw asFault(error)
    }
  }
  return {
    ...vaultOver({ tables, write, read, kek, macs, clock }),
    close: async () => {
      close()
      db.close()
    },
  }
}

const openFile = (file: string): Database.Database => {
  try {
    closeSync(openSync(file, 'a', 0o600))
    syncDirectory(dirname(resolve(file)))
    const db = new Database(file, { timeout: patience })
    try {
      // Asked before anything is changed: another's database keeps its journal mode.
      formatOf(db, file, steps)
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = FULL')
      db.pragma('secure_delete = ON')
      db.pragma(`cache_size = ${-cacheKiB}`)
      db.pragma(`wal_autocheckpoint = ${checkpointPages}`)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    if (isOfTheFile(error) || error instanceof LedgerError) throw asFault(error)
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    throw new LedgerError('VAULT_UNAVAILABLE', `${file} cannot be opened: ${code}`, { cause: error })
  }
}

/** Without this a power cut could take the new file, though not what is in it. */
const syncDirectory = (dir: string): void => {
  const handle = openSync(dir, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Holds the master key against the file's check value, written when the vault is new, and unwraps the vault's own MAC keys. */
const unlock = (tables: Tables, kek: KeyObject, file: string): VaultMacs => {
  const [expected, given] = [tables.meta('masterKeyCheck'), checkValue(kek, 'vault', '')]
  if (expected === undefined) tables.setMeta('masterKeyCheck', given)
  else if (expected !== given) throw new LedgerError('MASTER_KEY_WRONG', `The master key is not the one under which ${file} was made`)
  return vaultMacs(tables, kek)
}
