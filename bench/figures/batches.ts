// Batches of 100: items per second against inserting the same bytes raw into SQLite, in the same groups, one durable commit for each.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { median, spread, type Figure } from '../figure.ts'
import { batch } from '../posts.ts'
import { runLoad } from '../running/load.ts'
import { newPath } from '../running/place.ts'
import { launchLedger, siteKey } from '../running/program.ts'
import { settled } from '../running/settled.ts'

const rounds = 5
const seconds = 3
const items = 100
const connections = 4
/** Raw inserts in one round: enough to last, little enough to hold in memory. */
const mostItems = 10_000

type Row = { stream: string; revision: number; id: string; type: string; data: string; metadata: string }

/** The newest events of subjects, item by item. */
const itemsIn = (data: string): Row[][] => {
  const db = new Database(join(data, 'events.sqlite'), { readonly: true })
  const rows = db
    .prepare("SELECT stream, revision, id, type, data, metadata FROM events WHERE stream LIKE 'subject-%' ORDER BY position DESC LIMIT ?")
    .all(mostItems * 2) as Row[]
  db.close()
  return [...Map.groupBy(rows, ({ stream }) => stream).values()].map((events) => events.toReversed())
}

const openRaw = (file: string): Database.Database => {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  return db
}

/** Items per second. `whole`: with stream, revision, id and type too, and the index that keeps a stream contiguous, as the ledger's own table. */
const insertRaw = (posted: readonly Row[][], whole: boolean): number => {
  const db = openRaw(newPath('raw.sqlite'))
  db.exec(
    whole
      ? 'CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT, revision INTEGER, id TEXT, type TEXT, data TEXT, metadata TEXT, UNIQUE (stream, revision)) STRICT'
      : 'CREATE TABLE events (position INTEGER PRIMARY KEY, data TEXT, metadata TEXT) STRICT',
  )
  const insert = whole
    ? db.prepare<[Row]>(
        'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (@stream, @revision, @id, @type, @data, @metadata)',
      )
    : db.prepare<[Row]>('INSERT INTO events (data, metadata) VALUES (@data, @metadata)')
  const commit = db.transaction((group: readonly Row[][]) => {
    for (const events of group) for (const event of events) insert.run(event)
  })
  const begun = performance.now()
  for (let from = 0; from + items <= posted.length; from += items) commit.immediate(posted.slice(from, from + items))
  const took = (performance.now() - begun) / 1000
  db.close()
  return (posted.length - (posted.length % items)) / took
}

const countEvents = (data: string): number => {
  const db = new Database(join(data, 'events.sqlite'), { readonly: true })
  const count = db.prepare("SELECT count(*) FROM events WHERE stream LIKE 'subject-%'").pluck().get() as number
  db.close()
  return count
}

export const batches: Figure = {
  name: 'batches',
  about: `batches of ${items} posted on ${connections} connections, each item a new person`,
  measure: async () => {
    const data = newPath('batches')
    const ledger = await launchLedger(data)
    const template = batch(siteKey(data), items)
    const load = () => runLoad({ url: ledger.url, template, connections, seconds })
    let sent = (await load()).items
    const [posted, raw, whole]: [number[], number[], number[]] = [[], [], []]
    for (let n = 0; n < rounds; n++) {
      const round = await load()
      sent += round.items
      posted.push(round.perSecond)
      await settled(ledger.pid)
      const rows = itemsIn(data)
      raw.push(insertRaw(rows, false))
      whole.push(insertRaw(rows, true))
    }
    await ledger.stop()
    const stored = countEvents(data)
    if (stored !== sent * 2) throw new Error(`${sent} items were answered, but ${stored} events are stored`)
    return {
      ratios: [
        {
          what: 'items/s of the ledger',
          of: 'items/s of raw inserts of their data and metadata',
          ratio: median(posted) / median(raw),
          bar: { least: 0.25 },
        },
      ],
      notes: [
        `ledger: ${spread(posted, 'items/s')}, two events each`,
        `raw, data and metadata only: ${spread(raw, 'items/s')}`,
        `raw, the table and index of the ledger: ${spread(whole, 'items/s')} (ratio to that ${(median(posted) / median(whole)).toFixed(3)})`,
      ],
    }
  },
}
