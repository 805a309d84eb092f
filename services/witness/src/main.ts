#!/usr/bin/env node
// `ledger-witness`: runs a witness until it is told to stop, or prints what it kept as evidence.
import { help } from './page.ts'
import { openRecord } from './record.ts'
import { parseSettings, StartRefused } from './settings.ts'
import { type RunningWitness, startWitness } from './start.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Only the sentence of a fault that was foreseen; of another its class and place. */
const endBecause = (error: unknown): never => {
  const reason = error instanceof StartRefused ? error.message : error instanceof Error ? (error.stack ?? error.name) : 'an unknown fault'
  process.stderr.write(`The witness stopped. ${reason}\n`)
  process.exit(70)
}

const greet = ({ url, vkey }: RunningWitness): void => {
  say(`Hand this line to the logs you watch, and keep it where others can see that it is yours:\n`)
  say(`  ${vkey}\n`)
  say(`Ready at ${url}`)
}

const run = (): void => {
  const starting = startWitness({ settings: parseSettings(process.env), clock: Date.now, say })
  let told = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (told) return
      told = true
      say('Stopping: ending the requests under way.')
      starting.then((running) => running.stop()).then(() => process.exit(0), endBecause)
    })
  }
  starting.then(greet, endBecause)
}

/** Beside a running witness, too: it only reads. */
const printContested = (): void => {
  const record = openRecord(parseSettings(process.env).data)
  const kept = record.contested()
  for (const { origin, size, note, against } of kept)
    say(
      `Of ${origin} this was seen first, a tree of ${size} leaves:\n\n${against}\nand then this, of the same size with another root:\n\n${note}`,
    )
  say(kept.length === 0 ? 'None.' : 'Two heads of one size with different roots, both signed by the log, prove that it told two histories.')
  record.close()
}

const commands: Record<string, () => void> = { '': run, contested: printContested, '--help': () => say(help) }

// Key and database are their owner's alone.
process.umask(0o077)
process.on('uncaughtException', endBecause)
process.on('unhandledRejection', endBecause)
const command = Object.hasOwn(commands, process.argv[2] ?? '') ? commands[process.argv[2] ?? ''] : undefined
if (command === undefined) endBecause(new StartRefused('There is no such command; see --help.'))
else command()
