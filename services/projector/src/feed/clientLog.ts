// What kafkajs says, in the log of the process, as something to look at when a fault is searched for: of what matters the sender tells itself.
import type { logCreator } from 'kafkajs'
import type { Log } from '../projector.ts'

/** As pino's. Gets codes and numbers only. */
export type FeedLog = Log & { debug(fields: object, message: string): void }

/**
 * All of it is `debug`: a new cluster answers the first questions with errors (its coordinators are loading), and an outage fills the log with one line for each try.
 * The words of kafkajs name brokers, topics and groups, never a record; they go as `reason`, which the log of the process leaves out.
 */
export const clientLog =
  (log: FeedLog): logCreator =>
  () =>
  ({ namespace, log: { message } }) =>
    log.debug({ code: 'FEED_UNAVAILABLE', reason: message }, `Kafka client, ${namespace || 'itself'}`)
