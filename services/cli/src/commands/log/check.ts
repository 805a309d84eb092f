// `log fsck`: which log, which keys, and what it is held against.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ledgerAggregate, LedgerError } from '@consent-ledger/domain'
import { parseSettings, type Settings } from '@consent-ledger/edge'
import { fold, type EventStore } from '@consent-ledger/eventstore'
import { fsck, type Checked } from '@consent-ledger/logfiles'
import { parseVkey, TlogError } from '@consent-ledger/tlog'
import type { LogAdapters } from './command.ts'

export type FsckFlags = { fromStore?: true; statement?: string; log?: string; key?: string }

/** `keys`: whose word was taken for them. `fromStore`, `statement`: whether the log was held against these too. */
export type CheckedLog = Checked & { directory: string; keys: 'given' | 'ledger' | 'log'; fromStore: boolean; statement: boolean }

type Store = Pick<EventStore, 'readStream' | 'readAll' | 'close'>

const invalid = (message: string): LedgerError => new LedgerError('SETTING_INVALID', message)

const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => {
    throw invalid(`The file ${file} cannot be read.`)
  })

/** Vkeys in a file, one a line; lines with # are passed over. Errors: SETTING_INVALID. */
const vkeysIn = async (file: string): Promise<string[]> => {
  const lines = (await textOf(file)).split('\n').map((line) => line.trim())
  const vkeys = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (vkeys.length === 0) throw invalid(`The file ${file} holds no key.`)
  try {
    return vkeys.map((vkey) => parseVkey(vkey).vkey)
  } catch (error) {
    throw error instanceof TlogError ? invalid(`The file ${file} holds something else than verifier keys.`) : error
  }
}

/** The events beside whoever writes them; null where they are not in files here, unless they are asked for. Errors: NOT_FOUND. */
export const openStore = async (settings: Settings, adapters: LogAdapters, needed: boolean): Promise<Store | null> => {
  if (settings.store === 'esdb') return needed ? adapters.openServer(settings.eventStoreUrl ?? '') : null
  if (existsSync(join(settings.data, 'events.sqlite'))) return adapters.readEvents(settings.data)
  if (needed) throw new LedgerError('NOT_FOUND', `The directory ${settings.data} holds no ledger.`)
  return null
}

type Keys = { keys: CheckedLog['keys']; vkeys: string[] }

/** What the ledger says counts for its own log only, not for a directory that was named. */
const keysFor = async (flags: FsckFlags, store: Store | null): Promise<Keys> => {
  if (flags.key !== undefined) return { keys: 'given', vkeys: await vkeysIn(flags.key) }
  if (store === null || (flags.log !== undefined && flags.fromStore !== true)) return { keys: 'log', vkeys: [] }
  return { keys: 'ledger', vkeys: (await fold(store, ledgerAggregate)).logKeys.map(({ vkey }) => vkey) }
}

/** Errors: NOT_FOUND (no log there), SETTING_INVALID, those of `fsck`. */
export const checkLog = async (
  flags: FsckFlags,
  env: Record<string, string | undefined>,
  adapters: LogAdapters,
  onProgress: (done: bigint) => void,
): Promise<CheckedLog> => {
  const settings = parseSettings(env)
  const directory = flags.log ?? settings.log
  const [fromStore, statement] = [flags.fromStore === true, flags.statement === undefined ? undefined : await textOf(flags.statement)]
  const files = await adapters.readLog(directory)
  const store = await openStore(settings, adapters, fromStore)
  try {
    const { keys, vkeys } = await keysFor(flags, store)
    const against = { ...(fromStore && store !== null ? { store } : {}), ...(statement === undefined ? {} : { statement }) }
    const checked = await fsck({ files, keys: vkeys, onProgress, ...against })
    if (checked.size === 0n && (checked.finding === null || checked.finding.code === 'STATEMENT_WRONG'))
      throw new LedgerError('NOT_FOUND', `The directory ${directory} holds no log.`)
    return { ...checked, directory, keys, fromStore, statement: statement !== undefined }
  } finally {
    await store?.close()
  }
}
