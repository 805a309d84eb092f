// The commands of `ledger-verify` and what each ends with: 0 accepted, 1 rejected, 2 the command was not understood or its files cannot be read.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { InputError, keyLines } from '../anchors.ts'
import type { EntryFiles } from '../scan/entries.ts'
import { scanEntries, type Scan } from '../scan/scan.ts'
import type { Bytes } from '../scrub/output.ts'
import { verifyScrub } from '../scrub/verify.ts'
import { verifyDossier, type Trusted } from '../verify.ts'
import { tellScan, tellScrub, tellVerdict } from './told.ts'

export type Outputs = { out: (text: string) => void; err: (text: string) => void }

type Flags = { key: string[]; policy?: string; head?: string[]; json?: true }
type ScrubFlags = Flags & { proof: string; output: string; input?: string }
type ScanFlags = Flags & { stream?: string[]; checkpoint?: string; dossier?: string }

const about = `
The key of the log must come from elsewhere than the dossier: a receipt, a notice answer, the log's own /log/key before the dispute,
or a witness. Nothing is fetched: this program has no network code.
Exit codes: 0 accepted, 1 rejected, 2 the command was not understood or a file could not be read.`

const read = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: unknown) => {
    throw new InputError(`${path} cannot be read.`, { cause })
  })
const readText = async (path: string): Promise<string> => (await read(path)).toString('utf8')

const trustedBy = async ({ key, policy, head = [] }: Flags): Promise<Trusted> => ({
  logKeys: (await Promise.all(key.map(readText))).flatMap(keyLines),
  policy: policy === undefined ? undefined : await readText(policy),
  heads: await Promise.all(head.map(readText)),
})

/** A file of any size, read from its beginning each time. */
const chunksOf = (path: string): Bytes =>
  async function* () {
    try {
      yield* createReadStream(path, { highWaterMark: 1 << 18 })
    } catch (cause) {
      throw new InputError(`${path} cannot be read.`, { cause })
    }
  }

/** What has no file, whatever the reason, is missing; the paths are made by us from numbers. */
const directory = (path: string): EntryFiles => ({ read: (name) => readFile(join(path, name)).catch(() => null) })

/** Revisions and indexes are decimal strings in JSON. */
const scanJson = ({ events, ...scan }: Scan) => ({
  ...scan,
  events: events.map(({ leafIndex, event, hash }) => ({ leafIndex: `${leafIndex}`, hash, ...event, revision: `${event.revision}` })),
})

const answer = ({ out }: Outputs, json: boolean, value: unknown, lines: string[]): void =>
  out(json ? `${JSON.stringify(value, null, 2)}\n` : `${lines.join('\n')}\n`)

const several = (value: string, all: string[] = []): string[] => [...all, value]

const withTrust = (command: Command): Command =>
  command
    .requiredOption('--key <file>', 'vkey lines of the log that you accept; may be repeated', several)
    .option('--policy <file>', 'witnesses that you trust, and how many of them must have signed (C2SP tlog-policy)')
    .option('--head <file>', 'a signed tree head that you got elsewhere; may be repeated', several)
    .option('--json', 'answer in JSON')

const addCheck = (program: Command, outputs: Outputs, done: (accepted: boolean) => void): void => {
  withTrust(
    program.command('check <dossier>', { isDefault: true }).description('verify a dossier, the zip as the ledger gave it out'),
  ).action(async (path: string, flags: Flags) => {
    const verdict = await verifyDossier(await read(path), await trustedBy(flags))
    answer(outputs, flags.json === true, verdict, tellVerdict(verdict))
    done(verdict.accepted)
  })
}

const addScan = (program: Command, outputs: Outputs, done: (accepted: boolean) => void): void => {
  withTrust(program.command('scan <entries>').description('read every entry of the log, and list the events of a stream'))
    .option('--stream <name>', 'stream whose events are listed; may be repeated', several)
    .option('--checkpoint <file>', 'the signed tree head of these entries (default: the file checkpoint in their directory)')
    .option('--dossier <file>', 'a dossier to be held against the entries')
    .action(async (path: string, flags: ScanFlags) => {
      const { stream = [], checkpoint = join(path, 'checkpoint'), dossier } = flags
      if (stream.length === 0 && dossier === undefined)
        throw new InputError('Name a --stream, or a --dossier whose streams are looked for.')
      const scan = await scanEntries({
        ...(await trustedBy(flags)),
        entries: directory(path),
        checkpoint: await readText(checkpoint),
        streams: stream,
        dossier: dossier === undefined ? undefined : await read(dossier),
      })
      answer(outputs, flags.json === true, scanJson(scan), tellScan(scan))
      done(scan.accepted)
    })
}

const addScrub = (program: Command, outputs: Outputs, done: (accepted: boolean) => void): void => {
  withTrust(program.command('scrub').description('verify that a list of addresses was checked, and what was answered'))
    .requiredOption('--proof <file>', 'what the ledger gave out for the scrub: its event and path, as JSON')
    .requiredOption('--output <file>', 'the answer, whole and uncompressed: its last line has the token')
    .option('--input <file>', 'the addresses as they were sent, uncompressed')
    .action(async (flags: ScrubFlags) => {
      const { proof, output, input } = flags
      const found = await verifyScrub(
        { proof: await read(proof), output: chunksOf(output), input: input === undefined ? undefined : chunksOf(input) },
        await trustedBy(flags),
      )
      answer(outputs, flags.json === true, found, tellScrub(found))
      done(found.accepted)
    })
}

/** Runs one command and returns its exit code. `args` without the program's own name. What nobody foresaw is thrown. */
export const run = async (args: readonly string[], outputs: Outputs): Promise<number> => {
  let code = 2
  const done = (accepted: boolean): void => void (code = accepted ? 0 : 1)
  const program = new Command('ledger-verify')
    .description('Verify a proof of consent without trusting whoever gave it out')
    .addHelpText('after', about)
    .exitOverride()
    .configureOutput({ writeOut: outputs.out, writeErr: outputs.err })
  addCheck(program, outputs, done)
  addScan(program, outputs, done)
  addScrub(program, outputs, done)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof InputError)) throw error
    outputs.err(`${error.message}\n`)
    return 2
  }
}
