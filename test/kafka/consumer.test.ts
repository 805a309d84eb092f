// examples/feed-consumer on a real Kafka: it has what the ledger says, also after its broker was away, after it was started again, and when the topic is another one.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, it, type TestContext } from 'node:test'
import { topicName } from '@consent-ledger/projector'
import type { ReadModel } from '@consent-ledger/readmodel'
import kafkajs from 'kafkajs'
import { follow } from '../../examples/feed-consumer/follow.ts'
import { State } from '../../examples/feed-consumer/state.ts'
import { openOwnKafka, whyNoKafka } from '../harness/kafka.ts'
import { asking, directoryFor, judged, level, openRows, rowsOf, sendTo, until } from './scene.ts'

const subjects = 40

const kafka = await openOwnKafka(1)
after(async () => {
  if ('brokers' in kafka) await kafka.close()
})

/** Whether the consumer knows of everybody what the ledger says now, and how old that is. */
const knowsAll = async (state: State, readModel: ReadModel): Promise<boolean> => {
  const { epoch, asOf } = state.freshness()
  if (epoch === null || asOf === null || Date.now() - asOf > 60_000) return false
  const rows = await rowsOf(readModel)
  return rows.every(({ subjectId, purpose, channel, allowed }) => state.verdict(subjectId, purpose, channel, epoch)?.allowed === allowed)
}

/** A consumer on a state that outlives it. */
const consumer = async (t: TestContext, brokers: string, state: State) => {
  const said: string[] = []
  const group = { clientId: 'newsletter-tool', brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING }
  const following = await follow({ kafka: group, group: 'newsletter-tool', state, clock: Date.now, say: (line) => void said.push(line) })
  t.after(() => following.stop())
  return { said, stop: () => following.stop() }
}

it('the example consumer knows what the ledger says, whatever happens between them', { skip: whyNoKafka(kafka) }, async (t) => {
  if (!('brokers' in kafka)) return
  const { brokers } = kafka
  const readModel = await openRows(t)
  let revision = 0
  const change = async (): Promise<void> => {
    // Its own moment, so that a consumer that hears nothing more grows stale.
    await readModel.noteAsOf(Date.now())
    await readModel.applyJudged(Array.from({ length: subjects }, (_, subject) => judged(subject, subject < 5 ? 0 : revision)))
    revision++
  }
  await change()
  const feed = sendTo(t, brokers, readModel)
  await level(readModel, feed)
  const state = new State(join(directoryFor(t), 'state.sqlite'))
  t.after(() => state.close())
  const first = await consumer(t, brokers, state)
  await until('it knows all', () => knowsAll(state, readModel))

  await kafka.node('stop', 1)
  await change()
  await kafka.node('restart', 1)
  await level(readModel, feed)
  await until('it knows all after its broker was away', () => knowsAll(state, readModel))

  await first.stop()
  await change()
  await level(readModel, feed)
  const second = await consumer(t, brokers, state)
  await until('it knows all after it was started again', () => knowsAll(state, readModel))
  assert.doesNotMatch(second.said.join('\n'), /gap/)

  await second.stop()
  const before = (await readModel.feed()).epoch
  await asking(brokers, (admin) => admin.deleteTopics({ topics: [topicName] }))
  await change()
  await until('the feed begins anew in the new topic', async () => (await readModel.feed()).epoch > before)
  await level(readModel, feed)
  await consumer(t, brokers, state)
  await until('it knows all of the new topic', () => knowsAll(state, readModel))
  await feed.stop()
})
