// The embedded event store: one SQLite file in a data directory, one process that writes it.
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '../port.ts'
import { faultOf, openForWriting } from './connection.ts'
import { bringUpToDate, syncPath } from './format.ts'
import { lockForWriting } from './lock.ts'
import { Reader } from './reader.ts'
import { SqliteEventStore } from './store.ts'
import { WriterQueue } from './writerQueue.ts'

export type { SqliteEventStore } from './store.ts'

export type Opening = {
  /** Made if it is not there. Holds `events.sqlite`, its write-ahead log, and `writer.lock`. */
  directory: string
  /** The writer's thread died: the process must stop. Appends fail from then on with STORE_UNAVAILABLE; reads go on. */
  onFatal: (fault: LedgerError) => void
}

/**
 * Opens the store at a cost that does not depend on its size; an older format is brought up to date after a copy.
 * Errors: DATA_LOCKED (another process writes here), DATA_TOO_NEW, DATA_FOREIGN, DATA_CORRUPT, STORE_UNAVAILABLE.
 */
export const openSqliteEventStore = async ({ directory, onFatal }: Opening): Promise<SqliteEventStore> => {
  const file = join(directory, 'events.sqlite')
  makeDirectory(directory, file)
  const unlock = lockForWriting(join(directory, 'writer.lock'))
  const writer = new WriterQueue(file, onFatal)
  try {
    prepareFile(file)
    await writer.start()
    return new SqliteEventStore({ file, reader: new Reader(file), writer, unlock })
  } catch (error) {
    await writer.close()
    unlock()
    throw faultOf(error, file)
  }
}

const makeDirectory = (directory: string, file: string): void => {
  try {
    const made = mkdirSync(directory, { recursive: true, mode: 0o700 })
    // A file is no more durable than the name of the directory that holds it.
    if (made !== undefined) syncPath(dirname(resolve(made)))
  } catch (error) {
    throw faultOf(error, file)
  }
}

const prepareFile = (file: string): void => {
  const db = openForWriting(file)
  try {
    bringUpToDate(db, file)
  } finally {
    db.close()
  }
}

/** What only reads: beside the process that writes, or where none does. */
export type SqliteEventReader = Pick<EventStore, 'readStream' | 'readAll' | 'head' | 'close'>

/** Reads `events.sqlite` in `directory`, which must be there, without the writer's lock. Errors: DATA_CORRUPT, STORE_UNAVAILABLE. */
export const openSqliteEventReader = (directory: string): SqliteEventReader => {
  const file = join(directory, 'events.sqlite')
  try {
    const reader = new Reader(file)
    return {
      readStream: async (stream, page) => reader.stream(stream, page),
      readAll: async (page) => reader.all(page),
      head: async () => reader.head(),
      close: async () => reader.close(),
    }
  } catch (error) {
    throw faultOf(error, file)
  }
}
