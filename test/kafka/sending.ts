// A process that sends the feed of a read model, to be killed or frozen: node sending.ts BROKERS FILE [once]. With `once` it stops between a send and the move of the
// sink, and says so: then it is killed there.
import { startFeed, type Feeding } from '@consent-ledger/projector'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { ledgerId } from './scene.ts'

const [brokers = '', file = '', once] = process.argv.slice(2)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const model = await openSqliteReadModel({ file, ledgerId })
const never = new Promise<never>(() => {})
const stopsBeforeMoving: Feeding['readModel']['moveSink'] = async () => {
  say('stored')
  return never
}
const readModel: Feeding['readModel'] = {
  changes: (asked) => model.changes(asked),
  takeSink: (...args) => model.takeSink(...args),
  moveSink: once === undefined ? (...args) => model.moveSink(...args) : stopsBeforeMoving,
  rewindSink: (...args) => model.rewindSink(...args),
  newEpoch: () => model.newEpoch(),
  acknowledge: (...args) => model.acknowledge(...args),
  acknowledgements: (controller) => model.acknowledgements(controller),
}
startFeed({
  brokers: brokers.split(','),
  ledgerId,
  readModel,
  catalogues: () => [],
  clock: Date.now,
  log: { info: (_, message) => say(message), warn: (_, message) => say(message), debug: () => {} },
  onFault: (fault) => {
    throw fault
  },
  times: { lease: 600, heartbeat: 500, groups: 60_000 },
})
// Nothing of the feed keeps a process alive; a service is kept by its port.
process.stdin.resume()
say('started')
