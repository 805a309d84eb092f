// The eligibility feed on a real Kafka: from a withdrawal to its record, and a replay of everything, each against the same bytes bare.
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { EventStore } from '@consent-ledger/eventstore'
import { openSqliteEventStore } from '@consent-ledger/eventstore/sqlite'
import { topicName } from '@consent-ledger/projector'
import { openKafka } from '@consent-ledger/test/kafka'
import type { Kafka, Producer } from 'kafkajs'
import { median, type Figure, type Measured } from '../figure.ts'
import { newPath } from '../running/place.ts'
import { addressOf, withPeople, type Peopled } from '../running/people.ts'
import { operatorKey, siteKey } from '../running/program.ts'
import { kafkaOf, readTopic, type Arrived, type Reading } from '../running/topic.ts'

const withdrawals = 300
const rounds = 3
/** Records in one send, as the feed's own. */
const inSend = 500
const bareTopic = 'bare'

type Change = { type: string; data: { subjectId: string; allowed: boolean; cursor: string } }
const changeOf = ({ value }: Arrived): Change | null => {
  const event = value === null ? null : (JSON.parse(value) as Change)
  return event?.type === 'marketing-eligibility.changed.v1' ? event : null
}
const epochOf = (change: Change | null): number => Number(change?.data.cursor.split('.')[0] ?? 0)

const p99 = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN

/** Each alone: the next one a little after the last has arrived, at no fixed beat. */
const betweenTwo = (): Promise<void> => setTimeout(30 + Math.random() * 60)

/** ms of withdrawal number `n`, from its first byte to its record at a consumer. */
const ours = async ({ ledger, data, people }: Peopled, reading: Reading, n: number): Promise<number> => {
  const begun = performance.now()
  const reply = await fetch(`${ledger.url}/v1/withdrawals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${siteKey(data)}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({
      subject: { identifiers: [{ scheme: 'email', value: addressOf(people.first + n) }] },
      purposes: ['commercial-mail'],
    }),
  })
  const { receipt } = (await reply.json()) as { receipt: { subjectId: string } }
  const arrived = await reading.next((record) => {
    if (!record.key.includes(receipt.subjectId)) return false
    return changeOf(record)?.data.allowed === false && record.at >= begun
  })
  return arrived.at - begun
}

/** ms of the same without a ledger: an event of the same size appended durably, then a record of the same bytes produced, until a consumer has it. */
const bareStop = async (store: EventStore, producer: Producer, reading: Reading, example: Arrived, n: number): Promise<number> => {
  const begun = performance.now()
  const recordedAt = new Date().toISOString()
  const id = randomUUID()
  await store.append(`subject-${randomUUID().replaceAll('-', '')}`, -1n, [
    {
      id,
      type: 'ConsentWithdrawn',
      data: { padding: 'x'.repeat(700) },
      metadata: { schemaVersion: 1, recordedAt, writer: { kind: 'site', id: 'bench', trust: 'secret' }, actId: id },
    },
  ])
  await producer.send({ topic: bareTopic, acks: -1, messages: [{ key: id, value: example.value, partition: n % 12 }] })
  return (await reading.next(({ key }) => key === id)).at - begun
}

/** Both in turns, so that what else the machine does falls on both. */
const stopsInTurns = async (
  peopled: Peopled,
  told: Reading,
  producer: Producer,
  bare: Reading,
): Promise<Record<'ours' | 'bare', number[]>> => {
  const store = await openSqliteEventStore({
    directory: newPath('feed-bare'),
    onFatal: (fault) => {
      throw fault
    },
  })
  const example = await told.next((record) => changeOf(record) !== null)
  const took: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] }
  for (let n = 0; n < withdrawals; n++) {
    await betweenTwo()
    took.ours.push(await ours(peopled, told, n))
    await betweenTwo()
    took.bare.push(await bareStop(store, producer, bare, example, n))
  }
  await store.close()
  return took
}

/** Seconds until a consumer has everything of the next epoch, and what it was. */
const replay = async ({ ledger, data }: Peopled, reading: Reading): Promise<{ seconds: number; records: Arrived[] }> => {
  const newest = (): number => reading.all().reduce((most, record) => Math.max(most, epochOf(changeOf(record))), 0)
  const before = newest()
  const keys = new Set(
    reading
      .all()
      .filter((record) => changeOf(record) !== null)
      .map(({ key }) => key),
  )
  const begun = performance.now()
  const reply = await fetch(`${ledger.url}/v1/eligibility/replay`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorKey(data, 'admin')}` },
  })
  if (reply.status !== 202) throw new Error(`the replay answered ${reply.status}`)
  const records: Arrived[] = []
  const last = await reading.next((record) => {
    if (record.at < begun || epochOf(changeOf(record)) <= before) return false
    return records.push(record) === keys.size
  })
  return { seconds: (last.at - begun) / 1000, records }
}

