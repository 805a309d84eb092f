// The records of the topic and where they go: their form, the partition of a key, the settings without which records would be lost, and what a broker's answer is worth.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { EligibilityRow } from '@consent-ledger/readmodel'
import kafkajs from 'kafkajs'
import { kafkaCode, remedyFor, why } from '../src/feed/failures.ts'
import { AsOfRecord, ChangedRecord, partitionOf } from '../src/feed/index.ts'
import { batchesOf, heartbeats, recordsOf, type FeedRecord } from '../src/feed/records.ts'
import { mostInBatch } from '../src/feed/storing.ts'
import { largestBatch, unsuitable } from '../src/feed/topic.ts'
import { offsetBehind } from '../src/feed/wire.ts'
import { judgedKey, ledgerId, now, refusal, subjectId } from './feedScene.ts'

const row = (over: Partial<EligibilityRow> = {}): EligibilityRow => ({
  ...judgedKey(3),
  controller: 'campo',
  subjectId: subjectId(7),
  revision: 3n,
  n: 12n,
  stopped: null,
  ...over,
})
const told = { ledgerId, place: { epoch: 5n, n: 12n }, asOf: now, sentAt: now + 1 }
const json = ({ value }: FeedRecord): unknown => JSON.parse(value ?? 'null')

describe('a record', () => {
  it('is a CloudEvent under the key of its controller, subject, purpose and channel', () => {
    const [record, ...more] = recordsOf(row(), told)
    assert.ok(record)
    assert.deepEqual(more, [])
    assert.deepEqual([record.key, record.headers], [`campo|${subjectId(7)}|news|email`, { 'content-type': 'application/cloudevents+json' }])
    const event = ChangedRecord.parse(json(record))
    assert.deepEqual([event.id, event.subject, event.time], ['5.12', subjectId(7), event.data.effectiveAt])
    assert.deepEqual([event.data.revision, event.data.allowed, event.data.reason], ['3', false, 'CONSENT_WITHDRAWN'])
  })
  it('of an erased subject is a no, and then a tombstone that says what it is newer than', () => {
    const [record, tombstone] = recordsOf(row({ reason: 'ERASED', basis: null }), told)
    assert.ok(record && tombstone)
    const { data } = ChangedRecord.parse(json(record))
    assert.deepEqual([data.allowed, data.reason], [false, 'ERASED'])
    assert.deepEqual([tombstone.key, tombstone.value], [record.key, null])
    assert.deepEqual(tombstone.headers, { revision: data.revision, effectiveAt: data.effectiveAt })
  })
  it('of a partition that is level names the place and the moment', () => {
    const beats = heartbeats({ ...told, asOf: now }, 2)
    assert.deepEqual(
      beats.map(({ partition, records }) => [partition, records[0]?.key]),
      [
        [0, 'as-of|0'],
        [1, 'as-of|1'],
      ],
    )
    const ids = beats.flatMap(({ records }) => records).map((record) => AsOfRecord.parse(json(record)))
    assert.deepEqual(ids[0]?.data, { cursor: '5.12', asOf: '2026-11-23T12:00:00.000Z' })
    assert.equal(new Set(ids.map(({ id }) => id)).size, 2)
  })
  it('is small enough that a full batch of the largest fits what a broker takes', () => {
    const id = 'x'.repeat(63)
    const widest = row({
      controller: id,
      purpose: id,
      reason: 'BASIS_NOT_FOR_CHANNEL',
      basis: 'legitimate-interest',
      until: now,
      revision: 2n ** 63n,
    })
    const [record] = recordsOf(widest, { ...told, place: { epoch: 10n ** 16n - 1n, n: 10n ** 18n - 1n } })
    assert.ok(record)
    const overhead = 100
    const bytes = Buffer.byteLength(record.key) + Buffer.byteLength(record.value ?? '') + overhead
    assert.ok(bytes * mostInBatch <= largestBatch, `${bytes} bytes`)
  })
  it('keeps the order of the feed within its partition', () => {
    const rows = Array.from({ length: 100 }, (_, n) => row({ subjectId: subjectId(n % 10), n: BigInt(n) }))
    for (const { partition, records } of batchesOf(rows, { ...told, epoch: 5n }, 4)) {
      assert.ok(records.every(({ key }) => partitionOf(key, 4) === partition))
      const places = records.map((record) => Number(ChangedRecord.parse(json(record)).id.split('.')[1]))
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
      )
    }
  })
})

