// Read models that hold nothing but rows of eligibility, as many as asked for, written straight into their tables.
import Database from 'better-sqlite3'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { newPath } from './place.ts'

/** `look`: µs a look-up of a subject at random, the mean of so many one after the other. */
export type EligibilityRows = { look: (times: number) => Promise<number>; close: () => Promise<void> }

const asked = { controller: 'huttopia', purpose: 'commercial-mail', channel: 'email' } as const

/** Ids in the order of the table, far apart: as random ones lie in it once they are many. */
const subjectAt = (place: number, of: number): string =>
  Math.floor((place * 0xffff_ffff) / of)
    .toString(16)
    .padStart(8, '0') + place.toString(16).padStart(24, '0')

const fill = (file: string, rows: number): void => {
  const db = new Database(file)
  // Nobody needs these rows after a power cut.
  db.pragma('synchronous = OFF')
  db.pragma('cache_size = -200000')
  const insert = db.prepare(
    `INSERT INTO eligibility (controller, subject, purpose, channel, allowed, reason, basis, event_id, revision, effective_at, n, state, since, answer_id, answer_revision)
     VALUES ('${asked.controller}', ?, '${asked.purpose}', '${asked.channel}', 1, 'CONSENT_GIVEN', 'consent', ?, 0, 1, ?, 'given', 1, ?, 0)`,
  )
  const event = Buffer.alloc(16, 7)
  db.transaction(() => {
    for (let place = 0; place < rows; place++) insert.run(Buffer.from(subjectAt(place, rows), 'hex'), event, place + 1, event)
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

export const eligibilityRows = async (rows: number): Promise<EligibilityRows> => {
  const file = newPath(`rows-${rows}.sqlite`)
  await (await openSqliteReadModel({ file, ledgerId: 'bench' })).close()
  fill(file, rows)
  const readModel = await openSqliteReadModel({ file, ledgerId: 'bench' })
  const look = async (times: number): Promise<number> => {
    const begun = performance.now()
    for (let n = 0; n < times; n++) {
      const [found] = await readModel.verdicts({ ...asked, subjectIds: [subjectAt(Math.floor(Math.random() * rows), rows)] })
      if (found?.allowed !== true) throw new Error('a row was not found')
    }
    return ((performance.now() - begun) / times) * 1000
  }
  return { look, close: () => readModel.close() }
}
