// A SQLite file copied while another process writes to it: one moment of it, whole, checked, durable.
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'

/** Long enough for a commit of the ledger to pass. */
const patience = 5000
/** All pages in one step, and so in one snapshot: a copy in steps begins anew whenever another process writes between two of them, under load for ever. */
const allPages = 0x7fffffff

const sync = (path: string): void => {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** One file without a write-ahead log beside it, found whole by SQLite. */
const settle = (file: string): void => {
  const copy = new Database(file)
  try {
    copy.pragma('journal_mode = DELETE')
    const found = copy.pragma('integrity_check(1)', { simple: true })
    if (found !== 'ok')
      throw new LedgerError(
        'DATA_CORRUPT',
        `${basename(file)} is damaged: its copy does not pass SQLite's check. Take no backup over an older one.`,
      )
  } finally {
    copy.close()
  }
}

const codeOf = (cause: unknown): string => (cause instanceof Database.SqliteError ? cause.code : 'not a database')

/**
 * Copies `from` to the new file `to` (0600); durable on return. Who writes to `from` is never held up. Its write-ahead log grows meanwhile and is cut back afterwards.
 * Errors: DATA_CORRUPT, STORE_UNAVAILABLE.
 */
export const copyDatabase = async (from: string, to: string): Promise<void> => {
  try {
    closeSync(openSync(to, 'wx', 0o600))
    const source = new Database(from, { readonly: true, fileMustExist: true, timeout: patience })
    try {
      await source.backup(to, { progress: () => allPages })
    } finally {
      source.close()
    }
    settle(to)
    sync(to)
    // A crash before the next line may take the name away; the manifest that says it is there comes later.
    sync(dirname(to))
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause
    const damaged = cause instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(cause.code)
    throw new LedgerError(damaged ? 'DATA_CORRUPT' : 'STORE_UNAVAILABLE', `${from} could not be copied (${codeOf(cause)}).`, { cause })
  }
}
