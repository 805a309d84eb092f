// A vault's file, read whole as it was when the reading began.
import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { LedgerError } from '@consent-ledger/domain'
import { asFault } from '../sqlite/faults.ts'
import { bringToFormat } from '../sqlite/format.ts'
import { steps } from '../sqlite/schema.ts'
import type { Kind, Pages, Row, Table } from './rows.ts'

export type Source = { pages: Pages; close: () => void }

/** Opens the vault in `file`; an older format is brought up as at a start. Errors: NOT_FOUND, DATA_TOO_NEW, DATA_FOREIGN, DATA_CORRUPT, VAULT_UNAVAILABLE. */
export const openSource = (file: string): Source => {
  if (!existsSync(file)) throw new LedgerError('NOT_FOUND', `${file} is missing`)
  const db = opened(file)
  return {
    pages: async (table, after, limit) => {
      try {
        const values = after?.map((value, n) => bound(table.kinds[n], value)) ?? []
        return db
          .prepare<unknown[], Cell[]>(pageText(table, after !== null))
          .raw()
          .all(...values, limit)
          .map(rowOf)
      } catch (error) {
        throw asFault(error)
      }
    },
    close: () => void db.close(),
  }
}

const opened = (file: string): Database.Database => {
  let db: Database.Database | undefined
  try {
    db = new Database(file, { fileMustExist: true })
    bringToFormat(db, file, steps)
    // One snapshot from the first page to the last.
    db.exec('BEGIN')
    return db
  } catch (error) {
    db?.close()
    throw asFault(error)
  }
}

const pageText = ({ name, columns, key }: Table, behind: boolean): string => {
  const keys = columns.slice(0, key)
  const where = behind ? `WHERE (${keys.join(', ')}) > (${keys.map(() => '?').join(', ')})` : ''
  return `SELECT ${columns.join(', ')} FROM ${name} ${where} ORDER BY ${keys.join(', ')} LIMIT ?`
}

type Cell = string | number | Buffer | null
const rowOf = (cells: Cell[]): Row =>
  cells.map((cell) => (Buffer.isBuffer(cell) ? cell.toString('hex') : cell === null ? null : String(cell)))

const bound = (kind: Kind | undefined, value: string | null): Cell => {
  if (value === null || kind === 'text') return value
  return kind === 'bytes' ? Buffer.from(value, 'hex') : Number(value)
}
