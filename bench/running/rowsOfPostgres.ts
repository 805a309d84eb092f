// The rows of a built read model in PostgreSQL, inserted again into a table like its own, many in one statement: what a catch-up is held against.
import pg from 'pg'

/** Events in one transaction of the projector; the same count of transactions here. */
const groupSize = 250

/** `seconds` of inserting every row of `readmodel.eligibility` that was built from so many events, in as many transactions of one statement each. */
export const insertRows = async (url: string, events: number): Promise<{ count: number; seconds: number }> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('DROP SCHEMA IF EXISTS bench CASCADE')
  await client.query('CREATE SCHEMA bench')
  await client.query('CREATE TABLE bench.eligibility (LIKE readmodel.eligibility INCLUDING ALL)')
  const { rows, fields } = await client.query<unknown[]>({
    text: 'SELECT * FROM readmodel.eligibility ORDER BY answer_id, purpose, channel',
    rowMode: 'array',
  })
  const width = fields.length
  const inGroup = Math.max(1, Math.ceil(rows.length / (events / groupSize)))
  const text = (count: number): string => {
    const row = (n: number): string => `(${Array.from({ length: width }, (_, m) => `$${n * width + m + 1}`).join()})`
    return `INSERT INTO bench.eligibility VALUES ${Array.from({ length: count }, (_, n) => row(n)).join()}`
  }
  const whole = text(inGroup)
  const begun = performance.now()
  for (let place = 0; place < rows.length; place += inGroup) {
    const group = rows.slice(place, place + inGroup)
    // Each statement is a transaction; prepared once, but for the last and shorter one.
    if (group.length === inGroup) await client.query({ name: 'group', text: whole, values: group.flat() })
    else await client.query(text(group.length), group.flat())
  }
  const seconds = (performance.now() - begun) / 1000
  await client.query('DROP SCHEMA bench CASCADE')
  await client.end()
  return { count: rows.length, seconds }
}