/** Seconds until a consumer has the same records, produced in the same portions by the client as it is. */
const bareReplay = async (producer: Producer, reading: Reading, records: readonly Arrived[]): Promise<number> => {
  const mark = randomUUID()
  const byPartition = Map.groupBy(records, ({ partition }) => partition)
  const begun = performance.now()
  const sending = [...byPartition].map(async ([partition, own]) => {
    for (let from = 0; from < own.length; from += inSend) {
      const messages = own.slice(from, from + inSend).map(({ key, value }) => ({ key: `${mark}${key}`, value, partition }))
      await producer.send({ topic: bareTopic, acks: -1, messages })
    }
  })
  let come = 0
  const last = reading.next(({ key }) => key.startsWith(mark) && ++come === records.length)
  await Promise.all(sending)
  return ((await last).at - begun) / 1000
}

const measureOn = async (kafka: Kafka, peopled: Peopled): Promise<Measured> => {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: bareTopic, numPartitions: 12 }], waitForLeaders: true })
  await admin.disconnect()
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const [told, bare] = [await readTopic(kafka, topicName), await readTopic(kafka, bareTopic)]
  const stops = await stopsInTurns(peopled, told, producer, bare)
  const replays: { ours: number[]; bare: number[]; count: number } = { ours: [], bare: [], count: 0 }
  for (let n = 0; n <= rounds; n++) {
    const { seconds, records } = await replay(peopled, told)
    const without = await bareReplay(producer, bare, records)
    replays.count = records.length
    if (n === 0) continue
    replays.ours.push(seconds)
    replays.bare.push(without)
  }
  await told.stop()
  await bare.stop()
  await producer.disconnect()
  return {
    ratios: [
      {
        what: 'a withdrawal to its record, p99',
        of: 'a bare append and produce of the same bytes, p99',
        ratio: p99(stops.ours) / p99(stops.bare),
        bar: { most: 2 },
      },
      {
        what: 'records/s of a replay',
        of: 'a bare producer with the same batches',
        ratio: median(replays.bare) / median(replays.ours),
        bar: { least: 0.5 },
      },
    ],
    notes: [
      `withdrawal to record: p50 ${median(stops.ours).toFixed(1)} ms, p99 ${p99(stops.ours).toFixed(1)} ms; bare p50 ${median(stops.bare).toFixed(1)} ms, p99 ${p99(stops.bare).toFixed(1)} ms`,
      `replay of ${replays.count} records: ${median(replays.ours).toFixed(2)} s; bare ${median(replays.bare).toFixed(2)} s`,
    ],
  }
}

export const feed: Figure = {
  name: 'feed',
  about: 'the feed on a real Kafka: each withdrawal alone, then a replay of everything',
  measure: async () => {
    const opened = await openKafka()
    if (!('brokers' in opened)) return { ratios: [], notes: [`not measured: ${opened.skip}`] }
    try {
      const peopled = await withPeople('feed', 10, { KAFKA_BROKERS: opened.brokers })
      const measured = await measureOn(kafkaOf(opened.brokers), peopled)
      await peopled.ledger.stop()
      return measured
    } finally {
      await opened.close()
    }
  },
}
