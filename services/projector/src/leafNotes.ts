// The projector's second source: it follows the published log and notes in the read model where the log has each event.
import { setImmediate } from 'node:timers/promises'
import { isPassing, LedgerError, placeInLeaf } from '@consent-ledger/domain'
import { backOff, eachSecond, pause } from '@consent-ledger/eventstore'
import type { Ticker } from '@consent-ledger/eventstore'
import type { PublishedLog } from '@consent-ledger/logfiles'
import type { Leaf, ReadModel } from '@consent-ledger/readmodel'
import type { Log } from './projector.ts'
import { nextTick } from './tick.ts'

export type NotingLeaves = {
  published: Pick<PublishedLog, 'head' | 'entries'>
  readModel: Pick<ReadModel, 'logSize' | 'applyLeaves'>
  /** Called once, with what must end the process: a log that is older than the read model, or damaged. The loop has ended by then. */
  onFault: (error: unknown) => void
  log: Log
  /** When the published head is looked at: by default each second. */
  ticker?: Ticker
}

export type LeafNotes = {
  /** Sizes: of the published log when it was last looked at, and of what is noted of it. */
  progress(): { published: bigint; noted: bigint }
  /** Resolves when the group under way is noted and nothing more will be. */
  stop(): Promise<void>
}

/** Leaves in one transaction, which holds the thread while it runs: those of one entry bundle, so that each is read once. */
const groupSize = 256n

/** Longest wait between two tries, ms. */
const longestWait = 10_000

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** `older`: looks in a row at which less was published than is noted. */
type Reached = { published: bigint; noted: bigint; older: number }

/** Looks in a row at which the log is older before that is believed: a copy of it on another machine, or one just mounted, may show an earlier head for a moment. */
const believedAfter = 5

/** Whether the log is older than what is noted of it. Errors: DATA_ROLLED_BACK once it stays so. */
const isOlder = (reached: Reached): boolean => {
  const { noted, published } = reached
  reached.older = noted > published ? reached.older + 1 : 0
  if (reached.older < believedAfter) return reached.older > 0
  throw new LedgerError(
    'DATA_ROLLED_BACK',
    `The read model knows ${noted} leaves of the log, but ${published} are published: the log is older than it was. Name the directory of the newer log (LEDGER_LOG); if the older one is meant, delete readmodel.sqlite (on PostgreSQL drop the schema readmodel) and it is rebuilt.`,
  )
}

/** Which event an entry is the leaf of. Only the end of it is looked at: there is one for every event there is. */
const leafOf = (entry: Uint8Array, leafIndex: bigint): Leaf => {
  const place = placeInLeaf(entry)
  if (place === null)
    throw new LedgerError('LOG_DISAGREES', `Entry ${leafIndex} of the log is not the leaf of an event: run \`ledger log fsck\`.`)
  return { stream: place.stream, revision: place.revision, leafIndex }
}

const leavesIn = async ({ published }: NotingLeaves, from: bigint, to: bigint): Promise<Leaf[]> => {
  const leaves: Leaf[] = []
  for await (const { index, entry } of published.entries(from, to)) leaves.push(leafOf(entry, index))
  return leaves
}

/** Notes everything that is published now. The read model is asked anew each time how far it is: another projector notes too, and a rebuild empties it. */
const noteAll = async (noting: NotingLeaves, reached: Reached, signal: AbortSignal): Promise<void> => {
  reached.noted = await noting.readModel.logSize()
  // After the read model: another projector may note what was published between the two.
  reached.published = (await noting.published.head())?.size ?? 0n
  if (isOlder(reached)) return
  while (reached.noted < reached.published && !signal.aborted) {
    const from = reached.noted
    const to = least(reached.published, (from / groupSize + 1n) * groupSize)
    // A crash before this returns leaves the log size where it was, and the same leaves are noted again.
    await noting.readModel.applyLeaves(from, await leavesIn(noting, from, to), to)
    reached.noted = to
    await setImmediate()
  }
}

/** The store or the files are away, or the head is signed by a key of which the ledger tells a moment later. */
const mayPass = (error: unknown): error is LedgerError =>
  isPassing(error) || (error instanceof LedgerError && error.code === 'NOT_PUBLISHED')

const isMoved = (error: unknown): boolean => error instanceof LedgerError && error.code === 'CHECKPOINT_MOVED'

const keepNoting = async (noting: NotingLeaves, reached: Reached, signal: AbortSignal): Promise<void> => {
  const { log, ticker = eachSecond } = noting
  let failures = 0
  while (!signal.aborted) {
    try {
      await noteAll(noting, reached, signal)
      failures = 0
      await nextTick(ticker, signal)
    } catch (error) {
      if (signal.aborted) return
      if (isMoved(error)) {
        // Whoever was first goes on: this one looks again at the next tick.
        await nextTick(ticker, signal)
        continue
      }
      if (!mayPass(error)) throw error
      const waitMs = Math.round(backOff(++failures, longestWait))
      log.warn({ code: error.code, reason: error.message, failures, waitMs }, 'the leaf index falls behind, trying again')
      await pause(waitMs, signal)
    }
  }
}

/** Starts at once, from where the read model stands. Several may run on one read model: of two that note the same leaves one wins, and the other looks again. */
export const startLeafNotes = (noting: NotingLeaves): LeafNotes => {
  const reached: Reached = { published: 0n, noted: 0n, older: 0 }
  const ending = new AbortController()
  const ended = keepNoting(noting, reached, ending.signal).catch(noting.onFault)
  return {
    progress: () => ({ published: reached.published, noted: reached.noted }),
    stop: async () => {
      ending.abort()
      await ended
    },
  }
}
