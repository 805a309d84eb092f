// A topic as a consumer sees it: each record as it arrives, with the time on this process's clock.
import kafkajs from 'kafkajs'
import type { Kafka } from 'kafkajs'

/** `at`: ms of `performance.now()`. `value` null: a tombstone. */
export type Arrived = { key: string; value: string | null; partition: number; at: number }

export type Reading = {
  /** The first record that `wanted` says yes to, come or still to come. */
  next(wanted: (record: Arrived) => boolean): Promise<Arrived>
  /** All so far. */
  all(): readonly Arrived[]
  stop(): Promise<void>
}

export const kafkaOf = (brokers: string): Kafka =>
  new kafkajs.Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING })

/** Reads a topic from its beginning. Resolves once it is assigned. */
export const readTopic = async (kafka: Kafka, topic: string): Promise<Reading> => {
  const records: Arrived[] = []
  const waiting = new Set<(record: Arrived) => void>()
  const consumer = kafka.consumer({ groupId: `bench-${topic}-${process.pid}`, maxWaitTimeInMs: 5000, minBytes: 1 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()))
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const at = performance.now()
      for (const { key, value } of batch.messages) {
        const record = { key: key?.toString('utf8') ?? '', value: value?.toString('utf8') ?? null, partition: batch.partition, at }
        records.push(record)
        for (const tell of waiting) tell(record)
      }
    },
  })
  await joined
  return {
    next: (wanted) => {
      const there = records.find(wanted)
      if (there !== undefined) return Promise.resolve(there)
      return new Promise((resolve) => {
        const tell = (record: Arrived): void => {
          if (!wanted(record)) return
          waiting.delete(tell)
          resolve(record)
        }
        waiting.add(tell)
      })
    },
    all: () => records,
    stop: () => consumer.disconnect(),
  }
}
