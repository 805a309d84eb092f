// Connections to PostgreSQL with deadlines of their own: one statement that reads, or one transaction that writes, alone in the whole database.
import { LedgerError } from '@consent-ledger/domain'
import pg from 'pg'
import { asFault } from './faults.ts'

/**
 * How long is waited, ms: for a connection, for other writers, for one statement, for the next statement of a process that hangs, and in all for any answer.
 * The last is counted here and the others but the first by the server, who so speaks first unless it is silent.
 */
type Patience = Record<'connect' | 'lock' | 'statement' | 'pause' | 'answer', number>

/** At a start another process may be bringing a large vault to a new format; later, whoever asks this process for something waits with it. */
export const patience: Readonly<Record<'atStart' | 'afterwards', Patience>> = {
  atStart: { connect: 3000, lock: 60_000, statement: 600_000, pause: 10_000, answer: 610_000 },
  afterwards: { connect: 2000, lock: 2000, statement: 3000, pause: 5000, answer: 4000 },
}
const closesWithin = 2000

/** Readers beside the one writer: each holds a session on the server. */
const readers = 3

/** "cLv1", as in the SQLite file: whoever writes to the vault of a database holds this lock, so that a transaction sees all that came before it. */
const writersLock = 0x634c7631

/**
 * The first message of every writing transaction. Nothing is left to what the server, the database or the role has as its default:
 * - read committed, since any other level would look at the database as it was before the lock was granted;
 * - an answered COMMIT is flushed (and replicated where the server has synchronous standbys), though the default be off; if it is not, its warning is heard;
 * - a process that hangs inside loses the lock.
 */
const beginning = ({ lock, statement, pause }: Patience): string =>
  [
    'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
    'SET LOCAL synchronous_commit = on',
    'SET LOCAL client_min_messages = warning',
    `SET LOCAL lock_timeout = ${lock}`,
    `SET LOCAL statement_timeout = ${statement}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${pause}`,
    `SELECT pg_advisory_xact_lock(${writersLock})`,
  ].join(';')

/**
 * Every row is found by its key. A planner left to itself would read whole tables while they are small, and with a plan kept from then also when they
 * have grown; making a new plan each time costs more than carrying it out.
 */
const planning = 'SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan'

export type Row = Record<string, unknown>
/** `name`: one for each text, by which the server keeps its plan. Errors: as `asFault`. */
export type Ask = (text: string, values?: unknown[], name?: string) => Promise<Row[]>

export type Connections = {
  /** One statement that reads. */
  ask: Ask
  /**
   * Runs `work` in a transaction that no other writer of this vault shares; durable on return. Errors: what `work` threw, with nothing written;
   * VAULT_UNAVAILABLE, also where the answer to COMMIT was lost, so that all of it or nothing was written.
   */
  transaction: <T>(work: (ask: Ask) => Promise<T>) => Promise<T>
  /** Waits for what runs, though not for a server that says nothing. */
  close: () => Promise<void>
}

/** `url`: as in DATABASE_URL; may name sslmode and the like. Connects to nobody yet. Errors: VAULT_UNAVAILABLE if it cannot be read; it is repeated nowhere. */
export const openConnections = (url: string, patience: Patience): Connections => {
  const [writing, reading] = [openPool(url, 1, patience), openPool(url, readers, patience)]
  const begin = beginning(patience)
  return {
    ask: (text, values, name) => during(reading, (client) => ask(client, text, values, name)),
    transaction: (work) =>
      during(writing, async (client) => {
        await ask(client, begin)
        const answer = await work((text, values, name) => ask(client, text, values, name))
        await commit(client)
        return answer
      }),
    close: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, closesWithin)
      await Promise.race([promise, Promise.all([writing.end(), reading.end()])])
      clearTimeout(timer)
    },
  }
}

const openPool = (url: string, max: number, patience: Patience): pg.Pool => {
  const options = {
    connectionString: url,
    application_name: 'consent-ledger vault',
    connectionTimeoutMillis: patience.connect,
    query_timeout: patience.answer,
    keepAlive: true,
  }
  try {
    // Reads the url and the files that it names; what it says of them may hold the password.
    void new pg.Client(options)
  } catch {
    throw new LedgerError('VAULT_UNAVAILABLE', 'The url of the vault’s PostgreSQL cannot be read, or a file that it names')
  }
  const onConnect = async (client: pg.ClientBase): Promise<void> => void (await client.query(planning))
  const pool = new pg.Pool({ ...options, max, onConnect })
  // A connection that breaks while nobody asks anything is replaced when next needed. Unheard, either event would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
  return pool
}

/** After any failure the connection is thrown away, and with it whatever the server still held for it. */
const during = async <T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
  const client = await connect(pool)
  let whole = false
  try {
    const answer = await work(client)
    whole = true
    return answer
  } finally {
    client.release(!whole)
  }
}

const connect = async (pool: pg.Pool): Promise<pg.PoolClient> => {
  try {
    return await pool.connect()
  } catch (error) {
    throw asFault(error)
  }
}

const ask = async (client: pg.PoolClient, text: string, values: unknown[] = [], name?: string): Promise<Row[]> => {
  try {
    return (await client.query<Row>({ text, values, ...(name === undefined ? {} : { name }) })).rows
  } catch (error) {
    throw asFault(error)
  }
}

/**
 * A COMMIT can be answered without an error and yet mean something else: ROLLBACK, where the transaction had failed; or, with a warning before it, that it
 * stands here and the wait for the standbys was cut off.
 */
const commit = async (client: pg.PoolClient): Promise<void> => {
  let warned = false
  const hear = (): void => {
    warned = true
  }
  client.on('notice', hear)
  try {
    const { command } = await client.query('COMMIT')
    if (command !== 'COMMIT' || warned)
      throw new LedgerError('VAULT_UNAVAILABLE', 'PostgreSQL did not make a transaction of the vault durable')
    // Durable from here.
  } catch (error) {
    throw asFault(error)
  } finally {
    client.removeListener('notice', hear)
  }
}
