// A real PostgreSQL for tests: the server of DATABASE_URL, or one of its own that ends with the test. Started once for each test file: it takes a second or two.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

/** `newDatabase`: url of an empty database that nobody else uses, gone after `close`. Close whatever is connected before. */
export type Postgres = { newDatabase(): Promise<string>; close(): Promise<void> }

/** A server that a test may stop (`fast`: sessions are told; `immediate`: as if it had crashed) and start again under the same address. */
export type OwnPostgres = Postgres & { stop(how: 'fast' | 'immediate'): Promise<void>; start(): Promise<void> }

/** Opens databases on the server of DATABASE_URL, whose user must be allowed to create them, or else on one of its own. */
export const openPostgres = async (): Promise<Postgres> => {
  const there = process.env['DATABASE_URL']
  if (there === undefined || there === '') return openOwnPostgres()
  const made: string[] = []
  return {
    newDatabase: () => newDatabase(there, made),
    close: async () => {
      for (const name of made) await ask(there, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** A server on a free port of the loopback, in a directory that vanishes with it, even when the test is killed. */
export const openOwnPostgres = async (): Promise<OwnPostgres> => {
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'postgresKeeper.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Messages in the one language in which the keeper waits for them.
    env: { ...process.env, LC_ALL: 'C' },
  })
  const ended = once(keeper, 'exit')
  const lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<string> => {
    const next = await lines.next()
    if (next.done === true) throw new Error('the keeper of PostgreSQL ended')
    return next.value
  }
  const url = await answer()
  const tell = async (line: string): Promise<void> => {
    keeper.stdin.write(`${line}\n`)
    await answer()
  }
  return {
    newDatabase: () => newDatabase(url, []),
    stop: (how) => tell(`stop ${how}`),
    start: () => tell('start'),
    close: async () => {
      keeper.stdin.end()
      await ended
    },
  }
}

/** From the template to which nobody can be connected, so that no other test is in the way. */
const newDatabase = async (server: string, made: string[]): Promise<string> => {
  const name = `consent_ledger_test_${randomBytes(6).toString('hex')}`
  await ask(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  made.push(name)
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** One statement in a connection of its own. */
export const ask = async (url: string, statement: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement, values)).rows
  } finally {
    await client.end()
  }
}
