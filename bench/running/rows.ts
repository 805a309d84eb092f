// The rows of a built read model, inserted again by prepared statements into empty tables: what a rebuild is held against.
import Database from 'better-sqlite3'
import { newPath, remove } from './place.ts'

/** Events in one transaction of the projector; the same count of transactions here. */
const groupSize = 250

const open = (file: string): Database.Database => {
  const db = new Database(file)
  // As the read model's own file.
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.pragma('cache_size = -32768')
  return db
}

/** Rows are taken out in portions, with the clock stopped. */
const portion = 50_000

/** The rows of `eligibility` in the order in which their events came, which the bulk wrote into the first digits of an event's id. */
const eachPortion = function* (from: Database.Database): Generator<unknown[][]> {
  const rows = from.prepare('SELECT * FROM eligibility ORDER BY answer_id, purpose, channel').raw().iterate() as IterableIterator<unknown[]>
  let held: unknown[][] = []
  for (const row of rows) {
    if (held.push(row) < portion) continue
    yield held
    held = []
  }
  yield held
}

/** `seconds` of inserting every row of a read model that was built from so many events, in as many transactions. */
export const insertRows = (file: string, events: number): { count: number; seconds: number } => {
  const from = new Database(file, { readonly: true })
  const copy = newPath('rows.sqlite')
  const to = open(copy)
  to.exec(from.prepare("SELECT sql FROM sqlite_schema WHERE name = 'eligibility'").pluck().get() as string)
  const count = from.prepare('SELECT count(*) FROM eligibility').pluck().get() as number
  const width = from.prepare('SELECT * FROM eligibility').columns().length
  const insert = to.prepare(`INSERT INTO eligibility VALUES (${Array(width).fill('?').join()})`)
  const commit = to.transaction((rows: unknown[][]) => {
    for (const row of rows) insert.run(...row)
  })
  const inGroup = Math.ceil(count / (events / groupSize))
  let took = 0
  for (const rows of eachPortion(from)) {
    const begun = performance.now()
    for (let place = 0; place < rows.length; place += inGroup) commit.immediate(rows.slice(place, place + inGroup))
    took += performance.now() - begun
  }
  from.close()
  to.close()
  remove(copy)
  return { count, seconds: took / 1000 }
}
