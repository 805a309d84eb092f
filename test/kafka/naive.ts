// A sender as one would first write it: one send for records of many partitions, and whatever resolves is taken for stored.
import kafkajs from 'kafkajs'
import { asking, readTopic } from './scene.ts'

export const naiveTopic = 'naive'
const partitions = 12

/** Makes its topic if it is not there. `send`: one record to each partition; resolves with the keys that were acknowledged, none where kafkajs said that it failed. */
export const openNaiveSender = async (brokers: string) => {
  await asking(brokers, (admin) => admin.createTopics({ topics: [{ topic: naiveTopic, numPartitions: partitions, replicationFactor: 3 }] }))
  const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING })
  const producer = kafka.producer({ idempotent: true, createPartitioner: () => (record) => record.message.partition ?? 0 })
  await producer.connect()
  return {
    send: (name: string): Promise<string[]> => {
      const messages = Array.from({ length: partitions }, (_, partition) => ({ partition, key: `${name}-${partition}`, value: 'x' }))
      return producer.send({ topic: naiveTopic, acks: -1, messages }).then(
        () => messages.map(({ key }) => key),
        () => [],
      )
    },
    close: () => producer.disconnect(),
  }
}

/** Of these keys those that a new consumer does not find. */
export const missing = async (brokers: string, keys: readonly string[]): Promise<string[]> => {
  const stored = new Set((await readTopic(brokers, naiveTopic)).map(({ key }) => key))
  return keys.filter((key) => !stored.has(key))
}
