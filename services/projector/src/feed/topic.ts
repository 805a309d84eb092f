// The topic of the feed: made as it must be if it is missing, looked at if it is there. In one that is not as it must be nothing is kept, so nothing is sent to it.
import type { Admin } from 'kafkajs'
import { feedUnavailable } from './failures.ts'

export const topicName = 'marketing-eligibility.v1'

/** Partitions of a topic that is made here; of one that is there their number is taken as it is. It must never change: a key would move to another partition. */
const partitionsMade = 12

const day = 24 * 60 * 60 * 1000

/**
 * `max.compaction.lag.ms`: within a day only the newest record of each key is left, that of an erased person too. `delete.retention.ms`: a consumer that was away longer
 * has missed tombstones, and begins from zero.
 */
const settingsMade = (replication: number): Record<string, string> => ({
  'cleanup.policy': 'compact',
  'min.insync.replicas': String(replication >= 3 ? 2 : 1),
  'unclean.leader.election.enable': 'false',
  'max.compaction.lag.ms': String(day),
  'delete.retention.ms': String(7 * day),
})

/** Least that a broker must take in one batch, bytes: what the largest of ours may have. */
export const largestBatch = 1_000_000

/** Settings by name, as a broker tells them. */
export type TopicSettings = ReadonlyMap<string, string>

/** The first setting with which records would be lost or deleted, and what it must be, in letters alone; null if all is as it must be. */
export const unsuitable = (settings: TopicSettings, replication: number): string | null => {
  if (settings.get('cleanup.policy') !== 'compact') return 'cleanup.policy must be compact, and nothing else'
  if (replication >= 3 && !(Number(settings.get('min.insync.replicas')) >= 2)) return 'min.insync.replicas must be two or more'
  if (settings.get('unclean.leader.election.enable') !== 'false') return 'unclean.leader.election.enable must be false'
  if (!(Number(settings.get('max.message.bytes')) >= largestBatch)) return 'max.message.bytes must be a million or more'
  return null
}

const settingsOf = async (admin: Admin): Promise<TopicSettings> => {
  const { ConfigResourceTypes } = (await import('kafkajs')).default
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topicName }],
  })
  return new Map(resources.flatMap(({ configEntries }) => configEntries.map(({ configName, configValue }) => [configName, configValue])))
}

export const topicIsThere = async (admin: Admin): Promise<boolean> => (await admin.listTopics()).includes(topicName)

/** Makes the topic; nothing if another was first. */
export const makeTopic = async (admin: Admin): Promise<void> => {
  const { brokers } = await admin.describeCluster()
  const replicationFactor = Math.min(3, brokers.length)
  const configEntries = Object.entries(settingsMade(replicationFactor)).map(([name, value]) => ({ name, value }))
  await admin.createTopics({ topics: [{ topic: topicName, numPartitions: partitionsMade, replicationFactor, configEntries }] })
}

/** How many partitions the topic has. Errors: FEED_UNAVAILABLE names the setting that must be another. */
export const partitionsOfTopic = async (admin: Admin): Promise<number> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topicName] })
  const partitions = topics.find(({ name }) => name === topicName)?.partitions ?? []
  if (partitions.length === 0) throw feedUnavailable('the topic has no partitions yet')
  const fault = unsuitable(await settingsOf(admin), Math.min(...partitions.map(({ replicas }) => replicas.length)))
  if (fault !== null) throw feedUnavailable(`nothing is sent to Kafka, for of the topic ${fault}`)
  return partitions.length
}
