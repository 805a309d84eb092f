// A data directory for one test, and a store on it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteEventStore, type SqliteEventStore } from '@consent-ledger/eventstore/sqlite'

export const newDirectory = (): { directory: string; file: string; remove: () => void } => {
  const directory = mkdtempSync(join(tmpdir(), 'eventstore-'))
  return { directory, file: join(directory, 'events.sqlite'), remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** A store whose writer must not die. */
export const openIn = (directory: string): Promise<SqliteEventStore> =>
  openSqliteEventStore({
    directory,
    onFatal: (fault) => {
      throw fault
    },
  })
