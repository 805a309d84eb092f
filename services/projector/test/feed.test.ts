// The sink of the eligibility feed: whatever a broker or the read model does, nothing is lost, nothing is skipped, and the newest record of a key is the last.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import type { ReadModel } from '@consent-ledger/readmodel'
import { answers, Broker, feeding, isHeartbeat, judge, newest, now, openedRows, refusal, valueOf, type Sent } from './feedScene.ts'

/** The newest record of each of `count` subjects is the one of `revision`. */
const demandAll = (broker: Broker, count: number, revision: number): void => {
  const last = [...newest(broker).values()].map((record) => valueOf(record).data.revision)
  assert.deepEqual([last.length, new Set(last)], [count, new Set([String(revision)])])
}

describe('the feed', () => {
  it('sends every change, from zero, each key as it is now', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 50, 0)
    await judge(readModel, 0, 50, 1)
    const { level } = feeding(t, broker, readModel)
    await level()
    demandAll(broker, 50, 1)
    await judge(readModel, 10, 20, 2)
    await level()
    assert.equal([...newest(broker).values()].filter((record) => valueOf(record).data.allowed).length, 10)
  })
  it('goes on where the one before it stopped', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 5, 0)
    const first = feeding(t, broker, readModel)
    await first.level()
    await first.feed.stop()
    await judge(readModel, 5, 7, 0)
    const sent = broker.records.length
    const second = feeding(t, broker, readModel)
    await second.level()
    assert.equal(broker.records.slice(sent).filter((record) => !isHeartbeat(record)).length <= 2, true)
    demandAll(broker, 7, 0)
  })
  it('says nothing while the read model is filled from zero', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await readModel.reset()
    await judge(readModel, 0, 5, 0)
    const { feed, level, until } = feeding(t, broker, readModel)
    await until(() => feed.progress().holds)
    let looks = 0
    await until(() => looks++ > 50)
    assert.equal(broker.sends, 0)
    await readModel.noteAsOf(now)
    await level()
    demandAll(broker, 5, 0)
  })
  it('tells everything again in a new epoch', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 5, 0)
    const { level } = feeding(t, broker, readModel)
    await level()
    await readModel.newEpoch()
    await level()
    const { epoch } = await readModel.feed()
    const cursors = [...newest(broker).values()].map((record) => valueOf(record).data.cursor)
    assert.ok(cursors.every((cursor) => cursor.startsWith(`${epoch}.`)))
  })
  it('fills a topic that was deleted and made anew', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 20, 0)
    const { level, until } = feeding(t, broker, readModel)
    await level()
    broker.partitions = [[], [], []]
    await judge(readModel, 0, 1, 1)
    await until(() => newest(broker).size === 20)
    await level()
  })
  it('fills a topic that it finds empty, and makes one that is missing', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 20, 0)
    const first = feeding(t, broker, readModel)
    await first.level()
    await first.feed.stop()
    const other = new Broker()
    other.topicIsThere = false
    const { until } = feeding(t, other, readModel)
    await until(() => newest(other).size === 20)
  })
})

