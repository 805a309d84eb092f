// A read model in a directory of its own, and a look at its rows past the port.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import type { RecordedEvent } from '@consent-ledger/domain'
import type { ReadModel } from '../src/index.ts'
import { openSqliteReadModel } from '../src/sqlite/index.ts'

export const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'

/** Path for a read model; the directory goes when the test ends. */
export const scratchFile = (test: TestContext): string => {
  const directory = mkdtempSync(join(tmpdir(), 'readmodel-'))
  test.after(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'readmodel.sqlite')
}

export const opened = async (test: TestContext, file = scratchFile(test)): Promise<ReadModel> => {
  const model = await openSqliteReadModel({ file, ledgerId })
  test.after(() => model.close())
  return model
}

/** Applies in groups of `size`, as a follower would. */
export const applyAll = async (model: ReadModel, events: readonly RecordedEvent[], size = 7): Promise<void> => {
  for (let from = 0; from < events.length; from += size) {
    const group = events.slice(from, from + size)
    await model.apply(group, group.at(-1)?.position ?? -1n)
  }
}

/** Every row of every table that is made from events. */
export const rowsIn = (file: string): unknown => {
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
