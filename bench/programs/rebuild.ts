// Builds read models from zero over the ledgers named as arguments, one after the other in one process, and prints what each took as JSON.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordedEvent } from '@consent-ledger/domain'
import { openLive } from '@consent-ledger/edge'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { startProjector } from '@consent-ledger/projector'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { watched } from '../running/watched.ts'

/** Memory is asked after each so many events. */
const step = 25_000

/** `megabytes`: in RAM after each step. */
type Built = { events: number; seconds: number; megabytes: number[] }

const stop = (fault: unknown): never => {
  process.stderr.write(`${String(fault)}\n`)
  process.exit(1)
}

const build = async (data: string): Promise<Built> => {
  const file = join(data, 'readmodel.sqlite')
  for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true })
  const store = await openSqliteEventStore({ directory: data, onFatal: stop })
  const readModel = await openSqliteReadModel({ file, ledgerId: store.identity() ?? '' })
  const head = await store.head()
  const megabytes: number[] = []
  const level = Promise.withResolvers<void>()
  let events = 0
  const applied = (group: readonly RecordedEvent[]): void => {
    if (Math.floor((events + group.length) / step) > Math.floor(events / step)) megabytes.push(process.memoryUsage.rss() / 1e6)
    events += group.length
    if ((group.at(-1)?.position ?? -1n) >= head) level.resolve()
  }
  const log = { info: () => {}, warn: () => {} }
  const live = await openLive({ store, clock: Date.now })
  const begun = performance.now()
  const projector = startProjector({ store, live, readModel: watched(readModel, applied), clock: Date.now, onFault: stop, log })
  await level.promise
  const seconds = (performance.now() - begun) / 1000
  await projector.stop()
  await live.close()
  await readModel.close()
  await store.close()
  return { events, seconds, megabytes }
}

const built: Built[] = []
for (const data of process.argv.slice(2)) built.push(await build(data))
process.stdout.write(JSON.stringify(built))
