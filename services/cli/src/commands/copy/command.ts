// `copy`: a ledger moved from its files to an EventStoreDB.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import type { copyVault, ownerOfVault, prepareVaultCopy, VaultCopied } from '@consent-ledger/vault/copy'
import type { Command } from 'commander'
import { answer, type Terminal } from '../../terminal.ts'
import { move, type Moved, type VaultMove } from './move.ts'
import { patient } from './patient.ts'
import { databaseOf, showsPassword, wayOf } from './places.ts'
import { isSetAside, setAside, vaultIn } from './vaultFile.ts'
import { describeMoved, progress } from './words.ts'

export type VaultCopy = { copyVault: typeof copyVault; prepareVaultCopy: typeof prepareVaultCopy; ownerOfVault: typeof ownerOfVault }

/** The adapters' part, handed in by main.ts. `openFiles`: those in a directory, under their writer's lock. `openServer`: by a connection string. */
export type CopyAdapters = {
  openFiles: (directory: string) => Promise<EventStore>
  openServer: (url: string) => Promise<EventStore>
  vaultCopy: () => Promise<VaultCopy>
}

type Flags = { from: string; to: string; vault?: string; again?: true }
/** `url`: of the EventStoreDB. `database`: where the vault goes; absent if it stays. */
type Order = { directory: string; url: string; database?: string; again: boolean }

const about = `
One way only, from files to EventStoreDB: --from sqlite:DIRECTORY --to esdb://… (with esdb: alone the connection string is taken from EVENTSTORE_URL, where
nobody sees its password in the list of processes).
--vault postgres://… (with postgres: alone from DATABASE_URL) brings the vault along; without it the vault stays in its file, which also a ledger on
EventStoreDB uses. It cannot follow later. Stop the ledger first.
Every event keeps id, type, data, metadata, time and place in its stream. The source gains one event, LedgerMoved, and is closed by it for ever; until then
it works as before. The target works only once it is whole. After a crash or an error give the same command again: it goes on, and doubles nothing.
The read model is not copied but made again, the keys are not copied at all.`

const missing = (message: string): LedgerError => new LedgerError('NOT_FOUND', message)

/** What was asked for, as far as it can be done. Errors: SETTING_INVALID, NOT_FOUND: nothing was opened. */
const orderOf = (flags: Flags, env: Terminal['env']): Order => {
  const order = { ...wayOf(flags.from, flags.to, env), again: flags.again === true }
  const { directory } = order
  if (!existsSync(join(directory, 'events.sqlite'))) throw missing(`The directory ${directory} holds no ledger.`)
  const vault = vaultIn(directory)
  if (flags.vault === undefined) {
    if (!isSetAside(vault)) return order
    throw new LedgerError(
      'LEDGER_MOVED',
      'An earlier try copied the vault to PostgreSQL: give the same command with --vault, naming that database.',
    )
  }
  if (!existsSync(vault)) throw missing(`The directory ${directory} has no vault.sqlite.`)
  return { ...order, database: databaseOf(flags.vault, env) }
}

const warn = (terminal: Terminal, flags: Flags): void => {
  if (![flags.from, flags.to, flags.vault ?? ''].some(showsPassword)) return
  terminal.err('A password is in the list of processes: set EVENTSTORE_URL or DATABASE_URL, and say esdb: or postgres: instead.\n')
}

type Hear = (count: number, ofWhat: string) => void
type VaultPlaces = { directory: string; to: string }

/** `copied`: what was copied, once it is. */
const vaultMove = ({ directory, to }: VaultPlaces, vaults: VaultCopy, hear: Hear, copied: (vault: VaultCopied) => void): VaultMove => ({
  prepare: (ledgerId) => vaults.prepareVaultCopy({ from: vaultIn(directory), to, ledgerId }),
  copy: async (ledgerId) => {
    const from = vaultIn(directory)
    copied(await vaults.copyVault({ from, to, ledgerId, onProgress: (table, rows) => hear(rows, `rows of ${table} copied`) }))
    // From here on a start without the database finds no vault, instead of one that is out of date.
    setAside(directory)
  },
  demandThere: async (ledgerId) => {
    if ((await vaults.ownerOfVault(to)) === ledgerId) return
    throw new LedgerError(
      'LEDGER_MOVED',
      `This ledger was moved before, and the database does not hold its vault. If the vault went to another database, name that one. If it stayed in ${vaultIn(directory)}, it cannot follow any more, because the ledger goes on with it there: start without DATABASE_URL.`,
    )
  },
})

type Done = { moved: Moved; vault: VaultCopied | null }

const carryOut = async ({ directory, url, database, again }: Order, adapters: CopyAdapters, hear: Hear): Promise<Done> => {
  const opened: EventStore[] = []
  const keep = (store: EventStore): EventStore => {
    opened.push(store)
    return patient(store)
  }
  let vault: VaultCopied | null = null
  const along = async (to: string): Promise<VaultMove> =>
    vaultMove({ directory, to }, await adapters.vaultCopy(), hear, (copied) => void (vault = copied))
  try {
    const moved = await move({
      source: keep(await adapters.openFiles(directory)),
      target: keep(await adapters.openServer(url)),
      clock: Date.now,
      again,
      ...(database === undefined ? {} : { vault: await along(database) }),
      onProgress: hear,
    })
    return { moved, vault }
  } finally {
    for (const store of opened.toReversed()) await store.close()
  }
}

/** Adds `copy` to the commands. */
export const addCopy = (program: Command, terminal: Terminal, adapters: CopyAdapters): void => {
  program
    .command('copy')
    .description('move a ledger from files to EventStoreDB, whole and compared, and close the files')
    .requiredOption('--from <store>', 'where it is: sqlite:DIRECTORY')
    .requiredOption('--to <store>', 'where it goes: esdb://… or esdb:')
    .option('--vault <database>', 'bring the vault along: postgres://… or postgres:')
    .option('--again', 'it was moved before and that copy is lost, never started: move it to this empty store')
    .addHelpText('after', about)
    .action(async (flags: Flags, command: Command) => {
      const { env } = terminal
      const order = orderOf(flags, env)
      warn(terminal, flags)
      const { moved, vault } = await carryOut(order, adapters, progress(terminal.err, Date.now))
      const { directory } = order
      const keys = env['LEDGER_KEYS'] ?? `${directory.replace(/\/+$/, '')}.keys`
      const json = command.optsWithGlobals<{ json?: true }>().json === true
      answer(terminal, json, { ...moved, vault }, describeMoved(moved, { directory, vault, keys }))
    })
}
