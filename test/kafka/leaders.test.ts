// Three nodes, of which a leader is stopped, killed and frozen while verdicts change: nothing is lost, and the newest record of each key is the last. A sender that
// sends to many partitions at once and does not look at the answer loses records in the same moment.
import { after, describe, it } from 'node:test'
import { topicName } from '@consent-ledger/projector'
import { openOwnKafka, whyNoKafka, type OwnKafka } from '../harness/kafka.ts'
import { missing, naiveTopic, openNaiveSender } from './naive.ts'
import { asking, demandNewest, endsOf, judged, level, load, openRows, sendTo, until, withoutTopic } from './scene.ts'

const opened = await openOwnKafka(3)
after(async () => {
  if ('brokers' in opened) await opened.close()
})

const leaderOf = (brokers: string, topic: string): Promise<number> =>
  asking(brokers, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return topics[0]?.partitions.find(({ partitionId }) => partitionId === 0)?.leader ?? 0
  })

/** Looks at a trap that does not close, before it is taken for one that will not. */
const mostLooks = 300

/** Whether every partition of the naive topic has another leader, and those that never were its own have grown since: then the trap is set. */
const trap = (brokers: string, leader: number, before: ReadonlyMap<number, bigint>): Promise<{ replaced: boolean; set: boolean }> =>
  asking(brokers, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [naiveTopic] })
    if (topics[0]?.partitions.some((partition) => partition.leader === leader || partition.leader < 0))
      return { replaced: false, set: false }
    const grown = (await admin.fetchTopicOffsets(naiveTopic)).filter(({ partition, high }) => BigInt(high) > (before.get(partition) ?? 0n))
    return { replaced: true, set: grown.length >= (2 * before.size) / 3 }
  }).catch(() => ({ replaced: false, set: false }))

const faults = [
  ['stop', 'restart'],
  ['kill', 'restart'],
  ['pause', 'resume'],
] as const

/** Ends the leader of a partition in the way of `act`, waits until everything of before is sent without it, and brings it back. */
const loseLeader = async (
  kafka: OwnKafka,
  topic: string,
  [act, back]: (typeof faults)[number],
  recovered: () => Promise<void>,
): Promise<void> => {
  const leader = await leaderOf(kafka.brokers, topic)
  await kafka.node(act, leader)
  try {
    await recovered()
  } finally {
    await kafka.node(back, leader)
  }
}

/** Rounds in which a frozen leader is waited for to make the naive sender lose something. */
const mostRounds = 3

describe('three nodes', { skip: whyNoKafka(opened) }, () => {
  for (const fault of faults)
    it(`of which the leader is met by «${fault[0]}»: nothing is lost`, async (t) => {
      if (!('brokers' in opened)) return
      await withoutTopic(opened.brokers)
      const readModel = await openRows(t)
      const feed = sendTo(t, opened.brokers, readModel)
      const changing = load(t, readModel, 1000)
      await until('some is sent', () => feed.progress().sent > 300n)
      await loseLeader(opened, topicName, fault, async () => {
        const { head } = await readModel.feed()
        await until('what there was is sent without that leader', () => feed.progress().sent >= head)
      })
      await changing.stop()
      await level(readModel, feed)
      await demandNewest(opened.brokers, readModel)
      await feed.stop()
    })

  it('of which the leader is frozen: one send for many partitions loses what it was told is stored, the feed in the same moment nothing', async (t) => {
    if (!('brokers' in opened)) return
    const { brokers } = opened
    await withoutTopic(brokers)
    const readModel = await openRows(t)
    const feed = sendTo(t, brokers, readModel)
    const naive = await openNaiveSender(brokers)
    t.after(() => naive.close())
    let lost: string[] = []
    let round = 0
    while (round++ < mostRounds && lost.length === 0) {
      await naive.send(`before-${round}`)
      await readModel.applyJudged(Array.from({ length: 200 }, (_, subject) => judged(subject, 2 * round)))
      await level(readModel, feed)
      const leader = await leaderOf(brokers, naiveTopic)
      const ends = await endsOf(brokers, naiveTopic)
      await opened.node('pause', leader)
      let answered = false
      const sent = naive.send(`frozen-${round}`).finally(() => (answered = true))
      await readModel.applyJudged(Array.from({ length: 200 }, (_, subject) => judged(subject, 2 * round + 1)))
      try {
        // The two others have stored their parts, and lead what the frozen one led: its part is sent to nobody any more.
        // Where they have not, kafkajs answered before, or waits for the frozen one: then this round shows nothing of the naive sender.
        let looks = 0
        await until('another one leads', async () => {
          const { replaced, set } = await trap(brokers, leader, ends)
          return replaced && (set || answered || ++looks >= mostLooks)
        })
      } finally {
        await opened.node('resume', leader)
      }
      lost = await missing(brokers, await sent)
      await level(readModel, feed)
      await demandNewest(brokers, readModel)
    }
    const said =
      lost.length > 0
        ? `the naive sender lost ${lost.length} of 12 records in round ${round}`
        : `the naive sender lost nothing in ${mostRounds} rounds`
    t.diagnostic(said)
    await feed.stop()
  })
})
