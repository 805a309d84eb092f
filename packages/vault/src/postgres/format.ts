// The format of a vault's schema: a new one is made, an older one is brought up; a newer, foreign or half-copied one is refused by name.
import { LedgerError } from '@consent-ledger/domain'
import type { Ask, Connections } from './connections.ts'
import { columns } from './schema.ts'

/** How a schema says what it is. `filling`: a copy into it has not ended. */
const marks = { whole: 'consent-ledger vault', filling: 'consent-ledger vault, not whole' } as const
type Mark = keyof typeof marks

/**
 * Brings the schema `vault` to format `steps.length`, in one transaction that excludes every other writer, so that two processes may begin at once.
 * Errors: DATA_TOO_NEW, DATA_FOREIGN (a schema of that name that is not a vault's), DATA_CORRUPT (half a copy), VAULT_UNAVAILABLE.
 */
export const bringToFormat = (connections: Connections, steps: readonly string[]): Promise<void> =>
  connections.transaction(async (ask) => {
    if ((await bring(ask, steps, 'whole')) === 'filling')
      throw new LedgerError(
        'DATA_CORRUPT',
        'The vault in PostgreSQL is not whole: a copy into it has not ended. Give the command of the copy again',
      )
  })

/** The same for a vault that is to be filled: until `endFilling` no start takes it for one. `whole`: there is one already, which is not to be filled. */
export const beginFilling = (connections: Connections, steps: readonly string[]): Promise<Mark> =>
  connections.transaction((ask) => bring(ask, steps, 'filling'))

/** Inside a transaction that fills: whether that may still be done. Errors: DATA_FOREIGN if another run of the copy has made it a vault, perhaps at work. */
export const demandFilling = async (ask: Ask): Promise<void> => {
  const [row] = await markOf(ask)
  if (row?.['application'] === marks.filling) return
  throw new LedgerError('DATA_FOREIGN', 'The vault in PostgreSQL was made whole by another run of the copy meanwhile')
}

/** From the commit of its transaction on the vault is one. */
export const endFilling = async (ask: Ask): Promise<void> => void (await ask('UPDATE vault.format SET application = $1', [marks.whole]))

/** What the schema is afterwards: what it was, or `as` if there was none. */
const bring = async (ask: Ask, steps: readonly string[], as: Mark): Promise<Mark> => {
  const found = (await foundIn(ask, steps.length)) ?? (await make(ask, as))
  for (const step of steps.slice(found.format)) await ask(step)
  // Also where it changes nothing: what is found whole may have been left by a COMMIT that no standby has, and one that writes nothing waits for none.
  await ask('UPDATE vault.format SET format = $1', [steps.length])
  return found.mark
}

type Found = { mark: Mark; format: number }

const make = async (ask: Ask, mark: Mark): Promise<Found> => {
  // One that stands there empty was made by somebody who keeps the right to make schemas.
  const [schema] = await ask(`SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'vault'`)
  if (schema === undefined) await ask('CREATE SCHEMA vault')
  await ask('CREATE TABLE vault.format (application text NOT NULL, format integer NOT NULL)')
  await ask('INSERT INTO vault.format VALUES ($1, 0)', [marks[mark]])
  return { mark, format: 0 }
}

/** Undefined where there is no schema, or nothing in it. Errors: DATA_FOREIGN, DATA_TOO_NEW. */
export const foundIn = async (ask: Ask, known: number): Promise<Found | undefined> => {
  const tables = await ask(
    `SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'vault'`,
  )
  if (tables.length === 0) return undefined
  const [row] = tables.some(({ relname }) => relname === 'format') ? await markOf(ask) : []
  const mark = (['whole', 'filling'] as const).find((mark) => marks[mark] === row?.['application'])
  if (mark === undefined) throw new LedgerError('DATA_FOREIGN', 'The database has a schema named vault that is not of a consent ledger')
  const format = Number(row?.['format'])
  if (format > known) throw new LedgerError('DATA_TOO_NEW', `The vault has format ${format}; this version knows formats up to ${known}`)
  return { mark, format }
}

/** Not its columns by name: a table `format` of somebody else's may have others. */
const markOf = (ask: Ask) =>
  ask(`SELECT to_jsonb(f) ->> 'application' AS application, to_jsonb(f) ->> 'format' AS format FROM vault.format f`)

/** Demands every table and column of the format in use. Errors: DATA_CORRUPT. */
export const demandTables = async (ask: Ask): Promise<void> => {
  for (const [table, ofTable] of Object.entries(columns)) await ask(`SELECT ${Object.keys(ofTable).join(', ')} FROM vault.${table} LIMIT 0`)
}
