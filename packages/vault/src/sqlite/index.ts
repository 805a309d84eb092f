// The vault in a SQLite file of its own: WAL, every commit fsynced, deleted content overwritten. Several processes may share the file.
import { closeSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { KeyObject } from 'node:crypto'
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'
import type { Base } from '../base.ts'
import type { VaultMacs } from '../macs.ts'
import type { Vault } from '../port.ts'
import type { Tables } from '../tables.ts'
import { unlock } from '../unlock.ts'
import { vaultOver } from '../vault.ts'
import { asFault, isOfTheFile } from './faults.ts'
import { bringToFormat, formatOf, syncPath, takeWal } from './format.ts'
import { openGroupCommit } from './groupCommit.ts'
import { steps } from './schema.ts'
import { sqliteTables } from './tables.ts'

/** How long a process waits for another that writes, ms: at the start, and later, when everybody who asks this process for something waits with it. */
const patience = { atStart: 5000, afterwards: 1000 } as const

/** Keys are random, so each claim touches pages all over the file: SQLite's 2 MB would be read again and again, and copied to the file at every second commit. */
const cacheKiB = 16_384
const checkpointPages = 4000

/** `file`: made (0600) if missing, its directory must exist. `kek`: 256 bit, as `openKeyDirectory` gives it. `clock`: epoch ms. */
export type SqliteVaultOptions = { file: string; kek: KeyObject; clock: () => number }

/**
 * Opens the vault in `file`; an older format is brought up after a copy beside it. `close`: what was asked before is committed first.
 * Errors: DATA_TOO_NEW, DATA_FOREIGN (no vault), DATA_CORRUPT, MASTER_KEY_WRONG, VAULT_UNAVAILABLE.
 */
export const openSqliteVault = async ({ file, kek, clock }: SqliteVaultOptions): Promise<Vault> => {
  const db = openFile(file)
  try {
    bringToFormat(db, file, steps)
    const tables = sqliteTables(db)
    const macs = db.transaction(() => unlocked(tables, kek, file)).immediate()
    db.pragma(`busy_timeout = ${patience.afterwards}`)
    return vaultIn(db, tables, macs, kek, clock)
  } catch (error) {
    db.close()
    // A file of our format that has not our tables.
    if (isOfTheFile(error) && error.code === 'SQLITE_ERROR')
      throw new LedgerError('DATA_CORRUPT', `${file} lacks what its format needs`, { cause: error })
    throw asFault(error)
  }
}

const vaultIn = (db: Database.Database, tables: Tables, macs: VaultMacs, kek: KeyObject, clock: () => number): Vault => {
  const { write: inGroup } = openGroupCommit(db, tables)
  const read: Base['read'] = async (_, question) => {
    try {
      return question(tables)
    } catch (error) {
      throw asFault(error)
    }
  }
  const write: Base['write'] = (_, step) => inGroup(step)
  const close = async (): Promise<void> => void db.close()
  return vaultOver({ read, write, close, kek, macs, clock })
}

const openFile = (file: string): Database.Database => {
  try {
    closeSync(openSync(file, 'a', 0o600))
    // Without this a power cut could take the new file, though not what is in it.
    syncPath(dirname(resolve(file)))
    const db = new Database(file, { timeout: patience.atStart })
    try {
      // Asked before anything is changed: another's database keeps its journal mode.
      formatOf(db, file, steps)
      takeWal(db, file)
      db.pragma('synchronous = FULL')
      // On macOS fsync leaves the bytes in the drive's cache; elsewhere this changes nothing.
      db.pragma('fullfsync = ON')
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

const unlocked = (tables: Tables, kek: KeyObject, file: string): VaultMacs => {
  const { answer, apply } = unlock(tables, kek, file)
  apply?.()
  return answer
}
