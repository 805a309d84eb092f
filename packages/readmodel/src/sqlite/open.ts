// Opens the file: makes or migrates it, refuses what is not this ledger's, waits for another process that does the same.
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, type SqliteDatabase } from 'kysely'
import { readMeta } from '../meta.ts'
import type { ReadModel } from '../port.ts'
import { readModelOn } from '../readModel.ts'
import type { Tables } from '../schema.ts'
import { faultOf, faults } from './errors.ts'
import { migrate } from './migrate.ts'
import { prepare } from './statements.ts'

/** How long one write waits for another process's, in ms: little, since this whole process waits with it; whoever called tries again. */
const patience = 50
const triesAtStart = 100

/**
 * WAL: those who ask never wait for the projector. NORMAL: a power cut may take the last groups, but neither damages the file nor parts rows from their checkpoint,
 * and the projector applies again what is missing; FULL would pay an fsync for each group and gain nothing. The cache: subject ids are random, so rows fall
 * everywhere and only the inner pages are met again; 16 MiB hold those of a hundred million rows, and eight times as much measured no faster at a million.
 */
const settings = ['journal_mode = WAL', 'synchronous = NORMAL', 'cache_size = -16384']

/** Statements kept: there are some fifty, and more only where a list of purposes is asked about, by its length. */
const mostStatements = 200

/** The file, which prepares each text once: half of what a short question costs is its preparation. */
const remembering = (file: Database.Database): SqliteDatabase => {
  const known = new Map<string, Database.Statement>()
  const prepare = (text: string): Database.Statement => {
    const found = known.get(text) ?? file.prepare(text)
    if (known.size >= mostStatements) known.clear()
    known.set(text, found)
    return found
  }
  return { prepare, close: () => void file.close() }
}

const openOnce = async (path: string, ledgerId: string): Promise<ReadModel> => {
  const file = new Database(path, { timeout: patience })
  try {
    const builder = new Kysely<Tables>({ dialect: new SqliteDialect({ database: remembering(file) }) })
    // Before the settings: a file that is refused stays as it was.
    const made = migrate(file, builder, ledgerId)
    for (const setting of settings) file.pragma(setting)
    const meta = await readMeta(builder)
    const close = async (): Promise<void> => void file.close()
    return readModelOn({ builder, faults, ...prepare(file, builder), faultOf, close }, meta?.checkpoint ?? -1n, made)
  } catch (error) {
    file.close()
    throw error
  }
}

const isBusy = (error: unknown): boolean => error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')

/**
 * Opens `readmodel.sqlite`, making it if it is not there. `ledgerId`: whose events it holds.
 * Errors: DATA_CORRUPT, DATA_FOREIGN, DATA_TOO_NEW (the file is left as it was), STORE_UNAVAILABLE.
 */
export const openSqliteReadModel = async ({ file, ledgerId }: { file: string; ledgerId: string }): Promise<ReadModel> => {
  for (let tries = 1; ; tries++) {
    try {
      return await openOnce(file, ledgerId)
    } catch (error) {
      // Of two processes on a new file one makes it. SQLite itself does not wait for a change of the journal's mode.
      if (!isBusy(error) || tries === triesAtStart) throw faultOf(error)
      await setTimeout(patience)
    }
  }
}
