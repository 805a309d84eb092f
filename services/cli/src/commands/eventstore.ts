// `eventstore prepare`: an EventStoreDB made a place where the ledger can add and read, and not delete. Passwords come from variables and files only.
import { readFile } from 'node:fs/promises'
import { LedgerError } from '@consent-ledger/domain'
import type { Command } from 'commander'
import { answer, type Terminal } from '../terminal.ts'

/** One thing made or checked on the server; `says` holds no secret. */
type Step = { what: 'account' | 'rules' | 'proof'; changed: boolean; says: string }

/** The adapter's part, handed in by main.ts. `url` has an administrator's credentials; `password` is what the ledger's account is to have. */
export type PrepareEventStore = (preparing: { url: string; password?: string; insecure: boolean }) => Promise<Step[]>

type Flags = { urlFile?: string; passwordFile?: string; insecure?: true }

const invalid = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)

/** What a file holds, without the line end that editors leave. Errors: SETTING_INVALID names the file, never its content. */
const contentOf = async (path: string): Promise<string> => {
  const text = await readFile(path, 'utf8').catch(() => {
    throw invalid(`The file ${path} cannot be read.`)
  })
  const content = text.replace(/\r?\n$/, '')
  if (content === '' || content.includes('\n')) throw invalid(`The file ${path} must have one line and nothing else.`)
  return content
}

const secret = async (file: string | undefined, variable: string | undefined): Promise<string | undefined> =>
  file === undefined ? (variable === '' ? undefined : variable) : contentOf(file)

const lineOf = ({ what, changed, says }: Step): string => `${what === 'proof' ? 'tried  ' : changed ? 'changed' : 'as was '}  ${says}`

const sum = (steps: readonly Step[]): string => {
  const changed = steps.filter((step) => step.changed).length
  return changed === 0 ? 'Nothing was changed.' : `${changed} ${changed === 1 ? 'thing was' : 'things were'} changed.`
}

const about = `
EVENTSTORE_URL, or the file, is a connection string with an administrator's credentials: esdb://admin:PASSWORD@host:2113?tlsCAFile=…
The password of the account \`ledger\`, which the services use, comes from EVENTSTORE_LEDGER_PASSWORD or the file; without it the account keeps its own.
With a password, each thing that must be refused is tried at the end with the ledger's own credentials, in a way that changes nothing if it is not.
Can be repeated: what is already so stays as it is.`

/** Adds `eventstore prepare` to the commands. */
export const addEventStore = (program: Command, terminal: Terminal, prepare: PrepareEventStore): void => {
  program
    .command('eventstore')
    .description('prepare an EventStoreDB for the ledger')
    .command('prepare')
    .description('make or check account and access rules: the ledger may add and read, and nothing else')
    .option('--url-file <file>', 'file with the connection string, instead of EVENTSTORE_URL')
    .option('--password-file <file>', 'file with the password of the account `ledger`, instead of EVENTSTORE_LEDGER_PASSWORD')
    .option('--insecure', 'write the rules on a server without security too, where they mean nothing until it has security')
    .addHelpText('after', about)
    .action(async (flags: Flags, command: Command) => {
      const url = await secret(flags.urlFile, terminal.env['EVENTSTORE_URL'])
      if (url === undefined) throw invalid('EVENTSTORE_URL: must be set, or --url-file named.')
      const password = await secret(flags.passwordFile, terminal.env['EVENTSTORE_LEDGER_PASSWORD'])
      const steps = await prepare({ url, insecure: flags.insecure === true, ...(password === undefined ? {} : { password }) })
      answer(terminal, command.optsWithGlobals<{ json?: true }>().json === true, { steps }, [...steps.map(lineOf), sum(steps)])
    })
}
