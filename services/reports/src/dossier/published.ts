// How far the log is, for a dossier: it waits a moment for the person's last event, so that what was just said is in it.
import { setTimeout } from 'node:timers/promises'
import { leafBytes, LedgerError, ledgerStream, type RecordedEvent } from '@consent-ledger/domain'
import { locate, type Place } from '@consent-ledger/logfiles'
import { leafHash } from '@consent-ledger/tlog'
import type { ReportsDeps } from '../deps.ts'

/** `patience`: ms for which a caller is kept waiting; `every`: ms between looks at the published head. */
export type Waiting = { patience: number; every: number }

/** Size of the published log; null before its first head, or while that is signed by a key that this process has not read of yet. */
export const publishedSize = async ({ log }: ReportsDeps): Promise<bigint | null> => {
  try {
    return (await log.head())?.size ?? null
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'NOT_PUBLISHED') return null
    throw error
  }
}

/** How thoroughly is looked: among the newest leaves while it is waited for one, everywhere before it is said that there is none. */
type Looking = Pick<Place, 'whole'>

const isBelow = async ({ log, readModel }: ReportsDeps, event: RecordedEvent, size: bigint, looking: Looking): Promise<boolean> => {
  const index = await readModel.leafIndexOf(event.stream, event.revision)
  return (await locate(log, size, leafHash(leafBytes(event)), { ...looking, ...(index === null ? {} : { index }) })) !== null
}

type Wanted = readonly (RecordedEvent | undefined)[]

const areBelow = async (deps: ReportsDeps, events: Wanted, size: bigint, looking: Looking = {}): Promise<boolean> => {
  for (const event of events) if (event === undefined || !(await isBelow(deps, event, size, looking))) return false
  return true
}

/** The event by which the ledger names its newest key of statements: a dossier whose tree does not have it could never be signed. */
const keyEvent = async ({ store, live }: ReportsDeps): Promise<RecordedEvent | undefined> => {
  const key = live.ledger().statementKeys.at(-1)
  return key && (await store.readStream(ledgerStream, { after: key.revision - 1n, limit: 1 }))[0]
}

/**
 * Size of the published log, once the last of `events` is in it or patience is at its end. Errors: NOT_PUBLISHED if not even the first is in it then, or the key
 * of statements is not; LOG_DISAGREES, those of files, store and read model.
 */
export const awaitPublished = async (
  deps: ReportsDeps,
  events: readonly RecordedEvent[],
  { patience, every }: Waiting = { patience: 2_000, every: 100 },
): Promise<bigint> => {
  const [first, last] = [events.at(0), events.at(-1)]
  const deadline = performance.now() + patience
  for (let seen: bigint | null = null; ; await setTimeout(every)) {
    const size = await publishedSize(deps)
    if (last && size !== null && size !== seen && (await areBelow(deps, [last, await keyEvent(deps)], size))) return size
    seen = size
    if (performance.now() < deadline) continue
    if (first && size !== null && (await areBelow(deps, [first, await keyEvent(deps)], size, { whole: true }))) return size
    throw new LedgerError(
      'NOT_PUBLISHED',
      'Nothing of this person, or not the key of statements, is published yet: a dossier can be made once the log has it.',
    )
  }
}
