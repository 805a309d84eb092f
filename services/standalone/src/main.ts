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

try {
  const settings = parseSettings(process.env)
  const ledger = await startStandalone({ settings, say, onFatal: stopBecause })
  for (const line of greeting({ url: ledger.url, data: settings.data, demo: ledger.demo, first: ledger.keys !== undefined })) say(line)
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      say('Stopping: ending the requests under way.')
      ledger.stop().then(() => process.exit(0), stopBecause)
    })
  }
} catch (error) {
  stopBecause(error)
}
