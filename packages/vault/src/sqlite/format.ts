// The format of a vault's file: a new one is made, an older one is brought up after a copy, a newer or foreign one is refused by name.
import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'
import { applicationId } from './schema.ts'

const pragma = (db: Database.Database, name: string): number => Number(db.pragma(name, { simple: true }))

/**
 * Brings `file` to format `steps.length`, in one transaction that two processes may begin at once. Before an older format is touched a copy is made
 * as `<file>.format-<n>`, durable and checked. Errors: DATA_TOO_NEW, DATA_FOREIGN (a database that is not a vault), DATA_CORRUPT.
 */
export const bringToFormat = (db: Database.Database, file: string, steps: readonly string[]): void => {
  const found = formatOf(db, file, steps)
  if (found === steps.length) return
  // Not inside the transaction, where SQLite cannot copy: a second process may copy too, and finds the format new below.
  if (found > 0) copyWhole(db, `${file}.format-${found}`, found)
  db.transaction(() => {
    for (const step of steps.slice(formatOf(db, file, steps))) db.exec(step)
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${steps.length}`)
  }).immediate()
}

/**
 * Under its name only once it is whole, durable and of the format it is named after: a crash leaves at most a `.part`, which nothing reads. A copy that
 * stands there from an earlier start was never checked, so it is made anew.
 */
const copyWhole = (db: Database.Database, copy: string, format: number): void => {
  const part = `${copy}.${process.pid}.part`
  rmSync(part, { force: true })
  db.prepare('VACUUM INTO ?').run(part)
  chmodSync(part, 0o600)
  syncPath(part)
  const made = new Database(part, { readonly: true })
  const [whole, as] = [made.pragma('integrity_check', { simple: true }), pragma(made, 'user_version')]
  made.close()
  if (whole !== 'ok') throw new LedgerError('DATA_CORRUPT', `${copy} could not be made: the file it is a copy of is damaged`)
  // Another process brought the file up meanwhile, and made the copy before.
  if (as !== format) return rmSync(part)
  renameSync(part, copy)
  syncPath(dirname(resolve(copy)))
}

/** Sets the journal mode on which durability rests. SQLite that cannot take it keeps another without an error. Errors: VAULT_UNAVAILABLE. */
export const takeWal = (db: Database.Database, file: string): void => {
  if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal')
    throw new LedgerError('VAULT_UNAVAILABLE', `The file system of ${file} cannot hold a write-ahead log (a network share?)`)
}

/** Makes a file, or the names in a directory, durable. */
export const syncPath = (path: string): void => {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** 0 for a file without a table. Reads only. Errors: DATA_TOO_NEW, DATA_FOREIGN. */
export const formatOf = (db: Database.Database, file: string, steps: readonly string[]): number => {
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()
  const application = pragma(db, 'application_id')
  if (application !== applicationId && (application !== 0 || tables !== 0))
    throw new LedgerError('DATA_FOREIGN', `${file} is a database, but not a vault`)
  const found = pragma(db, 'user_version')
  if (found > steps.length)
    throw new LedgerError('DATA_TOO_NEW', `${file} has format ${found}; this version knows formats up to ${steps.length}`)
  return found
}
