// Follows the topic into the state: from the place that the state remembers, never from what the group once committed.
import kafkajs from 'kafkajs'
import type { Consumer, EachBatchPayload, KafkaConfig } from 'kafkajs'
import { readRecord } from './record.ts'
import type { State } from './state.ts'

export const topic = 'marketing-eligibility.v1'

export type Following = {
  kafka: KafkaConfig
  /** Name of the consumer group. Named as the recipient's id in the catalogue, its offsets tell the ledger how far this system is. */
  group: string
  state: State
  /** Epoch ms. */
  clock: () => number
  say: (line: string) => void
}

/** A compacted topic keeps the end of a key (its tombstone) for a week: whoever was away longer may have missed it. Here with a day to spare, ms. */
const longestAway = 6 * 24 * 60 * 60 * 1000

/**
 * A gap: what the state remembers is not in the topic any more, or never was, or it was read so long ago that ends of keys are gone. The partition is forgotten and read
 * from its beginning: the topic is compacted, so that is the whole truth.
 */
const findGaps = async (kafka: kafkajs.Kafka, { state, clock, say }: Following): Promise<void> => {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const places = state.places()
    const now = clock()
    if (!(await admin.listTopics()).includes(topic))
      throw new Error(`there is no topic ${topic} yet: the ledger makes it as it starts to send`)
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const place = places.get(partition)
      if (place === undefined) {
        state.begin(partition, BigInt(low), now)
      } else if (place.next < BigInt(low) || place.next > BigInt(high) || now - place.readAt > longestAway) {
        say(`gap in partition ${partition}: read from its beginning again`)
        state.beginAnew(partition, BigInt(low), now)
      }
    }
  } finally {
    await admin.disconnect()
  }
}

const takeBatch = async ({ state, clock, say }: Following, payload: EachBatchPayload): Promise<void> => {
  const { batch } = payload
  const last = batch.messages.at(-1)
  if (last === undefined) return
  const next = BigInt(last.offset) + 1n
  // Durable before the offset is committed: a crash here only reads the same batch again, and repeats are dropped.
  const { applied, repeats } = state.apply({ partition: batch.partition, next, records: batch.messages.map(readRecord) }, clock())
  payload.resolveOffset(last.offset)
  await payload.heartbeat()
  if (applied + repeats > 0) say(`partition ${batch.partition}: ${applied} applied, ${repeats} told before, up to offset ${last.offset}`)
}

/** Follows until it is stopped. A broker that goes away is waited for. */
export const follow = async (following: Following): Promise<{ stop(): Promise<void> }> => {
  const kafka = new kafkajs.Kafka({ ...following.kafka, logLevel: kafkajs.logLevel.NOTHING })
  await findGaps(kafka, following)
  // Without this the consumer stays dead, in silence, once a single broker has gone away.
  const consumer: Consumer = kafka.consumer({
    groupId: following.group,
    sessionTimeout: 10_000,
    retry: { restartOnFailure: async () => true },
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? [])
      consumer.seek({ topic, partition, offset: String(following.state.places().get(partition)?.next ?? 0n) })
  })
  await consumer.run({ eachBatchAutoResolve: false, eachBatch: (payload) => takeBatch(following, payload) })
  return { stop: () => consumer.disconnect() }
}
