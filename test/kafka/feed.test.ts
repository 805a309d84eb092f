// The eligibility feed on a real Kafka: the whole way from a post to the record, the topic and its settings, compaction, order, and what consumer groups have read.
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { partitionOf, topicName } from '@consent-ledger/projector'
import kafkajs from 'kafkajs'
import { openKafka, whyNoKafka } from '../harness/kafka.ts'
import { LedgerProcess, place, request, signUp } from '../harness/ledger.ts'
import { payloadOf } from './published.ts'
import {
  asking,
  demandNewest,
  directoryFor,
  isHeartbeat,
  judged,
  lastOfEach,
  level,
  openRows,
  readTopic,
  rowsOf,
  sendTo,
  until,
  verdictIn,
  withoutTopic,
  type Found,
} from './scene.ts'

const kafka = await openKafka()
const brokers = 'brokers' in kafka ? kafka.brokers : ''
after(async () => {
  if ('brokers' in kafka) await kafka.close()
})

/** A name of its own: what a group has committed stays on a broker that is shared. */
const group = `newsletter-tool-${process.pid}`

const settingsOf = (): Promise<Map<string, string>> =>
  asking(brokers, async (admin) => {
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topicName }]
    const { resources: told } = await admin.describeConfigs({ resources, includeSynonyms: false })
    return new Map(told[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]))
  })

/** A topic that somebody else made. */
const made = (settings: Record<string, string>, numPartitions = 3): Promise<boolean> =>
  asking(brokers, (admin) =>
    admin.createTopics({
      topics: [
        {
          topic: topicName,
          numPartitions,
          replicationFactor: 1,
          configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
        },
      ],
    }),
  )

/** The example's ledger, in which the group is told of commercial mail. */
const ledgerWithRecipient = async (t: TestContext, id: string): Promise<LedgerProcess> => {
  const where = place()
  const catalogue = join(directoryFor(t), 'catalogue')
  cpSync(new URL('../../examples/huttopia/', import.meta.url), catalogue, { recursive: true })
  const file = join(catalogue, 'catalogue.yaml')
  const recipient = `[ { id: ${id}, name: Invented Mailings, country: FR, role: processor, stopWithin: PT1H } ]`
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/(- id: commercial-mail\n(?: {4}.*\n)*? {4}recipients: )\[\]/, `$1${recipient}`))
  const ledger = await LedgerProcess.start(where.data, { env: { KAFKA_BROKERS: brokers, LEDGER_CATALOGUE: file } })
  t.after(async () => {
    await ledger.stop('SIGKILL')
    where.remove()
  })
  return ledger
}

const isChanged = payloadOf('changed')
const isAsOf = payloadOf('asOf')

/** Whoever reads the records as docs/asyncapi.yaml says can; nobody is named in them. */
const demandReadable = (records: readonly Found[]): void => {
  for (const record of records) {
    assert.doesNotMatch(`${record.key} ${record.value}`, /anna|martin|example\.org/)
    assert.equal(record.headers['content-type'], 'application/cloudevents+json')
    const isReadable = isHeartbeat(record) ? isAsOf : isChanged
    assert.ok(isReadable(JSON.parse(record.value ?? 'null')), JSON.stringify(isReadable.errors))
  }
}

/** A system that reads the topic and does nothing with it. */
const consumeAs = async (t: TestContext, groupId: string): Promise<void> => {
  const client = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING })
  const consumer = client.consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  t.after(() => consumer.disconnect())
  await consumer.subscribe({ topic: topicName, fromBeginning: true })
  await consumer.run({ autoCommitInterval: 100, eachMessage: async () => {} })
}

/** Stops that the recipient has not applied yet; null before its first word. */
const pendingOf = async (ledger: LedgerProcess): Promise<number | null> => {
  const { status, text } = await request(ledger.url, 'GET', '/v1/propagation', { key: ledger.keys.operators.marketing })
  assert.equal(status, 200, text)
  const { recipients } = JSON.parse(text) as { recipients: { acknowledged: object | null; pending: { count: number } }[] }
  const [recipient] = recipients
  return recipient?.acknowledged ? recipient.pending.count : null
}