describe('the partition of a key', () => {
  it("is the one that Kafka's own clients choose", () => {
    const theirs = kafkajs.Partitioners.DefaultPartitioner()
    const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 1,
      replicas: [1],
      isr: [1],
    }))
    const keys = ['', 'a', 'ab', 'abc', 'abcd', 'é', ...Array.from({ length: 500 }, (_, n) => `campo|${subjectId(n * 7919)}|news|email`)]
    for (const key of keys) {
      const message = { key: Buffer.from(key), value: '' }
      assert.equal(partitionOf(key, 12), theirs({ topic: 'any', partitionMetadata, message }), key)
    }
  })
})

describe('a topic that is there', () => {
  const good = {
    'cleanup.policy': 'compact',
    'min.insync.replicas': '2',
    'unclean.leader.election.enable': 'false',
    'max.message.bytes': '1048588',
  }
  const fault = (over: Record<string, string>, replication = 3): string | null =>
    unsuitable(new Map(Object.entries({ ...good, ...over })), replication)
  it('is used if nothing can be lost or deleted in it', () => {
    assert.equal(fault({}), null)
    assert.equal(fault({ 'min.insync.replicas': '1' }, 1), null)
  })
  for (const [name, value] of [
    ['cleanup.policy', 'delete'],
    ['cleanup.policy', 'compact,delete'],
    ['min.insync.replicas', '1'],
    ['unclean.leader.election.enable', 'true'],
    ['max.message.bytes', '65536'],
  ] as const)
    it(`is not used with ${name}=${value}, and the log can say so`, () => {
      const said = fault({ [name]: value }) ?? ''
      assert.ok(said.startsWith(`${name} must be`), said)
      assert.match(`nothing is sent to Kafka, for of the topic ${said}`, /^[A-Za-z][A-Za-z ,.'-]{0,100}$/)
    })
})

describe('an answer of kafkajs', () => {
  const batch = { partition: 4, records: [{ key: 'k', value: 'v', headers: {}, timestamp: '0' }] }
  const entry = { topicName: 'any', partition: 4, errorCode: 0, baseOffset: '41' }
  it('counts if it is one entry, of that partition, without an error', () => {
    assert.equal(offsetBehind([entry], batch), 42n)
  })
  it('is no proof that anything is stored if it is anything else', () => {
    for (const answer of [[], [entry, entry], [{ ...entry, partition: 5 }], [{ ...entry, errorCode: 7 }]])
      assert.throws(() => offsetBehind(answer, batch), { code: 'FEED_UNAVAILABLE' })
  })
})

describe('a failure of Kafka', () => {
  it('is tried again with the same records, unless the producer is lost or the record never fits', () => {
    assert.equal(remedyFor(new Error('away')), 'again')
    assert.equal(remedyFor(refusal('NOT_ENOUGH_REPLICAS')), 'again')
    assert.equal(remedyFor(refusal('OUT_OF_ORDER_SEQUENCE_NUMBER')), 'anew')
    assert.equal(remedyFor(refusal('MESSAGE_TOO_LARGE')), 'never')
  })
  it('is named by the word of the broker, also inside an aggregate of kafkajs', () => {
    assert.equal(kafkaCode(Object.assign(new Error('bad'), { errors: [{ type: 'INVALID_CONFIG' }] })), 'INVALID_CONFIG')
    assert.equal(why(refusal('NOT_ENOUGH_REPLICAS')), 'not enough replicas')
    assert.equal(why(new TypeError('x')), 'TypeError')
  })
})
