// Connections to PostgreSQL, each question with a deadline. None that failed is used again, and none that breaks ends the process.
import pg from 'pg'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { faults } from './errors.ts'

/** Enough for lists beside the projector; more would only wait for each other. */
const connections = 8

/** `bigint` columns hold times, counts and versions, all far below 2^53; positions and revisions are asked for as text. Another number is damage, and is not rounded. */
const safeNumber = (text: string): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw faults.damaged('it holds a number that it never wrote')
}
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, safeNumber)

/** Ms. */
const closesWithin = 2000

const ignore = (): void => {}

/**
 * `patience`: ms for a connection, and for the answer to a statement. The server gives up a little earlier than the client: then it says so, and the line is known to be whole.
 * Connects to nobody yet. Errors: STORE_UNAVAILABLE if the url cannot be read; it is repeated nowhere, since it may hold a password.
 */
export const openPool = (url: string, patience: number): pg.Pool => {
  const options: pg.PoolConfig = {
    connectionString: url,
    max: connections,
    application_name: 'consent-ledger readmodel',
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    statement_timeout: Math.ceil(patience * 0.8),
    lock_timeout: Math.ceil(patience * 0.5),
    // A projector that freezes within a transaction holds the others up no longer than this.
    idle_in_transaction_session_timeout: patience,
    keepAlive: true,
    // As in the file: a power cut may take the last groups with their checkpoint, which are then applied again; neither is ever parted from the other.
    // Every question goes along an index, in its order: while a table is being filled, statistics that are behind would have it gather everything and sort it for each page.
    options: '-c synchronous_commit=off -c enable_bitmapscan=off',
    types,
  }
  try {
    void new pg.Client(options)
  } catch {
    throw faults.unavailable('the url of its database cannot be read, or a file that it names', undefined)
  }
  const pool = new pg.Pool(options)
  // Without listeners a connection that breaks while nothing is asked of it would end the process. The next question tells.
  pool.on('error', ignore)
  pool.on('connect', (client) => void client.on('error', ignore))
  return pool
}

/** Waits for what is under way, but not for a server that says nothing. */
export const closePool = async (pool: pg.Pool): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, closesWithin)
  await Promise.race([promise, pool.end()])
  clearTimeout(timer)
}

/** Runs `work` on one connection. After any error the connection is closed, and with it the server ends what is still under way there. */
export const onConnection = async <T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
  const client = await pool.connect()
  let whole = false
  try {
    const answer = await work(client)
    whole = true
    return answer
  } finally {
    client.release(!whole)
  }
}

/** Commits if `work` answers true, else leaves everything as it was. If the answer to the commit is lost, so is whether it stands. */
export const inTransaction = (pool: pg.Pool, work: (client: pg.PoolClient) => Promise<boolean>): Promise<boolean> =>
  onConnection(pool, async (client) => {
    // Nothing is left to what the server has as its default: at another level the loser of a race would not see that it lost.
    await client.query('begin isolation level read committed read write')
    const stands = await work(client)
    await client.query(stands ? 'commit' : 'rollback')
    return stands
  })

/** A connection as kysely takes it; kysely alone would give one back on which a question was never answered. */
const forOne = (client: pg.PoolClient): PostgresPoolClient => {
  let whole = true
  function query<Row>(statement: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query(statement: unknown, values: readonly unknown[] = []): unknown {
    return client.query(String(statement), [...values]).catch((error: unknown) => {
      whole = false
      throw error
    })
  }
  return { query, release: () => client.release(!whole) }
}

export const forKysely = (pool: pg.Pool): PostgresPool => ({
  connect: async () => forOne(await pool.connect()),
  end: () => pool.end(),
  options: pool.options,
})