describe('a heartbeat', () => {
  it('comes in every partition, after everything that it vouches for', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 30, 0)
    const { level, until } = feeding(t, broker, readModel)
    await level()
    await until(() => broker.partitions.every((log) => log.some(isHeartbeat)))
    for (const log of broker.partitions) {
      assert.equal(log.findIndex(isHeartbeat), log.length - 1)
      assert.equal(valueOf(log.at(-1) ?? assert.fail()).data.asOf, new Date(now).toISOString())
    }
  })
  it('tells no moment that was noted after the page was read', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 3, 0)
    // Whatever is recorded up to the later moment is not in the page that is being sent.
    let later: Promise<void> = Promise.resolve()
    broker.answer = (nth) => {
      if (nth === 1) later = judge(readModel, 3, 6, 0).then(() => readModel.noteAsOf(now + 5000))
      return 'stored'
    }
    const { until } = feeding(t, broker, readModel)
    await until(() => broker.records.filter(isHeartbeat).length === 3)
    await later
    assert.deepEqual(
      new Set(broker.records.filter(isHeartbeat).map((record) => valueOf(record).data.asOf)),
      new Set([new Date(now).toISOString()]),
    )
  })
  it('holds nothing up: what is applied while the first is sent goes before the last', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 1, 0)
    const sent: ('heartbeat' | 'change')[] = []
    let later: Promise<void> = Promise.resolve()
    broker.answer = (_, { records }) => {
      const kind = records.some(isHeartbeat) ? 'heartbeat' : 'change'
      if (kind === 'heartbeat' && !sent.includes(kind)) later = judge(readModel, 0, 1, 1)
      sent.push(kind)
      return 'stored'
    }
    const { until } = feeding(t, broker, readModel)
    await until(() => sent.length === 5)
    await later
    assert.deepEqual(sent, ['change', 'heartbeat', 'change', 'heartbeat', 'heartbeat'])
  })
  it('comes in every partition, however slow the brokers are', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 3, 0)
    let time = now
    // The next round is due behind each heartbeat.
    broker.answer = () => {
      time += 1000
      return 'stored'
    }
    const { until } = feeding(t, broker, readModel, { clock: () => time, times: { lease: 60_000, heartbeat: 1000, groups: 1_000_000 } })
    await until(() => broker.records.filter(isHeartbeat).length >= 6)
    for (const log of broker.partitions) assert.ok(log.some(isHeartbeat))
  })
})

describe('a send that fails', () => {
  for (const answer of answers.filter((each) => each !== 'stored'))
    for (const nth of [1, 2, 3, 4, 5])
      it(`as send ${nth}, ${answer === 'refused' ? 'before anything was stored' : 'though it was stored'}: nothing is lost`, async (t) => {
        const [broker, readModel] = [new Broker(), await openedRows(t)]
        await judge(readModel, 0, 40, 0)
        broker.answer = (send) => (send === nth ? answer : 'stored')
        const { feed, level, until } = feeding(t, broker, readModel)
        await level()
        demandAll(broker, 40, 0)
        await judge(readModel, 0, 40, 1)
        await level()
        demandAll(broker, 40, 1)
        await until(() => broker.partitions.every((log) => log.some(isHeartbeat)))
        await feed.stop()
      })
  it('moves nothing: the sink stands where the page began until all of it is stored', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 40, 0)
    let away = true
    broker.answer = (_, { partition }) => (away && partition === 1 ? 'refused' : 'stored')
    const { feed, level, until, warnings } = feeding(t, broker, readModel)
    await until(() => warnings.length > 1)
    assert.equal(feed.progress().sent, 0n)
    const others = [0, 2].map((partition) => broker.partitions[partition]?.length)
    away = false
    await level()
    assert.deepEqual(
      [0, 2].map((partition) => broker.partitions[partition]?.filter((record) => !isHeartbeat(record)).length),
      others,
    )
    demandAll(broker, 40, 0)
    assert.match(warnings[0] ?? '', /^Kafka did not store the records, they are sent again, not enough replicas$/)
  })
  it('sends the very same batch again, since a broker may take another one for it', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 1, 0)
    const batches: string[] = []
    broker.answer = (nth, { records }) => {
      batches.push(records.map(({ value }) => value).join())
      if (nth === 1) void judge(readModel, 0, 1, 1)
      return nth < 3 ? 'silent' : 'stored'
    }
    const { level } = feeding(t, broker, readModel)
    await level()
    assert.equal(batches[0], batches[1])
    assert.equal(batches[1], batches[2])
    demandAll(broker, 1, 1)
  })
  it('because the broker has lost track of the producer: a new one sends the page', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 5, 0)
    broker.error = refusal('OUT_OF_ORDER_SEQUENCE_NUMBER')
    broker.answer = (nth) => (nth === 1 ? 'refused' : 'stored')
    let clock = now
    const { level, until, warnings } = feeding(t, broker, readModel, { clock: () => clock })
    await until(() => warnings.includes('the sender begins anew'))
    // What the producer of before sent may still be stored: until the sink has lapsed nobody sends.
    clock += 60_000
    await level()
    demandAll(broker, 5, 0)
  })
  it('because the record is too large is a fault: it is told, nothing is skipped, and the process goes on', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 1, 0)
    broker.error = refusal('MESSAGE_TOO_LARGE')
    broker.answer = () => 'refused'
    const { feed, until, warnings, faults } = feeding(t, broker, readModel)
    await until(() => warnings.length > 0)
    assert.deepEqual(warnings, ['the feed to Kafka has stopped, a record is refused for good, message too large'])
    await feed.stop()
    assert.deepEqual([faults, feed.progress().sent], [[], 0n])
  })
})

