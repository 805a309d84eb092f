// The commands and their flags, and what a command ends with: 0 done, 1 refused or not found, 2 not understood, 128 and a signal's number.
import { LedgerError } from '@consent-ledger/domain'
import { Command, CommanderError, Option } from 'commander'
import { applyCatalogue, checkCatalogue, describeApplied, describeWarnings } from './commands/catalogue.ts'
import { addBackup, type BackupAdapters } from './commands/backup/command.ts'
import { addCopy, type CopyAdapters } from './commands/copy/command.ts'
import { addDoctor, type DoctorAdapters } from './commands/doctor/command.ts'
import { addEventStore, type PrepareEventStore } from './commands/eventstore.ts'
import { addLog, type LogAdapters } from './commands/log/command.ts'
import { addFeed } from './commands/feed.ts'
import { describeFound, lookUp } from './commands/lookup.ts'
import { describeTaken, onlySubject, takeProof } from './commands/proof.ts'
import { rebuild } from './commands/rebuild.ts'
import { addRestore, type RestoreAdapters } from './commands/restore/command.ts'
import { addScrub } from './commands/scrub/command.ts'
import { type IdentifierFlags, identifiersOf } from './identifiers.ts'
import { printProblem } from './problem.ts'
import { withLedger } from './reach.ts'
import { answer, Interrupted, Unwell, type Terminal } from './terminal.ts'

/** What only a main file may bring along: adapters of stores, loaded when a command needs them. */
export type Adapters = CopyAdapters &
  BackupAdapters &
  RestoreAdapters &
  DoctorAdapters &
  LogAdapters & { prepareEventStore: PrepareEventStore }

type Shared = { keys?: string; json?: true }
type Person = Shared & IdentifierFlags & { controller?: string }

const about = `
Without a server the commands work on the files: they start a ledger on LEDGER_DATA (default ./data) and end it again.
A running ledger is found at LEDGER_URL (default http://127.0.0.1:$LEDGER_PORT, 8080).
Exit codes: 0 done, 1 refused or not found, 2 the command was not understood, 130 a check of a list was ended by Ctrl-C.`

const history = `
What is typed as a flag stays in the shell's history and shows in the list of processes. With --stdin it does not:
one "scheme value" a line, as in "email anna.martin@example.org", typed or from a file, or JSON. All name one person.`

const withPerson = (command: Command): Command =>
  command
    .option('--email <address>', 'e-mail address')
    .option('--phone <number>', 'telephone number')
    .option('--customer <id>', 'customer number')
    .option('--cookie <id>', 'cookie id')
    .option('--identifier <scheme=value>', 'any other scheme; may be repeated', (pair: string, all: string[] | undefined) => [
      ...(all ?? []),
      pair,
    ])
    .option('--stdin', 'read identifiers from standard input')
    .option('--controller <id>', 'look only at this controller')
    .addHelpText('after', history)

const addCatalogue = (program: Command, terminal: Terminal): void => {
  const catalogue = program.command('catalogue').description('check or apply a catalogue file')
  catalogue
    .command('check <file>')
    .description('check a file without a ledger; prints what is wrong or to be looked at, and nothing else')
    .action(async (file: string, flags: Shared, command: Command) => {
      const warnings = await checkCatalogue(file, Date.now())
      answer(terminal, command.optsWithGlobals<Shared>().json === true, { problem: null, warnings }, describeWarnings(warnings))
    })
  catalogue
    .command('apply <file>')
    .description('send a file to the ledger; only differences become events')
    .option('--dry-run', 'show what would be recorded, write nothing')
    .action(async (file: string, flags: { dryRun?: true }, command: Command) => {
      const { keys, json } = command.optsWithGlobals<Shared>()
      await withLedger(terminal.env, keys, async (ledger) => {
        const applied = await applyCatalogue(ledger, file, flags.dryRun === true)
        answer(terminal, json === true, applied, describeApplied(applied))
      })
    })
}

const addFind = (program: Command, terminal: Terminal): void => {
  withPerson(program.command('find').description('find a person by identifiers')).action(async (_: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Person>()
    const identifiers = await identifiersOf(flags, terminal)
    await withLedger(terminal.env, flags.keys, async (ledger) => {
      const found = await lookUp(ledger, identifiers, flags.controller)
      answer(terminal, flags.json === true, found, describeFound(found))
    })
  })
}

const addProof = (program: Command, terminal: Terminal): void => {
  withPerson(program.command('proof').description('take the proof of consent of one person; taking it is recorded'))
    .option('--subject <id>', 'subject id, instead of identifiers')
    .requiredOption('--reason <text>', 'why it is taken, such as a case number; kept sealed with the proof')
    .requiredOption('--out <directory>', 'where to write it: a new or empty directory')
    .addOption(new Option('--language <code>', 'language of the report').choices(['fr', 'en']))
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<Person & { subject?: string; reason: string; out: string; language?: string }>()
      const identifiers = flags.subject === undefined ? await identifiersOf(flags, terminal) : []
      await withLedger(terminal.env, flags.keys, async (ledger) => {
        const subjectId = flags.subject ?? onlySubject(await lookUp(ledger, identifiers, flags.controller))
        const { reason, out, language } = flags
        const taken = await takeProof(ledger, { subjectId, reason, out, ...(language === undefined ? {} : { language }) })
        answer(terminal, flags.json === true, taken, describeTaken(taken, out))
      })
    })
}

const addRebuild = (program: Command, terminal: Terminal): void => {
  program
    .command('rebuild')
    .description('make the read model again from the events, and wait until it is ready')
    .action(async (_: unknown, command: Command) => {
      const { keys, json } = command.optsWithGlobals<Shared>()
      await withLedger(terminal.env, keys, async (ledger) => {
        await rebuild(ledger)
        answer(terminal, json === true, { rebuilt: true }, ['The read model is rebuilt and ready.'])
      })
    })
}

const programFor = (terminal: Terminal, adapters: Adapters): Command => {
  const program = new Command('ledger')
    .description('Consent Ledger: prove what a person chose')
    .option(
      '--keys <file>',
      'key file with a key for each role, or with the {"id", "key"} of one operator (default: keys.json in LEDGER_DATA)',
    )
    .option('--json', 'answer in JSON, problems too')
    .addHelpText('after', about)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
  addCatalogue(program, terminal)
  addFind(program, terminal)
  addProof(program, terminal)
  addRebuild(program, terminal)
  addFeed(program, terminal)
  addCopy(program, terminal, adapters)
  addBackup(program, terminal, adapters)
  addRestore(program, terminal, adapters)
  addDoctor(program, terminal, adapters)
  addLog(program, terminal, adapters)
  addScrub(program, terminal)
  addEventStore(program, terminal, adapters.prepareEventStore)
  return program
}

const exitCodeOf = (error: unknown): number =>
  error instanceof LedgerError && ['SETTING_INVALID', 'INVALID_REQUEST'].includes(error.code) ? 2 : 1

/** Runs one command to its end and returns its exit code. `args` without the program's own name. What nobody foresaw is thrown. */
export const run = async (args: string[], terminal: Terminal, adapters: Adapters): Promise<number> => {
  const program = programFor(terminal, adapters)
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof Unwell) return 1
    if (error instanceof Interrupted) return error.exitCode
    printProblem(terminal, program.opts<Shared>().json === true, error)
    return exitCodeOf(error)
  }
}
