// `pnpm start`: reads the settings, starts, says where it is, stops when told to.
import { parseSettings } from '@consent-ledger/edge'
import { stopBecause } from './fatal.ts'
import { greeting } from './greeting.ts'
import { startStandalone } from './start.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

// Everything this process makes is its owner's alone: files of the data, their write-ahead logs, keys.
process.umask(0o077)

process.on('uncaughtException', stopBecause)
process.on('unhandledRejection', stopBecause)

let stopping = false
const starting = (async () => {
  const settings = parseSettings(process.env)
  const ledger = await startStandalone({ settings, say, onFatal: stopBecause })
  for (const line of greeting({ url: ledger.url, data: settings.data, demo: ledger.demo, first: ledger.keys !== undefined })) say(line)
  return ledger
})()

// Before the first word is said: whoever waits for it may stop the ledger at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A terminal and a package manager both pass the same Ctrl-C on: the second is no new wish.
    if (stopping) return
    stopping = true
    say('Stopping: ending the requests under way.')
    starting.then((ledger) => ledger.stop()).then(() => process.exit(0), stopBecause)
  })
}

starting.catch(stopBecause)
