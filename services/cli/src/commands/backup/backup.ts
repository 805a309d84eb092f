// Takes a backup of a ledger that runs: the log, the events, what the log gained meanwhile, the vault. Never the keys.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ledgerAggregate, LedgerError, type Ledger, type StoreKind } from '@consent-ledger/domain'
import { writeDurably } from '@consent-ledger/edge'
import { fold, type StreamReader } from '@consent-ledger/eventstore'
import { fsck, PublishedLog, type LogFiles, type LogReader, type PublishedHead } from '@consent-ledger/logfiles'
import { parseVkey } from '@consent-ledger/tlog'
import { copyLog } from './logCopy.ts'
import { eventsName, factsOf, logName, manifestName, vaultName, type FileFacts, type Manifest } from './manifest.ts'

export type BackingUp = {
  /** New or empty. */
  to: string
  store: StoreKind
  /** Of the ledger, which may be running. */
  events: StreamReader
  /** Files of SQLite; null where it is on a server. */
  files: { events: string | null; vault: string | null }
  log: LogReader
  openLog: (directory: string) => Promise<LogFiles>
  copyDatabase: (from: string, to: string) => Promise<void>
  clock: () => number
  onProgress: (count: number, ofWhat: string) => void
}

/** Errors: ALREADY_DONE if something is in it. */
const prepare = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if ((await readdir(directory)).length > 0)
    throw new LedgerError('ALREADY_DONE', `The directory ${directory} is not empty, and no backup is ever written over: name another one.`)
}

/** Its head, or null for a ledger that has no log yet. Errors: NOT_FOUND if the ledger has one, but not there; LOG_DISAGREES. */
const headOf = async (files: LogReader, { logKeys }: Ledger): Promise<PublishedHead | null> => {
  const head = await new PublishedLog(files, () => logKeys.map(({ vkey }) => vkey)).head()
  if (head === null && logKeys.length > 0)
    throw new LedgerError(
      'NOT_FOUND',
      'This ledger has a transparency log, but LEDGER_LOG names a directory without a published head. Name the right one; if the log has just begun, give the command again.',
    )
  return head
}

/** Re-derives the copy from its entries. Errors: LOG_DISAGREES with the first difference. */
const demandWhole = async (files: LogReader, ledger: Ledger, onProgress: BackingUp['onProgress']): Promise<void> => {
  const { finding } = await fsck({
    files,
    keys: ledger.logKeys.map(({ vkey }) => vkey),
    onProgress: (done) => onProgress(Number(done), 'leaves of the copied log checked'),
  })
  if (finding === null) return
  throw new LedgerError('LOG_DISAGREES', `The log is not whole, at ${finding.where}: ${finding.message} (${finding.code})`)
}

const copyFile = async (order: BackingUp, from: string | null, name: string): Promise<FileFacts | null> => {
  if (from === null) return null
  const file = join(order.to, name)
  await order.copyDatabase(from, file)
  return factsOf(file)
}

type LogAround = { log: Manifest['log']; events: FileFacts | null }

/**
 * The events between two looks at the log. What was in the log at the first is in the events; after the second the log covers every head that the events name, so
 * that a ledger that is restored never has to make a tree again that it signed already. At the first look there may be no log yet: the second finds the one that
 * was begun while the events were copied.
 */
const copyLogAround = async (order: BackingUp, before: PublishedHead | null): Promise<LogAround> => {
  const { log: from, openLog, onProgress } = order
  const copy = opening(() => openLog(join(order.to, logName)))
  try {
    const onFiles = (count: number): void => onProgress(count, 'files of the log copied')
    const since = before === null ? 0n : await copyLog({ from, to: await copy.files(), onProgress: onFiles })
    const events = await copyFile(order, order.files.events, eventsName)
    const now = await fold(order.events, ledgerAggregate)
    if ((await headOf(from, now)) === null) return { log: null, events }
    const to = await copy.files()
    await copyLog({ from, to, since, onProgress: onFiles })
    const copied = await headOf(to, now)
    await demandWhole(to, now, onProgress)
    if (copied === null) return { log: null, events }
    const { name: origin } = parseVkey(now.logKeys[0]?.vkey ?? '')
    return { log: { origin, size: copied.size.toString(), root: Buffer.from(copied.root).toString('base64') }, events }
  } finally {
    await copy.close()
  }
}

/** The log's copy: made when something goes into it, so that a ledger without a log has none in its backup either. */
const opening = (open: () => Promise<LogFiles>): { files: () => Promise<LogFiles>; close: () => Promise<void> } => {
  let opened: Promise<LogFiles> | null = null
  return { files: () => (opened ??= open()), close: async () => (await opened)?.close() }
}

/**
 * Copies what a ledger is made of. On return all of it is durable, checked, and named in `backup.json`, which is written last: a crash before leaves a directory
 * that no restore takes. The vault comes last, so that it has the keys of everybody in the rest.
 * Errors: ALREADY_DONE, NOT_FOUND, LOG_DISAGREES, DATA_CORRUPT, those of the stores and the file system.
 */
export const backUp = async (order: BackingUp): Promise<Manifest> => {
  const { to, store, clock, files } = order
  await prepare(to)
  const startedAt = new Date(clock()).toISOString()
  const ledger = await fold(order.events, ledgerAggregate)
  const { ledgerId } = ledger
  if (ledgerId === null) throw new LedgerError('NOT_FOUND', 'There is no ledger to back up: the event store holds none.')
  const head = await headOf(order.log, ledger)
  const copied = await copyLogAround(order, head)
  const vault = await copyFile(order, files.vault, vaultName)
  const manifest: Manifest = { v: 1, ledgerId, startedAt, endedAt: new Date(clock()).toISOString(), store, ...copied, vault }
  writeDurably(join(to, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}
