// `log …`: the transparency log checked, its tiles made again, its key handed over. All three work on the files, not on a server.
import type { EventStore } from '@consent-ledger/eventstore'
import type { LogFiles, LogReader } from '@consent-ledger/logfiles'
import type { Command } from 'commander'
import { answer, type Terminal, Unwell } from '../../terminal.ts'
import { progress } from '../copy/words.ts'
import { checkLog, type FsckFlags } from './check.ts'
import { rebuildLog } from './rebuildLog.ts'
import { makeNextKey } from './rotateKey.ts'
import { describeChecked, describeNextKey, describeRebuilt } from './words.ts'

/** The part of main.ts. `readEvents`: beside the process that writes. `openLog`: under the sequencer's lock. `readLog`: beside it. */
export type LogAdapters = {
  readEvents: (directory: string) => Promise<Pick<EventStore, 'readStream' | 'readAll' | 'close'>>
  openServer: (url: string) => Promise<EventStore>
  openLog: (directory: string) => Promise<LogFiles>
  readLog: (directory: string) => Promise<LogReader>
}

const aboutFsck = `
Derives leaf hashes, tiles and root from the entries again and holds them against what lies there, the published head and the state; names the first difference.
Writes nothing, and may run beside the ledger. Without --key the keys are those that the ledger, or the log itself, names as its own: that shows that it
agrees with itself. Somebody who checks a log of others brings the key along.`

const aboutRebuild = `
The sequencer must not run. Nothing is written unless the entries give the root of every head that was ever signed; entries and heads are never touched.
State that is lost or damaged is made again too: the next start then holds the event store against the whole log once.
--from-store is for a log whose disk is lost while the events are whole. Put the newest copy of it into LEDGER_LOG first, if there is one: what it holds whole is
kept, and the rest comes from the events in the order of the store, if that gives the root of every signed head. After a restore that order may be another:
then only a copy of the log has it, and nothing is written.`

const aboutRotate = `
Makes log.key.next in LEDGER_KEYS. At its next start the sequencer records the hand-over, signed by the old key, as the last leaf under that key; from there on
the new one signs. Proofs under the old key keep verifying. Give the new vkey to whoever holds the old one.`

const isJson = (command: Command): boolean => command.optsWithGlobals<{ json?: true }>().json === true

const addFsck = (log: Command, terminal: Terminal, adapters: LogAdapters): void => {
  log
    .command('fsck')
    .description('re-derive the whole log from its entries and name the first difference')
    .option('--from-store', 'compare every leaf with its event in the event store, and every signed head with the tree')
    .option('--statement <file>', 'hold a completeness.note against the log: no later leaf of its streams may lie below its size')
    .option('--log <directory>', 'a log directory or a copy of one, instead of LEDGER_LOG')
    .option('--key <file>', 'vkeys that you trust, one a line')
    .addHelpText('after', aboutFsck)
    .action(async (flags: FsckFlags, command: Command) => {
      const say = progress(terminal.err, Date.now)
      const checked = await checkLog(flags, terminal.env, adapters, (done) => say(Number(done), 'leaves checked'))
      const { size, root, ...rest } = checked
      answer(
        terminal,
        isJson(command),
        { size: size.toString(), root: Buffer.from(root).toString('base64'), ...rest },
        describeChecked(checked),
      )
      if (checked.finding !== null) throw new Unwell()
    })
}

const addRebuildLog = (log: Command, terminal: Terminal, adapters: LogAdapters): void => {
  log
    .command('rebuild')
    .description('make hash tiles again from the entries, after these have met every signed head')
    .option('--from-store', 'where entries are lost: make them again from the events, up to the last signed head')
    .addHelpText('after', aboutRebuild)
    .action(async (flags: { fromStore?: true }, command: Command) => {
      const say = progress(terminal.err, Date.now)
      const rebuilt = await rebuildLog(flags, terminal.env, adapters, (done) => say(Number(done), 'leaves read'))
      const { size, root, entries, ...rest } = rebuilt
      answer(
        terminal,
        isJson(command),
        { size: size.toString(), root: Buffer.from(root).toString('base64'), entries: entries?.toString() ?? null, ...rest },
        describeRebuilt(rebuilt),
      )
    })
}

const addRotateKey = (log: Command, terminal: Terminal): void => {
  log
    .command('rotate-key')
    .description('make the key by which the log is signed from the next start of the sequencer on')
    .addHelpText('after', aboutRotate)
    .action((_: unknown, command: Command) => {
      const next = makeNextKey(terminal.env)
      answer(terminal, isJson(command), next, describeNextKey(next))
    })
}

/** Adds `log` to the commands. */
export const addLog = (program: Command, terminal: Terminal, adapters: LogAdapters): void => {
  const log = program.command('log').description('check or mend the transparency log, or hand it to another key')
  addFsck(log, terminal, adapters)
  addRebuildLog(log, terminal, adapters)
  addRotateKey(log, terminal)
}
