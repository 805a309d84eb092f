// `scrub`: a list of addresses checked before a mailing; the answer in files that can be shown later.
import { Channel } from '@consent-ledger/domain'
import { Command, Option } from 'commander'
import type { Ledger } from '../../client.ts'
import { withLedger } from '../../reach.ts'
import { answer, type Terminal } from '../../terminal.ts'
import { describe } from './describe.ts'
import { exchange } from './exchange.ts'
import { withFiles, type Files } from './files.ts'
import type { Flags } from './flags.ts'
import { piecesOf } from './list.ts'
import { takeScrubProof } from './proof.ts'
import { demandAsSent, demandAsWritten, save, type Saved } from './saved.ts'
import { copiedTo } from './sink.ts'

const about = `
FILE has one { "scheme": "email", "value": "…" } a line, or with --scheme one address a line; - is standard input.
The answer has a line for each line, by its number and without any address, and ends with a signed token. Keep it, and the list, for as
long as you may have to show that you asked: docs/scrub.md says how. Without --out it goes to standard output.`

const pathOf = ({ purpose, channel, controller, recipient }: Flags): string => {
  const asked = { purpose, channel, ...(controller === undefined ? {} : { controller }), ...(recipient === undefined ? {} : { recipient }) }
  return `/v1/eligibility/scrub?${new URLSearchParams(asked).toString()}`
}

type Checking = { ledger: Ledger; file: string; flags: Flags; files: Files; terminal: Terminal; told: AbortSignal }

const check = async ({ ledger, file, flags, files, terminal, told }: Checking): Promise<Saved> => {
  const { scheme, out } = flags
  const list = piecesOf({ file, scheme }, terminal)
  const { answer: pieces, end } = await exchange(ledger, pathOf(flags), files.sent === null ? list : copiedTo(files.sent, list), told)
  try {
    const saved = await save(pieces, files.out)
    await files.sent?.done()
    if (out !== undefined) await demandAsWritten(out, saved)
    if (file !== '-') await demandAsSent(piecesOf({ file, scheme }, terminal), saved)
    return saved
  } finally {
    end()
  }
}

/** Adds the command. */
export const addScrub = (program: Command, terminal: Terminal): void => {
  program
    .command('scrub <file>')
    .description('check a list of addresses before a mailing; the check is recorded')
    .requiredOption('--purpose <id>', 'purpose of the mailing')
    .addOption(new Option('--channel <channel>', 'how the people are written to').choices(Channel.options).makeOptionMandatory())
    .option('--controller <id>', 'whose purpose is meant')
    .option('--recipient <id>', 'the system of the catalogue that will write: the check counts as its acknowledgement')
    .option('--scheme <scheme>', 'the file has one address of this scheme a line, such as email')
    .option('--out <file>', 'where to write the answer: a new file')
    .option('--sent <file>', 'where to write the list as it was sent, which is what the answer is about: a new file')
    .option('--proof <file>', 'where to write the proof that the log has the check: a new file; waits for it')
    .addHelpText('after', about)
    .action(async (file: string, _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<Flags>()
      await withLedger(terminal.env, flags.keys, async (ledger) => {
        const saved = await withFiles(file, flags, terminal, async (files, told) => {
          const checked = await check({ ledger, file, flags, files, terminal, told })
          if (files.proof !== null) await takeScrubProof(ledger, checked.end.id, files.proof)
          return checked
        })
        const lines = describe(saved, flags)
        if (flags.out !== undefined)
          answer(terminal, flags.json === true, { ...saved.end, allowed: saved.allowed, unreadable: saved.troubles }, lines)
        else for (const line of lines) terminal.err(`${line}\n`)
      })
    })
}
