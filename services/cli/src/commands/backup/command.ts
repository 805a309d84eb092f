// `backup`: a ledger copied into a new directory while it runs.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import { parseSettings, type Settings } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import type { LogFiles, LogReader } from '@consent-ledger/logfiles'
import type { Command } from 'commander'
import { answer, type Terminal } from '../../terminal.ts'
import { progress } from '../copy/words.ts'
import { backUp } from './backup.ts'
import { eventsName, stamp, vaultName, type Manifest } from './manifest.ts'
import { describeBackup } from './words.ts'

/** The part of main.ts. `readEvents`: beside the process that writes. `openLog`: under the sequencer's lock. `copyDatabase`: a file of SQLite, as it is at one moment. */
export type BackupAdapters = {
  readEvents: (directory: string) => Promise<Pick<EventStore, 'readStream' | 'readAll' | 'close'>>
  openServer: (url: string) => Promise<EventStore>
  openLog: (directory: string) => Promise<LogFiles>
  readLog: (directory: string) => Promise<LogReader>
  copyDatabase: (from: string, to: string) => Promise<void>
}

const about = `
Takes LEDGER_DATA and LEDGER_LOG as they are, beside the ledger that runs on them or without one, and holds nobody up.
Keys are never copied: keep LEDGER_KEYS apart, or nothing in a backup can be opened. The read model is not copied either; it makes itself again.
With LEDGER_STORE=esdb only the log is copied, and the vault where it is a file: back up EventStoreDB first, then give this command, then back up PostgreSQL.`

const invalid = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)

/** Errors: SETTING_INVALID, NOT_FOUND: nothing was made. */
const demandLedger = ({ store, data }: Settings): void => {
  if (store === 'memory') throw invalid('LEDGER_STORE: a ledger in memory cannot be backed up.')
  if (store === 'sqlite' && !existsSync(join(data, eventsName)))
    throw new LedgerError('NOT_FOUND', `The directory ${data} holds no ledger.`)
}

/** Where a backup may not go: what is lost with the ledger is none. Errors: SETTING_INVALID. */
const demandApart = ({ data, log, keys }: Settings, to: string): void => {
  const target = `${resolve(to)}/`
  const inside = [data, log, keys].find((directory) => target.startsWith(`${resolve(directory)}/`))
  if (inside !== undefined) throw invalid(`${to} lies in ${inside}, which it is a backup of: name a directory elsewhere.`)
}

const filesOf = ({ store, data, databaseUrl }: Settings): { events: string | null; vault: string | null } => ({
  events: store === 'sqlite' ? join(data, eventsName) : null,
  vault: store === 'sqlite' || databaseUrl === undefined ? join(data, vaultName) : null,
})

const take = async (settings: Settings, to: string, adapters: BackupAdapters, terminal: Terminal): Promise<Manifest> => {
  const { store, data, log, eventStoreUrl = '' } = settings
  const events = store === 'esdb' ? await adapters.openServer(eventStoreUrl) : await adapters.readEvents(data)
  try {
    return await backUp({
      to,
      store: store === 'esdb' ? 'esdb' : 'sqlite',
      events,
      files: filesOf(settings),
      log: await adapters.readLog(log),
      openLog: adapters.openLog,
      copyDatabase: adapters.copyDatabase,
      clock: Date.now,
      onProgress: progress(terminal.err, Date.now),
    })
  } finally {
    await events.close()
  }
}

/** Adds `backup` to the commands. */
export const addBackup = (program: Command, terminal: Terminal, adapters: BackupAdapters): void => {
  program
    .command('backup <directory>')
    .description('copy a ledger, running or not, into a new directory: log, events, vault; never the keys')
    .addHelpText('after', about)
    .action(async (directory: string, _: unknown, command: Command) => {
      const settings = parseSettings(terminal.env)
      demandLedger(settings)
      demandApart(settings, directory)
      const manifest = await take(settings, directory, adapters, terminal)
      stamp(settings.data, manifest, resolve(directory))
      const json = command.optsWithGlobals<{ json?: true }>().json === true
      answer(terminal, json, { directory, ...manifest }, describeBackup(manifest, { directory, keys: settings.keys }))
    })
}