describe('the eligibility feed on Kafka', { skip: whyNoKafka(kafka) }, () => {
  it('tells a yes and its withdrawal, from the post to the record, and hears from a consumer group that they were read', async (t) => {
    await withoutTopic(brokers)
    const ledger = await ledgerWithRecipient(t, group)
    const post = (path: string, idempotencyKey: string, body: object) =>
      request(ledger.url, 'POST', path, { key: ledger.keys.sites['huttopia-fr']?.secret ?? '', idempotencyKey, body })
    const given = await post('/v1/consents', 'one', signUp('anna.martin@example.org'))
    assert.equal(given.status, 201, given.text)
    const { subjectId } = (JSON.parse(given.text) as { receipt: { subjectId: string } }).receipt
    const isTold = async (allowed: boolean): Promise<boolean> => {
      const record = lastOfEach(await readTopic(brokers)).get(`huttopia|${subjectId}|commercial-mail|email`)
      return record !== undefined && verdictIn(record).allowed === allowed
    }
    await until('the topic is there', () => asking(brokers, async (admin) => (await admin.listTopics()).includes(topicName)))
    await until('the yes is told', () => isTold(true))
    const subject = { identifiers: [{ scheme: 'email', value: 'anna.martin@example.org' }] }
    assert.equal((await post('/v1/withdrawals', 'two', { subject, purposes: ['commercial-mail'] })).status, 201)
    await until('the no is told', () => isTold(false))
    demandReadable(await readTopic(brokers))
    const { text } = await request(ledger.url, 'GET', '/metrics')
    assert.match(text, /^ledger_feed_sends 1$/m)
    assert.match(text, /^ledger_feed_lag_changes 0$/m)
    await consumeAs(t, group)
    await until('the group is heard', async () => (await pendingOf(ledger)) === 0)
    assert.equal((await ledger.stop()).code, 0)
  })

  it('makes the topic so that nothing is lost in it', async (t) => {
    await withoutTopic(brokers)
    const readModel = await openRows(t)
    await readModel.applyJudged([judged(1, 0)])
    const feed = sendTo(t, brokers, readModel)
    await level(readModel, feed)
    const settings = await settingsOf()
    assert.deepEqual(
      ['cleanup.policy', 'unclean.leader.election.enable', 'max.compaction.lag.ms', 'delete.retention.ms'].map((name) =>
        settings.get(name),
      ),
      ['compact', 'false', '86400000', '604800000'],
    )
    await feed.stop()
  })

  it('sends nothing to a topic in which records would be deleted, says why, and begins when it is mended', async (t) => {
    await withoutTopic(brokers)
    await made({ 'cleanup.policy': 'compact,delete' })
    const readModel = await openRows(t)
    await readModel.applyJudged([judged(1, 0)])
    const said: string[] = []
    const log = { info: () => {}, debug: () => {}, warn: (_: object, message: string) => void said.push(message) }
    const feed = sendTo(t, brokers, readModel, { log })
    await until('it says why', () => said.length > 1)
    assert.deepEqual(
      new Set(said),
      new Set(['nothing is sent to Kafka, for of the topic cleanup.policy must be compact, and nothing else']),
    )
    assert.deepEqual(await readTopic(brokers), [])
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }]
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topicName, configEntries }]
    await asking(brokers, (admin) => admin.alterConfigs({ validateOnly: false, resources }))
    await level(readModel, feed)
    await demandNewest(brokers, readModel)
    await feed.stop()
  })

  it('leaves a new consumer exactly the current state after compaction, tombstones included', async (t) => {
    await withoutTopic(brokers)
    const quick = { 'min.cleanable.dirty.ratio': '0.01', 'segment.ms': '500', 'segment.bytes': '1048576', 'delete.retention.ms': '500' }
    await made({ 'cleanup.policy': 'compact', ...quick }, 2)
    const readModel = await openRows(t)
    const feed = sendTo(t, brokers, readModel)
    for (let revision = 0; revision < 10; revision++) {
      await readModel.applyJudged(Array.from({ length: 200 }, (_, subject) => judged(subject, revision)))
      await level(readModel, feed)
    }
    await readModel.applyJudged([judged(0, 10, { allowed: false, reason: 'ERASED', basis: null })])
    // The active segment is never cleaned: heartbeats go on, each partition gets new ones.
    const isCompacted = async (): Promise<boolean> => (await readTopic(brokers)).filter((record) => !isHeartbeat(record)).length < 250
    await until('the topic is compacted', isCompacted)
    await level(readModel, feed)
    const last = lastOfEach(await readTopic(brokers))
    const rows = (await rowsOf(readModel)).filter(({ reason }) => reason !== 'ERASED')
    assert.deepEqual(
      [...last.values()].map((record) => `${verdictIn(record).subjectId} ${verdictIn(record).revision}`).sort(),
      rows.map(({ subjectId, revision }) => `${subjectId} ${revision}`).sort(),
    )
    assert.equal(rows.length, 199)
    await feed.stop()
  })

  it('keeps the order of each key over a hundred thousand changes', async (t) => {
    await withoutTopic(brokers)
    const readModel = await openRows(t)
    const feed = sendTo(t, brokers, readModel)
    const subjects = 5000
    const changes = 20
    for (let revision = 0; revision < changes; revision++) {
      await readModel.applyJudged(Array.from({ length: subjects }, (_, subject) => judged(subject, revision)))
      feed.wake()
      // Each change is told, not only the last of those between two looks.
      await level(readModel, feed)
    }
    const records = (await readTopic(brokers)).filter((record) => !isHeartbeat(record))
    assert.equal(records.length, subjects * changes)
    const next = new Map<string, number>()
    for (const record of records) {
      assert.equal(record.partition, partitionOf(record.key, 12))
      assert.equal(verdictIn(record).revision, String(next.get(record.key) ?? 0), record.key)
      next.set(record.key, (next.get(record.key) ?? 0) + 1)
    }
    await feed.stop()
  })
})
