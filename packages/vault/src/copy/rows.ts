// What a vault's rows are when they are carried from one store to another: the same words at both ends, in the order of their keys by bytes.
import { createHash } from 'node:crypto'
import { columns, type TableName } from '../postgres/schema.ts'

/** A row in the order of its columns: integers in decimal, bytes in hex. */
export type Row = readonly (string | null)[]

/** `kinds`: by column. `key`: how many of its first columns are its primary key, by which it is read. */
export type Table = { name: TableName; columns: readonly string[]; kinds: readonly Kind[]; key: number }
export type Kind = 'text' | 'integer' | 'bytes'

const keys = {
  subjects: 1,
  directory: 2,
  links: 2,
  acts: 1,
  act_targets: 2,
  data_keys: 3,
  mac_keys: 3,
  accesses: 1,
  key_uses: 1,
  meta: 1,
} as const satisfies Record<TableName, number>

const kindOf = (type: string): Kind => (type === 'bytea' ? 'bytes' : type === 'text' ? 'text' : 'integer')

const tableOf = (name: TableName): Table => ({
  name,
  columns: Object.keys(columns[name]),
  kinds: Object.values(columns[name]).map(kindOf),
  key: keys[name],
})

/** Whose vault it is and which key it needs: written behind everything else. */
export const metaTable = tableOf('meta')
export const tables: readonly Table[] = (Object.keys(keys) as TableName[]).filter((name) => name !== 'meta').map(tableOf)

/** Where rows are read, a page at a time: those behind the key `after`, at most `limit`. */
export type Pages = (table: Table, after: Row | null, limit: number) => Promise<Row[]>

/** `sha256`: hex, over the rows in the order of their keys, each as its JSON and a line feed. `last`: key of the last one. */
export type Tally = { count: number; sha256: string; last: Row | null }

const pageSize = 1000

/** Every row behind `after`, in pages. */
export async function* pagesOf(pages: Pages, table: Table, after: Row | null = null): AsyncGenerator<Row[]> {
  for (let key = after; ;) {
    const page = await pages(table, key, pageSize)
    const last = page.at(-1)
    if (last === undefined) return
    yield page
    key = keyOf(table, last)
  }
}

const keyOf = (table: Table, row: Row): Row => row.slice(0, table.key)

/** Of the whole table, or of its first `most` rows. */
export const tally = async (pages: Pages, table: Table, most = Infinity): Promise<Tally> => {
  const hash = createHash('sha256')
  let [count, last]: [number, Row | null] = [0, null]
  for await (const page of pagesOf(pages, table)) {
    for (const row of page.slice(0, most - count)) {
      hash.update(`${JSON.stringify(row)}\n`)
      count += 1
      last = keyOf(table, row)
    }
    if (count >= most) break
  }
  return { count, sha256: hash.digest('hex'), last }
}
