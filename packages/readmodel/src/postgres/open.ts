// Opens the schema: makes or migrates it, refuses what is not this ledger's.
import { Kysely, PostgresDialect } from 'kysely'
import { readMeta } from '../meta.ts'
import type { ReadModel } from '../port.ts'
import { readModelOn } from '../readModel.ts'
import type { Tables } from '../schema.ts'
import { faultOf, faults } from './errors.ts'
import { migrate } from './migrate.ts'
import { closePool, forKysely, openPool } from './pool.ts'
import { prepare } from './statements.ts'

/** `patience`: ms that a connection or an answer may take; 10 s by default. */
export type PostgresOpening = { url: string; ledgerId: string; patience?: number }

/**
 * Opens the read model in the schema `readmodel` of the database that `url` names, making it if it is not there. `ledgerId`: whose events it holds.
 * Any number of processes may have it open; of those that apply, one wins. Errors: DATA_CORRUPT, DATA_FOREIGN, DATA_TOO_NEW (everything is left as it was), STORE_UNAVAILABLE.
 */
export const openPostgresReadModel = async ({ url, ledgerId, patience = 10_000 }: PostgresOpening): Promise<ReadModel> => {
  const pool = openPool(url, patience)
  try {
    const builder = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: forKysely(pool) }) }).withSchema('readmodel')
    const made = await migrate(pool, builder, ledgerId)
    const meta = await readMeta(builder)
    const storage = { builder, faults, ...prepare(pool, builder), faultOf, close: () => closePool(pool) }
    return readModelOn(storage, meta?.checkpoint ?? -1n, made)
  } catch (error) {
    await closePool(pool)
    throw faultOf(error)
  }
}
