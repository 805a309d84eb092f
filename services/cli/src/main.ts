// `pnpm ledger …`: the commands of whoever runs a ledger or answers for what it holds.
import { type Adapters, run } from './run.ts'

const onFatal = (fault: Error): never => {
  process.stderr.write(`${fault.message}\n`)
  process.exit(1)
}

const adapters: Adapters = {
  openFiles: async (directory) => (await import('@consent-ledger/eventstore/sqlite')).openSqliteEventStore({ directory, onFatal }),
  openServer: async (url) => (await import('@consent-ledger/eventstore/esdb')).openEsdbEventStore({ url, onFatal }),
  readEvents: async (directory) => (await import('@consent-ledger/eventstore/sqlite')).openSqliteEventReader(directory),
  copyDatabase: async (from, to) => (await import('./commands/backup/databaseFile.ts')).copyDatabase(from, to),
  openLog: async (directory) => (await import('@consent-ledger/logfiles/directory')).openLogDirectory({ directory }),
  readLog: async (directory) => (await import('@consent-ledger/logfiles/directory')).openLogDirectoryReader(directory),
  openVaultFile: async (opening) => (await import('@consent-ledger/vault/sqlite')).openSqliteVault(opening),
  openVaultServer: async (opening) => (await import('@consent-ledger/vault/postgres')).openPostgresVault(opening),
  vaultCopy: () => import('@consent-ledger/vault/copy'),
  prepareEventStore: async (preparing) => (await import('@consent-ledger/eventstore/esdb')).prepareEventStore(preparing),
}

// Whoever reads the output may stop early, as `head` does: the command goes on to its end, and says nothing more.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

const code = await run(
  process.argv.slice(2),
  {
    env: process.env,
    stdin: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  },
  adapters,
)
// Told to end it waits for nobody, who may still be sending.
if (code > 128) process.exit(code)
process.exitCode = code