const away = new LedgerError('STORE_UNAVAILABLE', 'The disk is away.')
const steps = ['changes', 'takeSink', 'moveSink'] as const
type Step = (typeof steps)[number]

/** The read model, but the `nth` call of `step` fails as an unavailable disk would: before it did anything, or after it did all. */
const failing = (model: ReadModel, step: Step, nth: number, applied: boolean): Sent => {
  let calls = 0
  const tried = async <T>(name: Step, act: () => Promise<T>): Promise<T> => {
    const fails = name === step && ++calls === nth
    if (fails && !applied) throw away
    const done = await act()
    if (fails) throw away
    return done
  }
  return {
    feed: () => model.feed(),
    changes: (asked) => tried('changes', () => model.changes(asked)),
    takeSink: (...args) => tried('takeSink', () => model.takeSink(...args)),
    moveSink: (...args) => tried('moveSink', () => model.moveSink(...args)),
    rewindSink: (...args) => model.rewindSink(...args),
    newEpoch: () => model.newEpoch(),
    acknowledge: (...args) => model.acknowledge(...args),
    acknowledgements: (controller) => model.acknowledgements(controller),
  }
}

describe('a read model that fails', () => {
  for (const step of steps)
    for (const nth of [1, 2])
      for (const applied of [false, true])
        it(`at ${step}, at call ${nth}, ${applied ? 'after it was done' : 'before'}: nothing is lost`, async (t) => {
          const [broker, readModel] = [new Broker(), await openedRows(t)]
          await judge(readModel, 0, 10, 0)
          let clock = now
          const { feed, until } = feeding(t, broker, failing(readModel, step, nth, applied), { clock: () => (clock += 1000) })
          const level = async (): Promise<void> => {
            const { head } = await readModel.feed()
            await until(() => feed.progress().sent === head)
          }
          await level()
          await judge(readModel, 0, 10, 1)
          await level()
          demandAll(broker, 10, 1)
        })
})

describe('two senders', () => {
  it('one sends; the other takes over when it stops', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    await judge(readModel, 0, 5, 0)
    const first = feeding(t, broker, readModel)
    await first.level()
    const second = feeding(t, broker, readModel)
    await judge(readModel, 0, 5, 1)
    await first.level()
    assert.deepEqual([first.feed.progress().holds, second.feed.progress().holds], [true, false])
    await first.feed.stop()
    await judge(readModel, 0, 5, 2)
    await second.level()
    demandAll(broker, 5, 2)
  })
  it('one that was frozen with records on their way puts the sink back, and they are overtaken', async (t) => {
    const [broker, readModel] = [new Broker(), await openedRows(t)]
    const times = { lease: 200, heartbeat: 1_000_000, groups: 1_000_000 }
    await judge(readModel, 0, 1, 0)
    // The first one sends the yes, and freezes, its clock too, before the broker has it.
    const frozen = broker.freezeNext()
    const first = feeding(t, broker, readModel, { times })
    await first.until(() => frozen.isFrozen())
    await judge(readModel, 0, 1, 1)
    const second = feeding(t, broker, readModel, { times, clock: () => now + 60_000 })
    await second.level()
    frozen.thaw()
    const revisions = (): string[] => broker.records.filter((record) => !isHeartbeat(record)).map((record) => valueOf(record).data.revision)
    await second.until(() => revisions().length >= 3)
    assert.deepEqual(revisions(), ['1', '0', '1'])
  })
})
