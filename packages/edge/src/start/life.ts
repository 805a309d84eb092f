// The life of a process: settings read, started, said where it is, stopped when it is told to; or one line why not, and exit code 70.
import type { Clock } from '../live/live.ts'
import { stopBecause } from './fatal.ts'
import { parseSettings, type Settings } from './settings.ts'

/** What a process is given to start with. */
export type Life = {
  settings: Settings
  /** Epoch ms. */
  clock: Clock
  /** A line for the person who starts it. */
  say: (line: string) => void
  /** Ends the process. */
  onFatal: (fault: unknown) => void
  /** Aborted once the process is told to stop. */
  stopping: AbortSignal
}

/** `greeting`: what is said now that it answers. `stop`: takes nothing new, ends what is under way, closes everything. */
export type Running = { greeting: readonly string[]; stop(): Promise<void> }

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/**
 * Runs a process of the ledger to its end. `start` answers with null if its work is done: exit code 0. A start that is told to stop meanwhile may throw the
 * reason of `stopping` once what it opened is closed: exit code 0 too. Whatever else is thrown, or thrown where nobody catches it, ends the process: 70.
 */
export const runProcess = (start: (life: Life) => Promise<Running | null>): void => {
  // Everything this process makes is its owner's alone: files of the data, their write-ahead logs, keys.
  process.umask(0o077)
  process.on('uncaughtException', stopBecause)
  process.on('unhandledRejection', stopBecause)
  const told = new AbortController()
  const starting = (async () => {
    const running = await start({ settings: parseSettings(process.env), clock: Date.now, say, onFatal: stopBecause, stopping: told.signal })
    // In one piece: log lines come from another thread, and whoever copies a command copies whole lines in a row.
    if (running !== null) say(running.greeting.join('\n'))
    return running
  })()
  const end = (): never => process.exit(0)
  const endBecause = (error: unknown): never => (told.signal.aborted && error === told.signal.reason ? end() : stopBecause(error))
  // Before the first word is said: whoever waits for it may stop the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A terminal and a package manager both pass the same Ctrl-C on: the second is no new wish.
      if (told.signal.aborted) return
      told.abort()
      say('Stopping: ending the requests under way.')
      starting.then((running) => running?.stop()).then(end, endBecause)
    })
  }
  starting.then((running) => (running === null ? end() : undefined), endBecause)
}
