// `doctor`: what is wrong with a ledger, and what to do about each thing. Changes nothing.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ledgerAggregate, LedgerError } from '@consent-ledger/domain'
import { parseSettings, type Settings } from '@consent-ledger/edge'
import { fold, type EventStore } from '@consent-ledger/eventstore'
import type { LogReader } from '@consent-ledger/logfiles'
import { InvalidArgumentError, type Command } from 'commander'
import { answer, Unwell, type Terminal } from '../../terminal.ts'
import { eventsName } from '../backup/manifest.ts'
import { progress } from '../copy/words.ts'
import { lookAtClock } from './clock.ts'
import { lookAtDisk } from './disk.ts'
import { describeFindings, unwell, type Finding } from './finding.ts'
import { lookAtKeys } from './keys.ts'
import { lookAtService } from './lag.ts'
import { lookAtBackup } from './lastBackup.ts'
import { lookAtLog } from './log.ts'

type Events = Pick<EventStore, 'readStream' | 'readAll' | 'close'>

/** The part of main.ts. `readEvents`: beside the process that writes. */
export type DoctorAdapters = {
  readEvents: (directory: string) => Promise<Events>
  openServer: (url: string) => Promise<EventStore>
  readLog: (directory: string) => Promise<LogReader>
}

type Flags = { fsck: boolean; backupAge: number }

const about = `
Looks at keys, disk, clock, the running service, the newest backup and the log, and says of each what is wrong and what to do. Changes nothing; may run
beside a ledger that runs. Exit code 0: nothing is wrong; 1: something is. The log is read whole and derived again: --no-fsck leaves that out.`

const openEvents = ({ store, data, eventStoreUrl = '' }: Settings, adapters: DoctorAdapters): Promise<Events> => {
  if (store === 'esdb') return adapters.openServer(eventStoreUrl)
  if (store === 'memory') throw new LedgerError('SETTING_INVALID', 'LEDGER_STORE: a ledger in memory leaves nothing to look at.')
  if (!existsSync(join(data, eventsName))) throw new LedgerError('NOT_FOUND', `The directory ${data} holds no ledger.`)
  return adapters.readEvents(data)
}

const remedy = 'Look again; if it stays so, this is what to mend first: nothing can be said of the rest of it.'

/** A look that fails is a finding itself: the others are still worth hearing. What nobody foresaw is thrown. */
const lookAt = async (what: string, work: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null
    if (code === null) throw error
    return [unwell(what, `It could not be looked at (${code}).`, remedy)]
  }
}

const look = async (settings: Settings, flags: Flags, adapters: DoctorAdapters, terminal: Terminal): Promise<Finding[]> => {
  const { data, keys, log, url, port } = settings
  const events = await openEvents(settings, adapters)
  try {
    const ledger = await fold(events, ledgerAggregate)
    const hear = progress(terminal.err, Date.now)
    const files = await adapters.readLog(log)
    const looking = { files, events, ledger, onProgress: (leaves: number) => hear(leaves, 'leaves of the log checked') }
    const running = url ?? (port === 0 ? null : `http://127.0.0.1:${port}`)
    return [
      ...(await lookAt('keys', () => lookAtKeys(keys, ledger))),
      ...(await lookAt('disk', () => lookAtDisk([data, log]))),
      ...(await lookAt('clock', async () => [await lookAtClock(events, Date.now())])),
      ...(await lookAt('service', () => lookAtService(running, url !== undefined))),
      ...(await lookAt('backup', async () => [await lookAtBackup(data, Date.now(), flags.backupAge)])),
      ...(await lookAt('log', () => lookAtLog(looking, flags.fsck))),
    ]
  } finally {
    await events.close()
  }
}

const hours = (text: string): number => {
  const number = Number(text)
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('A number of hours.')
  return number
}

/** Adds `doctor` to the commands. */
export const addDoctor = (program: Command, terminal: Terminal, adapters: DoctorAdapters): void => {
  program
    .command('doctor')
    .description('say what is wrong with keys, disk, clock, service, backup and log, and what to do')
    .option('--no-fsck', 'do not read the whole log')
    .option('--backup-age <hours>', 'how old the newest backup may be', hours, 26)
    .addHelpText('after', about)
    .action(async (flags: Flags, command: Command) => {
      const findings = await look(parseSettings(terminal.env), flags, adapters, terminal)
      const json = command.optsWithGlobals<{ json?: true }>().json === true
      answer(terminal, json, { findings }, describeFindings(findings))
      if (findings.some(({ well }) => !well)) throw new Unwell()
    })
}
