// `log rebuild`: tiles and state from the entries, or all of it from the events, under the lock of the sequencer.
import { existsSync } from 'node:fs'
import { ledgerAggregate, LedgerError } from '@consent-ledger/domain'
import { parseSettings } from '@consent-ledger/edge'
import { fold } from '@consent-ledger/eventstore'
import { rebuildFromStore, rebuildTiles, type Rebuilt } from '@consent-ledger/logfiles'
import { openStore } from './check.ts'
import type { LogAdapters } from './command.ts'

/** `entries`: how many were made again from the events; null where that was not asked for. */
export type RebuiltLog = Rebuilt & { entries: bigint | null }

/** Errors: NOT_FOUND, DATA_LOCKED (a sequencer runs), those of `rebuildTiles` and `rebuildFromStore`. */
export const rebuildLog = async (
  { fromStore = false }: { fromStore?: boolean },
  env: Record<string, string | undefined>,
  adapters: LogAdapters,
  onProgress: (done: bigint) => void,
): Promise<RebuiltLog> => {
  const settings = parseSettings(env)
  if (!fromStore && !existsSync(settings.log)) throw new LedgerError('NOT_FOUND', `The directory ${settings.log} holds no log.`)
  const store = await openStore(settings, adapters, true)
  try {
    const files = await adapters.openLog(settings.log)
    try {
      const keys = store === null ? [] : (await fold(store, ledgerAggregate)).logKeys.map(({ vkey }) => vkey)
      if (fromStore && store !== null) return await rebuildFromStore({ files, keys, store, onProgress })
      return { ...(await rebuildTiles({ files, keys, onProgress, ...(store === null ? {} : { store }) })), entries: null }
    } finally {
      await files.close()
    }
  } finally {
    await store?.close()
  }
}
