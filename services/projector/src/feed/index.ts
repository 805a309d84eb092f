// The eligibility feed on Kafka: what sends it, and the records that it sends.
export { startFeed } from './feed.ts'
export { feedMetrics } from './feedMetrics.ts'
export type { EligibilityFeed, Feeding } from './feed.ts'
export type { FeedLog } from './clientLog.ts'
export type { FeedProgress } from './reached.ts'
export { AsOfRecord, ChangedRecord } from './records.ts'
export { partitionOf } from './partitioner.ts'
export { topicName } from './topic.ts'
