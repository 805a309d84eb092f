// Whether the log is whole, derived again from its entries, and whether what is recorded is in it.
import { LedgerError, type Ledger } from '@consent-ledger/domain'
import type { StreamReader } from '@consent-ledger/eventstore'
import { fsck, newestHead, PublishedLog, type LogReader } from '@consent-ledger/logfiles'
import { unwell, well, type Finding } from './finding.ts'

const what = 'log'
const keepAsIs =
  'Keep everything as it is; docs/log.md says what each finding means and what can be repaired: `ledger log rebuild`, `ledger restore`.'

export type Looking = { files: LogReader; events: StreamReader; ledger: Ledger; onProgress: (leaves: number) => void }

/** The head that was signed last, and the one that everybody sees. A moment lies between them. */
const published = async ({ files, events }: Looking, keys: readonly string[]): Promise<Finding> => {
  const head = await new PublishedLog(files, () => keys).head()
  const last = await newestHead(events)
  if (head === null)
    return unwell(
      what,
      'The ledger names a key of its log, but nothing is published.',
      'Look whether LEDGER_LOG names the right directory and the sequencer runs.',
    )
  if (last !== null && last.size < head.size)
    return unwell(
      what,
      `The event store knows heads up to ${last.size} leaves, and ${head.size} are published: it is behind.`,
      '`ledger restore`; docs/backup.md.',
    )
  return well(what, `${head.size} leaves are published`)
}

/** `deep`: every entry is read and every tile derived again. */
export const lookAtLog = async (looking: Looking, deep: boolean): Promise<Finding[]> => {
  const { files, ledger, onProgress } = looking
  const keys = ledger.logKeys.map(({ vkey }) => vkey)
  if (keys.length === 0) return [well(what, 'none yet: it begins at the next start')]
  try {
    const first = await published(looking, keys)
    if (!first.well || !deep) return [first]
    const { size, finding } = await fsck({ files, keys, onProgress: (done) => onProgress(Number(done)) })
    if (finding !== null) return [first, unwell('log, fsck', `At ${finding.where}: ${finding.message} (${finding.code})`, keepAsIs)]
    return [first, well('log, fsck', `${size} leaves, every tile and the root derived again from the entries`)]
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return [unwell(what, `${error.message} (${error.code})`, keepAsIs)]
  }
}
