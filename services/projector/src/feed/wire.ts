// The line to Kafka: the one place that knows kafkajs's producer, and does not believe it before it has looked at its answer.
import type { Admin, Kafka, RecordMetadata } from 'kafkajs'
import { clientLog, type FeedLog } from './clientLog.ts'
import { askingKafka, feedUnavailable } from './failures.ts'
import type { Batch } from './records.ts'
import { makeTopic, partitionsOfTopic, topicIsThere, topicName } from './topic.ts'

/** One producer of its own id. It numbers what it sends, so after a failure the same batch is sent again, unchanged, until it is stored: another one in its place might be taken for it, and dropped. */
export type Producing = {
  partitions: number
  /** Offset behind the last record of each partition when this producer began. */
  ends: readonly bigint[]
  /** Stores a batch in its order, on every replica in sync (`acks` -1). Resolves with the offset behind it. Errors: whatever Kafka says; stored or not is unknown then. */
  store(batch: Batch): Promise<bigint>
  /** Nothing is sent any more once it resolves. */
  close(): Promise<void>
}

/** Errors of each: FEED_UNAVAILABLE, also if the topic is not as it must be. */
export type Wire = {
  topicIsThere(): Promise<boolean>
  makeTopic(): Promise<void>
  produce(): Promise<Producing>
  /** Offsets that consumer groups have committed, by group and partition; a group that is none has none. */
  committed(groups: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, bigint>>>
}

/**
 * Ms. A broker that does not answer is given up after `request`; a send is tried twice by kafkajs, at most `leader` ms after it last asked who leads, and then by us.
 * What a dead process had sent is stored or never will be once a frozen broker has been replaced, which takes a cluster 9 s (`broker.session.timeout.ms`).
 */
const timeouts = { connection: 3000, request: 5000, stored: 4000, leader: 2000 }
const retry = { retries: 1, initialRetryTime: 200, maxRetryTime: 1000 }

/**
 * Throws unless a broker has said that this batch is stored. kafkajs keeps answers by broker: where a leader is lost in the middle it resolves with the rest
 * (kafkajs issue 1303), so each partition is a send of its own, and an answer is one entry, of that partition, without an error.
 */
export const offsetBehind = (answer: readonly RecordMetadata[], { partition, records }: Batch): bigint => {
  const [entry] = answer
  if (answer.length !== 1 || entry?.partition !== partition || entry.errorCode !== 0 || entry.baseOffset === undefined)
    throw feedUnavailable('Kafka did not say that the records are stored')
  return BigInt(entry.baseOffset) + BigInt(records.length)
}

const asking = <T>(kafka: Kafka, ask: (admin: Admin) => Promise<T>): Promise<T> =>
  askingKafka(async () => {
    const admin = kafka.admin({ retry })
    try {
      await admin.connect()
      return await ask(admin)
    } finally {
      await admin.disconnect()
    }
  })

const committed = async (admin: Admin, groupId: string): Promise<ReadonlyMap<number, bigint>> => {
  const offsets = await admin.fetchOffsets({ groupId, topics: [topicName] })
  const known = offsets.flatMap(({ partitions }) => partitions).filter(({ offset }) => Number(offset) >= 0)
  return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]))
}

const produce = async (kafka: Kafka): Promise<Producing> => {
  const { partitions, ends } = await asking(kafka, async (admin) => {
    const count = await partitionsOfTopic(admin)
    const offsets = new Map((await admin.fetchTopicOffsets(topicName)).map(({ partition, high }) => [partition, BigInt(high)]))
    return { partitions: count, ends: Array.from({ length: count }, (_, partition) => offsets.get(partition) ?? 0n) }
  })
  const producer = kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    metadataMaxAge: timeouts.leader,
    retry,
    createPartitioner: () => (record) => record.message.partition ?? 0,
  })
  await askingKafka(() => producer.connect()).catch(async (error: unknown) => {
    await producer.disconnect()
    throw error
  })
  return {
    partitions,
    ends,
    store: async (batch) => {
      const messages = batch.records.map((record) => ({ ...record, partition: batch.partition }))
      return offsetBehind(await producer.send({ topic: topicName, acks: -1, timeout: timeouts.stored, messages }), batch)
    },
    close: () => producer.disconnect(),
  }
}

/** The client is loaded here, so that a ledger that sends to no broker starts without it. */
const clientOf = async (brokers: readonly string[], log: FeedLog): Promise<Kafka> => {
  const { default: kafkajs } = await import('kafkajs')
  return new kafkajs.Kafka({
    clientId: 'consent-ledger',
    brokers: [...brokers],
    connectionTimeout: timeouts.connection,
    requestTimeout: timeouts.request,
    retry,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: clientLog(log),
  })
}

/** Connects to nothing yet: each method does so itself. `brokers`: `host:port` of one or more, in the clear and without a password. */
export const openWire = (brokers: readonly string[], log: FeedLog): Wire => {
  let client: Promise<Kafka> | undefined
  const kafka = (): Promise<Kafka> => (client ??= clientOf(brokers, log))
  return {
    topicIsThere: async () => asking(await kafka(), topicIsThere),
    makeTopic: async () => asking(await kafka(), makeTopic),
    produce: async () => produce(await kafka()),
    committed: async (groups) =>
      asking(await kafka(), async (admin) => {
        const found = new Map<string, ReadonlyMap<number, bigint>>()
        for (const group of groups) found.set(group, await committed(admin, group))
        return found
      }),
  }
}
