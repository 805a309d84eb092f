// A read model in a directory of its own, and a look at its rows past the port.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { ledgerId, tables, type Place, type Rows } from '../src/conformance/index.ts'
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

const rowsIn = (file: string): Rows => {
  const database = new Database(file, { readonly: true })
  try {
    const all = (table: string) => database.prepare<[], Record<string, unknown>>(`select * from ${table}`).all()
    return Object.fromEntries(tables.map((table) => [table, all(table)])) as Rows
  } finally {
    database.close()
  }
}

/** As a program of the second schema version would have left it. */
const second = `
  ${[...tables.slice(0, 4), 'fan_outs', 'sinks', 'acknowledgements'].map((table) => `drop table ${table};`).join(' ')}
  alter table meta drop column epoch; alter table meta drop column feed_n; alter table meta drop column runs;
  create table answers (controller text not null primary key) strict, without rowid;
  insert into site_activity values ('campo', '2026-11-22', '', 'NoticeShown', 1);
  insert into turned_away values ('campo', 0, '', '/v1/consents', 'RATE_LIMITED', 1);
  insert into leaves values (x'00', 0, 0);
  update meta set schema_version = 2, checkpoint = 7, as_of = 8, log_size = 1`

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
      const refused = `new.answer_id = x'${eventId.replaceAll('-', '')}'`
      meddle(file, `create trigger broken before insert on eligibility when ${refused} begin select raise(abort, 'broken'); end`)
      return async () => meddle(file, 'drop trigger broken')
    },
    backToSecond: async () => meddle(file, second),
    dispose: async () => dispose(),
  }
}
