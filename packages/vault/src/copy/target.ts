// A vault in PostgreSQL while it is filled: no start takes it for one until its last rows are there.
import { openConnections, patience, type Ask, type Connections } from '../postgres/connections.ts'
import { beginFilling, demandFilling, demandTables, endFilling, foundIn } from '../postgres/format.ts'
import { steps } from '../postgres/schema.ts'
import { metaTable, type Kind, type Pages, type Row, type Table } from './rows.ts'

/** `whole`: there is a vault already, which may be read only. All that `clear`, `fill` and `finish` do is durable on return; they fail once it is whole. */
export type Target = {
  whole: boolean
  pages: Pages
  clear: (table: Table) => Promise<void>
  fill: (table: Table, rows: readonly Row[]) => Promise<void>
  /** Writes whose vault it is, and makes it one, in one transaction. */
  finish: (meta: readonly Row[]) => Promise<void>
  close: () => Promise<void>
}

/** Errors: DATA_TOO_NEW, DATA_FOREIGN, DATA_CORRUPT, VAULT_UNAVAILABLE. */
export const openTarget = async (url: string): Promise<Target> => {
  const connections = openConnections(url, patience.atStart)
  try {
    const mark = await beginFilling(connections, steps)
    await demandTables(connections.ask)
    return targetOver(connections, mark === 'whole')
  } catch (error) {
    await connections.close()
    throw error
  }
}

/** Whose vault the database at `url` holds; null if it holds none, or none that is whole. Changes nothing. Errors: as `openTarget`. */
export const ownerOfVault = async (url: string): Promise<string | null> => {
  const { ask, close } = openConnections(url, patience.atStart)
  try {
    if ((await foundIn(ask, steps.length))?.mark !== 'whole') return null
    const [row] = await ask(`SELECT value FROM vault.meta WHERE name = 'ledgerId'`)
    return typeof row?.['value'] === 'string' ? row['value'] : null
  } finally {
    await close()
  }
}

const targetOver = (connections: Connections, whole: boolean): Target => {
  const { ask, close } = connections
  // Each time: two copies may run at once, and what one of them has ended the other must not write to.
  const transaction = (work: (ask: Ask) => Promise<void>): Promise<void> =>
    connections.transaction(async (ask) => {
      await demandFilling(ask)
      await work(ask)
    })
  return {
    whole,
    pages: async (table, after, limit) => {
      const rows = await ask(pageText(table, after !== null), [...(after ?? []), limit])
      return rows.map(({ cells }) => cells as Row)
    },
    clear: ({ name }) => transaction(async (ask) => void (await ask(`TRUNCATE vault.${name}`))),
    fill: (table, rows) => transaction((ask) => insert(ask, table, rows)),
    finish: (meta) =>
      transaction(async (ask) => {
        await insert(ask, metaTable, meta)
        await endFilling(ask)
      }),
    close,
  }
}

/** From the text of a cell to what the column holds, and back. */
const types: Record<Kind, (text: string) => string> = {
  text: (text) => text,
  integer: (text) => `${text}::bigint`,
  bytes: (text) => `decode(${text}, 'hex')`,
}
const texts: Record<Kind, (column: string) => string> = {
  text: (column) => column,
  integer: (column) => `${column}::text`,
  bytes: (column) => `encode(${column}, 'hex')`,
}

const pageText = ({ name, columns, kinds, key }: Table, behind: boolean): string => {
  const keys = columns.slice(0, key)
  const cells = columns.map((column, n) => texts[kinds[n] ?? 'text'](column))
  const after = keys.map((_, n) => types[kinds[n] ?? 'text'](`$${n + 1}::text`))
  const where = behind ? `WHERE (${keys.join(', ')}) > (${after.join(', ')})` : ''
  return `SELECT ARRAY[${cells.join(', ')}] AS cells FROM vault.${name} ${where} ORDER BY ${keys.join(', ')} LIMIT $${behind ? key + 1 : 1}`
}

const insert = async (ask: Ask, { name, columns, kinds }: Table, rows: readonly Row[]): Promise<void> => {
  const cells = kinds.map((kind, n) => types[kind](`(r.cells ->> ${n})`))
  const text = `INSERT INTO vault.${name} (${columns.join(', ')}) SELECT ${cells.join(', ')} FROM json_array_elements($1::json) AS r (cells)`
  await ask(text, [JSON.stringify(rows)])
}
