// Seals the ledgers named as arguments, one after the other in one process, and prints as JSON what each took, and how long a sequencer takes to start on what is sealed.
import { join } from 'node:path'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { openLogDirectory } from '@consent-ledger/logfiles/directory'
import { openSigningKeys, startSequencer, type Sequencing } from '@consent-ledger/sequencer'

/** Memory is asked after each so many leaves. */
const step = 25_000
/** Starts on the sealed log; the first only warms up. */
const starts = 6

/** `megabytes`: in RAM after each step. `startsIn`: ms of each start. */
type Sealed = { leaves: number; seconds: number; megabytes: number[]; startsIn: number[] }

const stop = (fault: unknown): never => {
  process.stderr.write(`${String(fault)}\n`)
  process.exit(1)
}

const sealing = async (data: string): Promise<{ deps: Sequencing; close: () => Promise<void> }> => {
  const store = await openSqliteEventStore({ directory: data, onFatal: stop })
  const files = await openLogDirectory({ directory: join(data, 'log') })
  const keys = openSigningKeys(`${data}.keys`, () => {})
  const log = { info: () => {}, warn: () => {} }
  const deps: Sequencing = { ledgerId: store.identity() ?? '', store, kind: 'sqlite', files, keys, clock: Date.now, log, onFault: stop }
  const close = async (): Promise<void> => {
    await files.close()
    await store.close()
  }
  return { deps, close }
}

/** Ticks at once whenever the sequencer would wait: the end of one quarter of a second is no part of the figure. */
const level = async (deps: Sequencing): Promise<Pick<Sealed, 'leaves' | 'seconds' | 'megabytes'>> => {
  const begun = performance.now()
  const sequencer = await startSequencer(deps)
  const from = sequencer.progress().size
  const megabytes: number[] = []
  while (sequencer.progress().levelAt === null) {
    await new Promise((resolve) => setImmediate(resolve))
    const sealed = Number(sequencer.progress().size - from)
    if (Math.floor(sealed / step) > megabytes.length) megabytes.push(process.memoryUsage.rss() / 1e6)
  }
  const seconds = (performance.now() - begun) / 1000
  const leaves = Number(sequencer.progress().size - from)
  await sequencer.stop()
  return { leaves, seconds, megabytes }
}

const seal = async (data: string): Promise<Sealed> => {
  const { deps, close } = await sealing(data)
  const sealed = await level(deps)
  const startsIn: number[] = []
  for (let n = 0; n < starts; n++) {
    const begun = performance.now()
    const sequencer = await startSequencer(deps)
    if (n > 0) startsIn.push(performance.now() - begun)
    await sequencer.stop()
  }
  await close()
  return { ...sealed, startsIn }
}

const sealed: Sealed[] = []
for (const data of process.argv.slice(2)) sealed.push(await seal(data))
process.stdout.write(JSON.stringify(sealed))
