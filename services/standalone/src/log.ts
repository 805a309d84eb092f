// The transparency log of this process: its files, the keys that sign, and who seals. Of several on the same servers one seals, the others read and stand by.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LedgerError } from '@consent-ledger/domain'
import { logReady, untilThere, type EdgeApp, type Life, type Opened, type Readiness, type Settings } from '@consent-ledger/edge'
import { pause } from '@consent-ledger/eventstore'
import { PublishedLog, type LogFiles, type LogReader } from '@consent-ledger/logfiles'
import { openLogDirectory, openLogDirectoryReader } from '@consent-ledger/logfiles/directory'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { openStatementKey } from '@consent-ledger/reports'
import { addSequencer } from '@consent-ledger/sequencer'
import type { Begun } from './begin.ts'
import type { Data } from './data.ts'

export type LogPlace = { published: PublishedLog; statementKey: StatementKey }
type StatementKey = Awaited<ReturnType<typeof openStatementKey>>

export type Sealing = {
  life: Life
  opened: Opened
  begun: { data: Pick<Data, 'store' | 'ledgerId' | 'here'>; live: Begun['live'] }
  app: Pick<EdgeApp, 'log' | 'metrics'>
  readiness: Readiness[]
}

/** How often one that stands by looks whether it is its turn, ms. */
const lookEvery = 1000

/** A ledger in memory is another one at each start: a key that outlived it would sign two logs of one name. */
const keysInPassing = (opened: Opened): string => {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-keys-'))
  opened.onClose(async () => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Null while another process on the same servers seals. Errors: DATA_LOCKED where it could only be a second one by mistake, STORE_UNAVAILABLE. */
const openToSeal = async ({ log: directory, store }: Settings): Promise<LogFiles | null> => {
  if (store === 'memory') return new MemoryLogFiles()
  try {
    return await openLogDirectory({ directory })
  } catch (error) {
    if (store === 'esdb' && error instanceof LedgerError && error.code === 'DATA_LOCKED') return null
    throw error
  }
}

/** A server may be away, or another process on it just beginning; a disk of this machine is there or it is not. */
const patientlyOn = <T>(life: Life, open: () => Promise<T>): Promise<T> =>
  life.settings.store === 'esdb' ? untilThere(life, open) : open()

const startSealing = async ({ life, opened, begun, app, readiness }: Sealing, files: LogFiles, keys: string): Promise<void> => {
  const { settings, clock, onFatal: onFault, say } = life
  const { store, ledgerId, here } = begun.data
  const place = { kind: here ?? 'memory', settle: here === 'esdb' }
  const sequencing = { app, opened, settings, keys, say, ledgerId, store, ...place, files, clock, onFault }
  const sequencer = await patientlyOn(life, () => addSequencer(sequencing))
  readiness.push(logReady(sequencer))
}

/** Takes the place of the one that seals as soon as that one has gone. Ends with `opened`. */
const standBy = ({ life, opened, ...sealing }: Sealing, keys: string): void => {
  const ending = new AbortController()
  const watch = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await pause(lookEvery, ending.signal)
      const files = ending.signal.aborted ? null : await patientlyOn(life, () => openToSeal(life.settings))
      if (files === null) continue
      opened.keep(files)
      await startSealing({ life, opened, ...sealing }, files, keys)
      sealing.app.log.info({}, 'this process seals from here on')
      return
    }
  }
  const watching = watch().catch((error: unknown) => {
    // Told to stop while it waited for a server: no fault.
    if (!life.stopping.aborted || error !== life.stopping.reason) life.onFatal(error)
  })
  opened.onClose(async () => {
    ending.abort()
    await watching
  })
}

/** Opens the log and seals, or stands by; all of it ends with `opened`. Errors: DATA_LOCKED, those of `addSequencer` and `openStatementKey`. */
export const addLog = async (sealing: Sealing): Promise<LogPlace> => {
  const { life, opened, begun } = sealing
  const { settings } = life
  const keys = settings.store === 'memory' ? keysInPassing(opened) : settings.keys
  const files = await patientlyOn(life, () => openToSeal(settings))
  const reader: LogReader = files ?? openLogDirectoryReader(settings.log)
  const published = new PublishedLog(reader, () => begun.live.ledger().logKeys.map(({ vkey }) => vkey))
  if (files === null) standBy(sealing, keys)
  else await startSealing(sealing, opened.keep(files), keys)
  // Both keys are in the ledger before anybody posts: each receipt names the one of the log.
  const { store } = begun.data
  const { live } = begun
  const { clock, say } = life
  return { published, statementKey: await patientlyOn(life, () => openStatementKey({ keys, live, store, clock, say })) }
}
