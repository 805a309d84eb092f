// The format of a vault's file: a new one is made, an older one is brought up after a copy, a newer or foreign one is refused by name.
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'
import { applicationId } from './schema.ts'

const pragma = (db: Database.Database, name: string): number => Number(db.pragma(name, { simple: true }))

/**
 * Brings `file` to format `steps.length`, in one transaction that two processes may begin at once. Before an older format is touched a copy is made
 * as `<file>.format-<n>`. Errors: DATA_TOO_NEW, DATA_FOREIGN (a database that is not a vault).
 */
export const bringToFormat = (db: Database.Database, file: string, steps: readonly string[]): void => {
  const found = formatOf(db, file, steps)
  if (found === steps.length) return
  const copy = `${file}.format-${found}`
  // Not inside the transaction, where SQLite cannot copy: a second process may copy too, and finds the format new below.
  if (found > 0 && !existsSync(copy)) copyTo(db, copy)
  db.transaction(() => {
    for (const step of steps.slice(formatOf(db, file, steps))) db.exec(step)
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${steps.length}`)
  }).immediate()
}

/** Whole or not at all: a crash before the rename leaves a draft beside it that nothing reads. */
const copyTo = (db: Database.Database, copy: string): void => {
  const draft = `${copy}.${process.pid}`
  rmSync(draft, { force: true })
  db.prepare('VACUUM INTO ?').run(draft)
  chmodSync(draft, 0o600)
  renameSync(draft, copy)
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
