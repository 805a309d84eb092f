// A read model that changes, the feed that sends it to a real Kafka, and what a new consumer finds there.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { JudgedKey } from '@consent-ledger/domain'
import { startFeed, topicName, type EligibilityFeed, type Feeding } from '@consent-ledger/projector'
import type { EligibilityRow, JudgedSubject, ReadModel } from '@consent-ledger/readmodel'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import kafkajs from 'kafkajs'
import type { Admin, EachBatchPayload } from 'kafkajs'

export const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'
const began = Date.parse('2026-11-23T12:00:00.000Z')

/** How quickly a sender gives the sink up, tells that it is level and looks at groups, in tests. */
export const times = { lease: 3000, heartbeat: 500, groups: 300 }

export const directoryFor = (t: TestContext): string => {
  const directory = mkdtempSync(join(tmpdir(), 'feed-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A read model in a file of its own, level at once. */
export const openRows = async (t: TestContext, file = join(directoryFor(t), 'readmodel.sqlite')): Promise<ReadModel> => {
  const readModel = await openSqliteReadModel({ file, ledgerId })
  t.after(() => readModel.close())
  await readModel.noteAsOf(Date.now())
  return readModel
}

/** The verdict on one subject after `revision` events: a yes by the even ones, a no by the odd ones. */
export const judged = (subject: number, revision: number, over: Partial<JudgedKey> = {}): JudgedSubject => {
  const allowed = revision % 2 === 0
  const at = began + revision * 1000
  const key: JudgedKey = {
    purpose: 'news',
    channel: 'email',
    marketing: true,
    allowed,
    reason: allowed ? 'CONSENT_GIVEN' : 'CONSENT_WITHDRAWN',
    until: null,
    basis: 'consent',
    eventId: `0000${subject.toString(16).padStart(4, '0')}-0000-4000-8000-${revision.toString(16).padStart(12, '0')}`,
    state: allowed ? 'given' : 'withdrawn',
    since: at,
    stateUntil: null,
    objection: null,
    notice: null,
    site: 'campo-fr',
    answerEventId: null,
    answerRevision: null,
    effectiveAt: at,
    dueAt: null,
    ...over,
  }
  const subjectId = subject.toString(16).padStart(32, '0')
  return { controller: 'campo', subjectId, revision: BigInt(revision), keys: [key], announce: false, restrictions: null }
}

const silent = { info: () => {}, warn: () => {}, debug: () => {} }

/** A feed on this read model, stopped with the test. A fault of it is the test's. */
export const sendTo = (t: TestContext, brokers: string, readModel: ReadModel, over: Partial<Feeding> = {}): EligibilityFeed => {
  const feed = startFeed({
    brokers: brokers.split(','),
    ledgerId,
    readModel,
    catalogues: () => [],
    clock: Date.now,
    log: silent,
    onFault: (fault) => {
      throw fault
    },
    times,
    ...over,
  })
  t.after(() => feed.stop())
  return feed
}

const patience = 90_000

/** Asks until the answer is yes; throws `what` if it is not within a minute and a half. */
export const until = async (what: string, isSo: () => boolean | Promise<boolean>, every = 50): Promise<void> => {
  const end = Date.now() + patience
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not so in time: ${what}`)
    await setTimeout(every)
  }
}

/** Waits until everything in the read model is stored. */
export const level = (readModel: ReadModel, feed: EligibilityFeed): Promise<void> =>
  until(
    'everything is sent',
    async () => {
      const { epoch, head } = await readModel.feed()
      const progress = feed.progress()
      return progress.holds && progress.epoch === epoch && progress.sent === head
    },
    5,
  )

/** Changes random subjects of `subjects`, a batch every few ms, until `stop` or the end of the test. */
export const load = (t: TestContext, readModel: ReadModel, subjects: number, batch = 20) => {
  const revisions = new Map<number, number>()
  const ending = new AbortController()
  let changes = 0
  const change = (subject: number): JudgedSubject => {
    const revision = (revisions.get(subject) ?? -1) + 1
    revisions.set(subject, revision)
    return judged(subject, revision)
  }
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const chosen = new Set(Array.from({ length: batch }, () => Math.floor(Math.random() * subjects)))
      await readModel.applyJudged([...chosen].map(change))
      changes += chosen.size
      await setTimeout(5)
    }
  }
  const running = run()
  const stop = (): Promise<void> => {
    ending.abort()
    return running
  }
  // A test that fails has closed the read model by then.
  t.after(() => stop().catch(() => {}))
  return { changes: (): number => changes, stop }
}

/** A client that does not wait long for a broker that is frozen. */
const clientOf = (brokers: string): kafkajs.Kafka =>
  new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING, requestTimeout: 3000 })

export const asking = async <T>(brokers: string, ask: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = clientOf(brokers).admin()
  await admin.connect()
  try {
    return await ask(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Deletes the topic, so that a test begins without it. */
export const withoutTopic = (brokers: string): Promise<void> =>
  asking(brokers, async (admin) => {
    if (!(await admin.listTopics()).includes(topicName)) return
    await admin.deleteTopics({ topics: [topicName] })
    await until('the topic is gone', async () => !(await admin.listTopics()).includes(topicName))
  })

/** A record as it lies in the topic. */
export type Found = { partition: number; offset: bigint; key: string; value: string | null; headers: Record<string, string> }

const found = (partition: number, { offset, key, value, headers = {} }: EachBatchPayload['batch']['messages'][number]): Found => ({
  partition,
  offset: BigInt(offset),
  key: String(key),
  value: value === null ? null : value.toString('utf8'),
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
})

type Ends = { partition: number; low: string; high: string }[]

/** Where each partition begins and ends. A topic that was just made has no leaders for a moment, nor has one whose leader was lost. */
const extent = async (brokers: string, topic: string): Promise<Ends> => {
  let ends: Ends | null = null
  await until('the topic has leaders', async () => {
    ends = await asking(brokers, (admin) => admin.fetchTopicOffsets(topic)).catch(() => null)
    return ends !== null
  })
  return ends ?? []
}

/** The offset behind the last record of each partition. */
export const endsOf = async (brokers: string, topic: string): Promise<Map<number, bigint>> =>
  new Map((await extent(brokers, topic)).map(({ partition, high }) => [partition, BigInt(high)]))

/** Everything that a new consumer reads, from the beginning of each partition to its end as it is now. */
export const readTopic = async (brokers: string, topic = topicName): Promise<Found[]> => {
  const ends = await extent(brokers, topic)
  const left = new Map(ends.filter(({ high, low }) => BigInt(high) > BigInt(low)).map(({ partition, high }) => [partition, BigInt(high)]))
  const all: Found[] = []
  if (left.size === 0) return all
  const consumer = clientOf(brokers).consumer({ groupId: `reader-${process.pid}-${Math.random()}`, maxWaitTimeInMs: 200 })
  const { promise: done, resolve } = Promise.withResolvers<void>()
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const end = left.get(batch.partition)
      if (end === undefined) return
      all.push(...batch.messages.filter(({ offset }) => BigInt(offset) < end).map((message) => found(batch.partition, message)))
      // Not by counting: a compacted topic has holes.
      if (BigInt(batch.lastOffset()) + 1n >= end) left.delete(batch.partition)
      if (left.size === 0) resolve()
    },
  })
  await done
  await consumer.disconnect()
  return all
}

export const isHeartbeat = ({ key }: Found): boolean => key.startsWith('as-of|')

/** The newest record of each key, but for heartbeats; tombstones are gone. */
export const lastOfEach = (records: readonly Found[]): Map<string, Found> => {
  const last = new Map<string, Found>()
  for (const record of records) if (!isHeartbeat(record)) last.set(record.key, record)
  for (const [key, { value }] of last) if (value === null) last.delete(key)
  return last
}

type Verdict = { allowed: boolean; revision: string; effectiveAt: string; cursor: string; subjectId: string }
export const verdictIn = ({ value }: Found): Verdict => (JSON.parse(value ?? '{}') as { data: Verdict }).data

/** Every row of the feed. */
export const rowsOf = async (readModel: ReadModel): Promise<EligibilityRow[]> => {
  const rows: EligibilityRow[] = []
  for (let after = 0n; ;) {
    const page = await readModel.changes({ after, limit: 10_000 })
    rows.push(...page.rows)
    if (page.rows.length === 0) return rows
    after = page.next
    await setImmediate()
  }
}

/** The newest record of each key is what the read model says now: nothing lost, nothing overtaken. */
export const demandNewest = async (brokers: string, readModel: ReadModel): Promise<Found[]> => {
  const records = await readTopic(brokers)
  const last = lastOfEach(records)
  const rows = await rowsOf(readModel)
  const differing = rows.filter((row) => {
    const record = last.get(`${row.controller}|${row.subjectId}|${row.purpose}|${row.channel}`)
    return record === undefined || verdictIn(record).revision !== String(row.revision) || verdictIn(record).allowed !== row.allowed
  })
  assert.deepEqual(differing, [], `${differing.length} of ${rows.length} keys`)
  assert.equal(last.size, rows.length)
  return records
}
