// The records of the topic: a change of a key, the tombstone of an erased one, and the word of a partition that it is level (CloudEvents 1.0, JSON, structured mode).
import { changeOf, cursorOf, EligibilityChange, FeedCursor, Instant, iso, LedgerError, type FeedPlace } from '@consent-ledger/domain'
import type { EligibilityRow } from '@consent-ledger/readmodel'
import { z } from 'zod'
import { partitionOf } from './partitioner.ts'

/** One record as it is sent. `value` null: a tombstone. */
export type FeedRecord = { key: string; value: string | null; headers: Record<string, string>; timestamp: string }

const attributes = {
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200).describe('The same for a record that is sent once more'),
  source: z
    .string()
    .regex(/^urn:uuid:[0-9a-f-]{36}$/)
    .describe('The ledger'),
  time: Instant,
  datacontenttype: z.literal('application/json'),
}

/** Value of a record that tells the verdict on its key. `id`: the cursor. `subject`: the subject id. `time`: `effectiveAt`. */
export const ChangedRecord = z.strictObject({
  ...attributes,
  type: z.literal('marketing-eligibility.changed.v1'),
  subject: EligibilityChange.shape.subjectId,
  data: EligibilityChange,
})

/** Everything recorded up to `asOf` that concerns this partition lies before this record; `cursor`: the place in the feed up to which that is so. */
export const AsOfData = z.strictObject({ cursor: FeedCursor, asOf: Instant })
export const AsOfRecord = z.strictObject({ ...attributes, type: z.literal('marketing-eligibility.as-of.v1'), data: AsOfData })

const contentType = { 'content-type': 'application/cloudevents+json' }

/** What every record of one sender has in common. `asOf`: epoch ms, read before the rows were. `sentAt`: epoch ms, the record's own time stamp. */
export type Told = { ledgerId: string; place: FeedPlace; asOf: number; sentAt: number }

const keyOf = ({ controller, subjectId, purpose, channel }: EligibilityRow): string => `${controller}|${subjectId}|${purpose}|${channel}`

/** A row's record; after that of an erased subject its tombstone, which says by its headers what it is newer than. */
export const recordsOf = (row: EligibilityRow, { ledgerId, place, asOf, sentAt }: Told): FeedRecord[] => {
  const key = keyOf(row)
  const timestamp = String(sentAt)
  const data = changeOf(row, place, asOf)
  const event: z.infer<typeof ChangedRecord> = {
    specversion: '1.0',
    id: data.cursor,
    source: `urn:uuid:${ledgerId}`,
    type: 'marketing-eligibility.changed.v1',
    subject: data.subjectId,
    time: data.effectiveAt,
    datacontenttype: 'application/json',
    data,
  }
  const record = { key, value: JSON.stringify(event), headers: contentType, timestamp }
  if (row.reason !== 'ERASED') return [record]
  return [record, { key, value: null, headers: { revision: data.revision, effectiveAt: data.effectiveAt }, timestamp }]
}

/** Records of one partition in their order. */
export type Batch = { partition: number; records: FeedRecord[] }

const spread = (records: readonly FeedRecord[], partitions: number): Batch[] => {
  const byPartition = new Map<number, FeedRecord[]>()
  for (const record of records) {
    const partition = partitionOf(record.key, partitions)
    const there = byPartition.get(partition)
    if (there) there.push(record)
    else byPartition.set(partition, [record])
  }
  return [...byPartition].map(([partition, own]) => ({ partition, records: own }))
}

const placeOf = ({ n }: EligibilityRow, epoch: bigint): FeedPlace => {
  if (n === null) throw new LedgerError('INTEGRITY', 'The read model gave a change of the feed that has no place in it')
  return { epoch, n }
}

/** The records of a page of rows, by partition, each key in the order of the feed. Errors: INTEGRITY for a row that has no place in the feed. */
export const batchesOf = (rows: readonly EligibilityRow[], told: Omit<Told, 'place'> & { epoch: bigint }, partitions: number): Batch[] =>
  spread(
    rows.flatMap((row) => recordsOf(row, { ...told, place: placeOf(row, told.epoch) })),
    partitions,
  )

/** One heartbeat for each partition: everything before `place` is stored, and it was all there was at `asOf`. */
export const heartbeats = ({ ledgerId, place, asOf, sentAt }: Told & { asOf: number }, partitions: number): Batch[] =>
  Array.from({ length: partitions }, (_, partition) => {
    const data = { cursor: cursorOf(place), asOf: iso(asOf) }
    const event: z.infer<typeof AsOfRecord> = {
      specversion: '1.0',
      id: `${data.cursor}-${partition}-${sentAt}`,
      source: `urn:uuid:${ledgerId}`,
      type: 'marketing-eligibility.as-of.v1',
      time: data.asOf,
      datacontenttype: 'application/json',
      data,
    }
    return {
      partition,
      records: [{ key: `as-of|${partition}`, value: JSON.stringify(event), headers: contentType, timestamp: String(sentAt) }],
    }
  })
