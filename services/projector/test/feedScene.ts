// A feed on a read model in memory, and a broker that keeps what it is sent, or fails as told: before it stored anything, or after.
import type { TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { JudgedKey } from '@consent-ledger/domain'
import type { ReadModel } from '@consent-ledger/readmodel'
import { openSqliteReadModel } from '@consent-ledger/readmodel/sqlite'
import { startFeed, type EligibilityFeed, type Feeding } from '../src/feed/index.ts'
import type { Batch, FeedRecord } from '../src/feed/records.ts'
import type { Producing, Wire } from '../src/feed/wire.ts'

export const now = Date.parse('2026-11-23T12:00:00.000Z')
export const ledgerId = '6f1c2f0e-7f2b-4c7e-9d35-0f6f3f6a1d11'
export const subjectId = (n: number): string => n.toString(16).padStart(32, '0')

/** The verdict on one key of a subject after `revision` events: a yes by the even ones, a no by the odd ones. */
export const judgedKey = (revision: number, over: Partial<JudgedKey> = {}): JudgedKey => {
  const allowed = revision % 2 === 0
  return {
    purpose: 'news',
    channel: 'email',
    marketing: true,
    allowed,
    reason: allowed ? 'CONSENT_GIVEN' : 'CONSENT_WITHDRAWN',
    until: null,
    basis: 'consent',
    eventId: `00000000-0000-4000-8000-${revision.toString(16).padStart(12, '0')}`,
    state: allowed ? 'given' : 'withdrawn',
    since: now,
    stateUntil: null,
    objection: null,
    notice: null,
    site: 'campo-fr',
    answerEventId: null,
    answerRevision: null,
    effectiveAt: now - 60_000 + revision,
    dueAt: null,
    ...over,
  }
}

/** Subjects `from` to `to` (exclusive) are judged anew, each by its events up to `revision`. */
export const judge = (readModel: ReadModel, from: number, to: number, revision: number, over: Partial<JudgedKey> = {}): Promise<void> =>
  readModel.applyJudged(
    Array.from({ length: to - from }, (_, n) => ({
      controller: 'campo',
      subjectId: subjectId(from + n),
      revision: BigInt(revision),
      keys: [judgedKey(revision, over)],
      announce: false,
      restrictions: null,
    })),
  )

export const openedRows = async (t: TestContext): Promise<ReadModel> => {
  const readModel = await openSqliteReadModel({ file: ':memory:', ledgerId })
  t.after(() => readModel.close())
  await readModel.noteAsOf(now)
  return readModel
}

/** What a broker may do with one send: take it, refuse it, or take it and not say so. */
export type Answer = 'stored' | 'refused' | 'silent'
export const answers: readonly Answer[] = ['stored', 'refused', 'silent']

/** As a broker refuses: kafkajs wraps its word. */
export const refusal = (type: string): Error => new Error('retries exceeded', { cause: Object.assign(new Error(type), { type }) })

export class Broker {
  partitions: FeedRecord[][] = Array.from({ length: 3 }, () => [])
  topicIsThere = true
  /** Of the nth send, from 1. */
  answer: (nth: number, batch: Batch) => Answer = () => 'stored'
  error: Error = refusal('NOT_ENOUGH_REPLICAS')
  readonly groups = new Map<string, ReadonlyMap<number, bigint>>()
  #sends = 0
  #frozen: Promise<void> | null = null
  #met = false

  get sends(): number {
    return this.#sends
  }

  get records(): FeedRecord[] {
    return this.partitions.flat()
  }

  get wire(): Wire {
    return {
      topicIsThere: async () => this.topicIsThere,
      makeTopic: async () => void (this.topicIsThere = true),
      committed: async () => this.groups,
      produce: async () => this.#produce(),
    }
  }

  #produce(): Producing {
    return {
      partitions: this.partitions.length,
      ends: this.partitions.map(({ length }) => BigInt(length)),
      store: async (batch) => this.#store(batch),
      close: async () => {},
    }
  }

  /** The next send does not reach the broker until it thaws, whatever is sent meanwhile. */
  freezeNext(): { isFrozen: () => boolean; thaw: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#frozen = promise
    return { isFrozen: () => this.#met, thaw: resolve }
  }

  async #store(batch: Batch): Promise<bigint> {
    const frozen = this.#frozen
    this.#frozen = null
    if (frozen) {
      this.#met = true
      await frozen
    }
    const answer = this.answer(++this.#sends, batch)
    await setImmediate()
    const log = this.partitions[batch.partition] ?? []
    if (answer !== 'refused') log.push(...batch.records)
    if (answer !== 'stored') throw this.error
    return BigInt(log.length)
  }
}

export type Feeds = {
  feed: EligibilityFeed
  faults: unknown[]
  warnings: string[]
  /** Waits until `done`; a fault of the feed ends the wait. */
  until: (done: () => boolean | Promise<boolean>) => Promise<void>
  level: () => Promise<void>
}

/** What is sent, and how far it is to be. */
export type Sent = Feeding['readModel'] & Pick<ReadModel, 'feed'>

/** A feed that stops with the test, awake all the time; what it says is kept. */
export const feeding = (t: TestContext, broker: Broker, readModel: Sent, over: Partial<Feeding> = {}): Feeds => {
  const faults: unknown[] = []
  const warnings: string[] = []
  const feed = startFeed({
    brokers: [],
    ledgerId,
    readModel,
    catalogues: () => [],
    clock: () => now,
    log: { info: () => {}, debug: () => {}, warn: (_, message) => void warnings.push(message) },
    onFault: (fault) => void faults.push(fault),
    ticker: () => () => {},
    times: { lease: 60_000, heartbeat: 1_000_000, groups: 1_000_000 },
    wire: broker.wire,
    ...over,
  })
  t.after(() => feed.stop())
  const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await done())) {
      if (faults.length > 0) throw faults[0]
      t.signal.throwIfAborted()
      feed.wake()
      await setImmediate()
    }
  }
  const level = (): Promise<void> =>
    until(async () => {
      const { epoch, head } = await readModel.feed()
      const { holds, epoch: sentEpoch, sent } = feed.progress()
      return holds && sentEpoch === epoch && sent === head
    })
  return { feed, faults, warnings, until, level }
}

type Value = { type: string; time: string; data: { subjectId: string; revision: string; cursor: string; allowed: boolean; asOf: string } }
export const valueOf = ({ value }: FeedRecord): Value => JSON.parse(value ?? '{}') as Value
export const isHeartbeat = ({ key }: FeedRecord): boolean => key.startsWith('as-of|')

/** The newest record of each key, in a topic that is read from its beginning. */
export const newest = (broker: Broker): Map<string, FeedRecord> =>
  new Map(broker.records.filter((record) => !isHeartbeat(record)).map((record) => [record.key, record]))
