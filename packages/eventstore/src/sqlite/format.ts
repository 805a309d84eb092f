// The format of an event file: the steps that lead to it, its version, and what is done about a file of another version.
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import type { Connection } from './connection.ts'

/** Brings a file from one version to the next, within a transaction. A published step is never changed. */
export type Step = (db: Connection) => void

// Positions and revisions are given by the writer and only checked here: the file itself refuses a gap, a second past and a change,
// also one made by INSERT OR REPLACE, for which SQLite fires no trigger of DELETE.
const version1: Step = (db) =>
  db.exec(`
    CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), formatVersion INTEGER NOT NULL, ledgerId TEXT) STRICT;
    INSERT INTO meta VALUES (1, 1, NULL);
    CREATE TABLE events (
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, UNIQUE (stream, revision)
    ) STRICT;
    CREATE TRIGGER eventsOnlyGrow BEFORE INSERT ON events
    WHEN new.revision IS NOT (SELECT coalesce(max(revision), -1) + 1 FROM events WHERE stream = new.stream)
      OR new.position <= (SELECT coalesce(max(position), -1) FROM events)
    BEGIN SELECT RAISE(ABORT, 'events only grow: INSERT refused'); END;
    CREATE TRIGGER eventsNeverChange BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events never change: UPDATE refused'); END;
    CREATE TRIGGER eventsNeverVanish BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events never vanish: DELETE refused'); END;
  `)

/** Step n leads to version n + 1. The last is the version that this program writes. */
export const steps: readonly Step[] = [version1]

/**
 * Brings `file` to the version after the last of `known`; a new file begins at 0. An older file is first copied whole to `<file>.v<N>.bak`.
 * Errors: DATA_TOO_NEW, DATA_FOREIGN (not an event file), those of SQLite.
 */
export const bringUpToDate = (db: Connection, file: string, known: readonly Step[] = steps): void => {
  const version = versionOf(db, file)
  if (version > known.length) {
    throw new LedgerError(
      'DATA_TOO_NEW',
      `${basename(file)} has format version ${version}; this program knows versions up to ${known.length}. Use the newer program.`,
    )
  }
  if (version > 0 && version < known.length) copyWhole(db, file, `${file}.v${version}.bak`)
  for (const [n, step] of known.entries()) {
    if (n < version) continue
    // A crash inside leaves the version before; the next start copies and goes on from there.
    db.transaction(() => {
      step(db)
      db.prepare('UPDATE meta SET formatVersion = ?').run(n + 1)
    }).immediate()
  }
}

const versionOf = (db: Connection, file: string): number => {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  if (tables.length === 0) return 0
  const version: unknown =
    tables.includes('meta') && tables.includes('events') ? db.prepare('SELECT formatVersion FROM meta').pluck().get() : undefined
  if (typeof version !== 'number') throw new LedgerError('DATA_FOREIGN', `${basename(file)} is not an event file of the ledger.`)
  return version
}

// Under its name only once it is whole and durable: a crash leaves at most a `.part`, which the next start makes anew.
const copyWhole = (db: Connection, file: string, copy: string): void => {
  const part = `${copy}.part`
  rmSync(part, { force: true })
  db.prepare('VACUUM INTO ?').run(part)
  syncPath(part)
  renameSync(part, copy)
  syncPath(dirname(file))
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
