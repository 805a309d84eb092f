// Stores what is to be in Kafka, and does not return before it is: each batch the same again until a broker has said that it has it.
import { backOff, pause } from '@consent-ledger/eventstore'
import type { FeedLog } from './clientLog.ts'
import { kafkaCode, remedyFor, why } from './failures.ts'
import type { Batch } from './records.ts'
import type { Producing } from './wire.ts'

/** Records of one send: so that the largest possible ones stay below `largestBatch` bytes. */
export const mostInBatch = 500

/** Longest wait between two tries, ms. */
const longestWait = 5000

/** Tries after which a topic that no broker knows is believed to be deleted: a broker that has just become leader may not know it for a moment. */
const believedAfter = 6

/** The brokers do not know this producer any more, or it is told to end: what it sent last may be stored or not. */
export class ProducerGone extends Error {}
/** A record that no broker takes: a fault of ours. */
export class NeverStored extends Error {}

export type Storing = {
  producing: Producing
  log: FeedLog
  /** Throws if nothing may be sent any more; asked before every try. */
  demandMaySend: () => void
  /** Hears of each batch that is stored, and of the offset behind it. */
  stored: (batch: Batch, end: bigint) => void
  signal: AbortSignal
}

const cut = ({ partition, records }: Batch): Batch[] =>
  Array.from({ length: Math.ceil(records.length / mostInBatch) }, (_, nth) => ({
    partition,
    records: records.slice(nth * mostInBatch, (nth + 1) * mostInBatch),
  }))

/** Sends what is left of one partition, one batch after the other; null once all is stored, else why not. What is stored leaves the queue. */
const sendQueue = async (queue: Batch[], { producing, stored }: Storing): Promise<unknown> => {
  for (let batch = queue[0]; batch !== undefined; batch = queue[0]) {
    try {
      stored(batch, await producing.store(batch))
    } catch (error) {
      return error
    }
    queue.shift()
  }
  return null
}

const worst = (failures: readonly unknown[]): unknown =>
  failures.find((error) => remedyFor(error) === 'never') ?? failures.find((error) => remedyFor(error) === 'anew') ?? failures[0]

/**
 * Stores every batch, the partitions beside each other. What failed is sent again in the same batches, so that the producer's numbers tell a broker what it has already.
 * Errors: ProducerGone, NeverStored, those of `demandMaySend`; some of it may be stored then, and some of it later.
 */
export const storeAll = async (batches: readonly Batch[], storing: Storing): Promise<void> => {
  const { log, signal, demandMaySend } = storing
  let queues = batches.map(cut)
  for (let failures = 1; ; failures++) {
    demandMaySend()
    const failed = (await Promise.all(queues.map((queue) => sendQueue(queue, storing)))).filter((error) => error !== null)
    queues = queues.filter((queue) => queue.length > 0)
    if (failed.length === 0) return
    const error = worst(failed)
    const remedy = remedyFor(error)
    if (remedy === 'never') throw new NeverStored(why(error), { cause: error })
    const deleted = failures >= believedAfter && kafkaCode(error) === 'UNKNOWN_TOPIC_OR_PARTITION'
    if (remedy === 'anew' || deleted) throw new ProducerGone(why(error), { cause: error })
    const waitMs = Math.round(backOff(failures, longestWait))
    log.warn({ code: 'FEED_UNAVAILABLE', failures, waitMs }, `Kafka did not store the records, they are sent again, ${why(error)}`)
    await pause(waitMs, signal)
    if (signal.aborted) throw new ProducerGone('stopped')
  }
}
