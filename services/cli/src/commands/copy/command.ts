// `copy`: a ledger moved from files to an EventStoreDB, or back.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { LedgerError } from '@consent-ledger/domain'
import type { EventStore } from '@consent-ledger/eventstore'
import type { VaultCopied, VaultCopying } from '@consent-ledger/vault/copy'
import type { Command } from 'commander'
import { answer, type Terminal } from '../../terminal.ts'
import { move, type Moved } from './move.ts'
import { patient } from './patient.ts'
import { databaseOf, placeOf, showsPassword, type Place } from './places.ts'
import { describeMoved, progress } from './words.ts'

/** The adapters' part, handed in by main.ts. `openStore` opens a store that is there, or makes it. */
export type CopyAdapters = { openStore: (place: Place) => Promise<EventStore>; copyVault: (copying: VaultCopying) => Promise<VaultCopied> }

type Flags = { from: string; to: string; vault?: string; again?: true }
/** `database`: where the vault goes; absent if it stays. */
type Order = { from: Place; to: Place; directory: string; database?: string; again: boolean }

const about = `
Stores: sqlite:DIRECTORY, esdb://… (with esdb: alone the connection string is taken from EVENTSTORE_URL, where nobody sees its password in the list of
processes). From files to EventStoreDB, or from EventStoreDB to files; between two of a kind, copy the files or the server's own way.
--vault postgres://… (with postgres: alone from DATABASE_URL) brings the vault of a ledger in files along; without it the vault stays in its file, which
also a ledger on EventStoreDB uses. Stop every process of the ledger first.
Every event keeps id, type, data, metadata, time and place in its stream. The source gains one event, LedgerMoved, and is closed by it for ever; until then
it works as before. The target works only once it is whole. After a crash or an error give the same command again: it goes on, and doubles nothing.
The read model is not copied but made again, the keys are not copied at all.`

/** Each process reads the stream `ledger` again every 250 ms, and stops where it says that the ledger left; ms. Files have one process, and it is this one. */
const untilSeen = 2000

const invalid = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)
const missing = (message: string): LedgerError => new LedgerError('NOT_FOUND', message)

/** What was asked for, as far as it can be done. Errors: SETTING_INVALID, NOT_FOUND: nothing was opened. */
const orderOf = (flags: Flags, env: Terminal['env']): Order => {
  const [from, to] = [placeOf('--from', flags.from, env), placeOf('--to', flags.to, env)]
  if (from.kind === 'sqlite' && to.kind === 'sqlite') throw invalid('Both are files: copy the data directory instead.')
  if (from.kind === 'esdb' && to.kind === 'esdb') throw invalid('Both are servers: use a backup of the server instead.')
  const directory = from.kind === 'sqlite' ? from.directory : to.kind === 'sqlite' ? to.directory : ''
  const order = { from, to, directory, again: flags.again === true }
  if (from.kind === 'sqlite' && !existsSync(join(directory, 'events.sqlite'))) throw missing(`The directory ${directory} holds no ledger.`)
  const vault = existsSync(join(directory, 'vault.sqlite'))
  if (to.kind === 'sqlite' && !vault)
    throw missing(
      `The directory ${directory} has no vault.sqlite. Stop every process of the ledger and bring it there from the data directory used so far; a vault in PostgreSQL cannot come back.`,
    )
  if (flags.vault === undefined) return order
  if (from.kind !== 'sqlite') throw invalid('--vault goes with --from sqlite: only.')
  if (!vault) throw missing(`The directory ${directory} has no vault.sqlite.`)
  return { ...order, database: databaseOf(flags.vault, env) }
}

const warn = (terminal: Terminal, flags: Flags): void => {
  if (![flags.from, flags.to, flags.vault ?? ''].some(showsPassword)) return
  terminal.err('A password is in the list of processes: set EVENTSTORE_URL or DATABASE_URL, and say esdb: or postgres: instead.\n')
}

type Done = { moved: Moved; vault: VaultCopied | null }

const carryOut = async (order: Order, adapters: CopyAdapters, onProgress: (count: number, ofWhat: string) => void): Promise<Done> => {
  const { from, to, directory, database, again } = order
  const opened: EventStore[] = []
  const open = async (place: Place): Promise<EventStore> => {
    const store = await adapters.openStore(place)
    opened.push(store)
    return patient(store)
  }
  let vault: VaultCopied | null = null
  const copyVault = async (ledgerId: string, url: string): Promise<void> => {
    const said = (table: string, rows: number): void => onProgress(rows, `rows of ${table} copied`)
    vault = await adapters.copyVault({ from: join(directory, 'vault.sqlite'), to: url, ledgerId, onProgress: said })
  }
  try {
    const moved = await move({
      source: { store: await open(from), kind: from.kind },
      target: { store: await open(to), kind: to.kind },
      clock: Date.now,
      again,
      ...(database === undefined ? {} : { copyVault: (ledgerId: string) => copyVault(ledgerId, database) }),
      settle: () => (from.kind === 'esdb' ? wait(untilSeen) : Promise.resolve()),
      onProgress,
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
    .description('move a ledger to another kind of store, whole and compared, and close the old one')
    .requiredOption('--from <store>', 'where it is: sqlite:DIRECTORY, esdb://… or esdb:')
    .requiredOption('--to <store>', 'where it goes: esdb://…, esdb: or sqlite:DIRECTORY')
    .option('--vault <database>', 'bring the vault along: postgres://… or postgres:')
    .option('--again', 'it was moved before and that copy is lost, never started: move it to this empty store')
    .addHelpText('after', about)
    .action(async (flags: Flags, command: Command) => {
      const { env } = terminal
      const order = orderOf(flags, env)
      warn(terminal, flags)
      const { moved, vault } = await carryOut(order, adapters, progress(terminal.err, Date.now))
      const { from, to, directory } = order
      const keys = env['LEDGER_KEYS'] ?? `${directory.replace(/\/+$/, '')}.keys`
      const json = command.optsWithGlobals<{ json?: true }>().json === true
      answer(terminal, json, { ...moved, from: from.kind, to: to.kind, vault }, describeMoved(moved, { from, to, directory, vault, keys }))
    })
}
