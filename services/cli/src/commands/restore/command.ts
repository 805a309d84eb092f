// `restore`: a ledger that lost data brought back from a backup and the newest copy of its log.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LedgerError, type StoreKind } from '@consent-ledger/domain'
import { Opened, parseSettings, type Settings } from '@consent-ledger/edge'
import type { EventStore } from '@consent-ledger/eventstore'
import type { LogReader } from '@consent-ledger/logfiles'
import { openKeyDirectory, type Vault } from '@consent-ledger/vault'
import type { Command } from 'commander'
import type { KeyObject } from 'node:crypto'
import { answer, type Terminal } from '../../terminal.ts'
import type { BackupAdapters } from '../backup/command.ts'
import { logName, readManifest, stamp, stampIn, vaultName } from '../backup/manifest.ts'
import { progress } from '../copy/words.ts'
import { removeDerived } from './derived.ts'
import { bringFiles, demandKind, type Backup } from './files.ts'
import type { LogCopy } from './newestLog.ts'
import { restore, type Restored } from './restore.ts'
import { describeRestored } from './words.ts'

type VaultOpening = { kek: KeyObject; clock: () => number }

/** The part of main.ts. */
export type RestoreAdapters = Pick<BackupAdapters, 'openServer' | 'openLog' | 'readLog'> & {
  openFiles: (directory: string) => Promise<EventStore>
  openVaultFile: (opening: VaultOpening & { file: string }) => Promise<Vault>
  openVaultServer: (opening: VaultOpening & { url: string }) => Promise<Vault>
}

const about = `
LEDGER_DATA keeps what it has; events.sqlite and vault.sqlite that are missing there come from the backup. Move damaged ones away first.
Without a backup the data are taken as they are, and only what the log seals and the event store lacks is appended again: after EventStoreDB was
brought back by its own tools, or where nothing but the log is newer.
The newest of the logs is kept: the one in LEDGER_LOG, the one of --log, the one in the backup. Two that contradict each other stop the command.
log.head in LEDGER_KEYS names the largest head that was published; a log that ends before it is refused, unless you say that there is no other.
LEDGER_KEYS must hold the keys: they are in no backup. Stop the ledger first. After a crash give the same command again.`

const invalid = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)

const kindOf = ({ store }: Settings): StoreKind => {
  if (store === 'memory') throw invalid('LEDGER_STORE: a ledger in memory cannot be restored.')
  return store
}

/** Whether the vault is a file of LEDGER_DATA. */
const isFile = ({ store, databaseUrl }: Settings): boolean => store !== 'esdb' || databaseUrl === undefined

/** Errors: NOT_FOUND: without people's keys nothing more is made. */
const demandVault = (settings: Settings): void => {
  const file = join(settings.data, vaultName)
  if (isFile(settings) && !existsSync(file))
    throw new LedgerError('NOT_FOUND', `${file} is missing, and no backup brought it: name one that has it.`)
}

const openVault = (settings: Settings, adapters: RestoreAdapters, kek: KeyObject): Promise<Vault> => {
  const { data, databaseUrl = '' } = settings
  const opening = { kek, clock: Date.now }
  if (!isFile(settings)) return adapters.openVaultServer({ ...opening, url: databaseUrl })
  return adapters.openVaultFile({ ...opening, file: join(data, vaultName) })
}

type Flags = { log?: string; acceptOlderLog?: true }
type Order = Flags & { settings: Settings; kind: StoreKind; backup: Backup | null }

/** A copy that was named must be one. Errors: NOT_FOUND. */
const demandLog = async (name: string, files: LogReader): Promise<void> => {
  if ((await files.read('checkpoint')) === null)
    throw new LedgerError('NOT_FOUND', `${name} is no copy of a log: it has no public/checkpoint.`)
}

const copiesOf = async ({ backup, log }: Order, adapters: RestoreAdapters): Promise<LogCopy[]> => {
  const places = [...(log === undefined ? [] : [log]), ...(backup === null ? [] : [join(backup.directory, logName)])]
  const copies = await Promise.all(places.map(async (name) => ({ name, files: await adapters.readLog(name) })))
  for (const { name, files } of copies) if (name === log) await demandLog(name, files)
  return copies
}

const carryOut = async (
  order: Order,
  adapters: RestoreAdapters,
  terminal: Terminal,
): Promise<{ restored: Restored; brought: string[] }> => {
  const { settings, kind, backup, acceptOlderLog = false } = order
  const { data, keys, log } = settings
  const opened = new Opened()
  try {
    // The locks before anything is brought: a ledger that runs keeps its data.
    const files = opened.keep(await adapters.openLog(log))
    const master = openKeyDirectory(keys, () => {}, { expectExisting: true })
    const copies = await copiesOf(order, adapters)
    const brought = backup === null ? [] : await bringFiles(backup, data)
    demandVault(settings)
    const store = opened.keep(kind === 'esdb' ? await adapters.openServer(settings.eventStoreUrl ?? '') : await adapters.openFiles(data))
    const vault = opened.keep(await openVault(settings, adapters, master.kek))
    const onProgress = progress(terminal.err, Date.now)
    const restored = await restore({ store, kind, vault, files, copies, master, keys, acceptOlderLog, clock: Date.now, onProgress })
    if (backup !== null && !existsSync(stampIn(data))) stamp(data, backup.manifest, resolve(backup.directory))
    // Everything is durable. A crash before the next line leaves a mark that refuses the start: the same command again takes it away.
    removeDerived(data, keys)
    return { restored, brought }
  } finally {
    await opened.close()
  }
}

/** Adds `restore` to the commands. */
export const addRestore = (program: Command, terminal: Terminal, adapters: RestoreAdapters): void => {
  program
    .command('restore [backup]')
    .description('bring a ledger back from a backup, under the newest copy of its log')
    .option('--log <directory>', 'a further copy of the log, with its entries')
    .option('--accept-older-log', 'go on though a larger tree was published than any copy of the log has')
    .addHelpText('after', about)
    .action(async (directory: string | undefined, flags: Flags, command: Command) => {
      const settings = parseSettings(terminal.env)
      const kind = kindOf(settings)
      const backup = directory === undefined ? null : { directory, manifest: await readManifest(directory) }
      if (backup !== null) demandKind(backup, kind)
      const { restored, brought } = await carryOut({ settings, kind, backup, ...flags }, adapters, terminal)
      const json = command.optsWithGlobals<{ json?: true }>().json === true
      answer(terminal, json, { ...restored, brought }, describeRestored(restored, brought, settings.databaseUrl !== undefined))
    })
}
