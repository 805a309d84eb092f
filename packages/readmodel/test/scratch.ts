// A read model in a directory of its own, and a look at its rows past the port.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { ledgerId } from '../src/conformance/index.ts'
import type { Place } from '../src/conformance/index.ts'
import type { ReadModel } from '../src/index.ts'
import { openSqliteReadModel } from '../src/sqlite/index.ts'

const newFile = (): { file: string; dispose: () => void } => {
  const directory = mkdtempSync(join(tmpdir(), 'readmodel-'))
  return { file: join(directory, 'readmodel.sqlite'), dispose: () => rmSync(directory, { recursive: true, force: true }) }
}

/** Path for a read model; the directory goes when the test ends. */
export const scratchFile = (test: TestContext): string => {
  const { file, dispose } = newFile()
  test.after(dispose)
  return file
}

export const opened = async (test: TestContext, file: string): Promise<ReadModel> => {
  const model = await openSqliteReadModel({ file, ledgerId })
  test.after(() => model.close())
  return model
}

const rowsIn = (file: string): unknown[][] => {
  const database = new Database(file, { readonly: true })
  try {
    return ['answers', 'site_activity', 'turned_away'].map((table) => database.prepare(`select * from ${table}`).raw().all())
  } finally {
    database.close()
  }
}

/** Changes the file behind the read model's back, as an accident would. */
export const meddle = (file: string, statements: string): void => {
  const database = new Database(file)
  database.exec(statements)
  database.close()
}

/** For the suite. */
export const newPlace = async (): Promise<Place> => {
  const { file, dispose } = newFile()
  return {
    open: (ledger) => openSqliteReadModel({ file, ledgerId: ledger }),
    rows: async () => rowsIn(file),
    meddle: async (statements) => meddle(file, statements),
    refuse: async (eventId) => {
      const refused = `new.event_id = x'${eventId.replaceAll('-', '')}'`
      meddle(file, `create trigger broken before insert on answers when ${refused} begin select raise(abort, 'broken'); end`)
      return async () => meddle(file, 'drop trigger broken')
    },
    dispose: async () => dispose(),
  }
}
