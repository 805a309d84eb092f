// The only broker goes away for half a minute while verdicts change: they wait in the read model, and all of them are told when it is back.
import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openOwnKafka, whyNoKafka } from '../harness/kafka.ts'
import { demandNewest, level, load, openRows, sendTo, until } from './scene.ts'

const outage = 30_000

const kafka = await openOwnKafka(1)
after(async () => {
  if ('brokers' in kafka) await kafka.close()
})

it('a broker that is away for half a minute loses nothing', { skip: whyNoKafka(kafka) }, async (t) => {
  if (!('brokers' in kafka)) return
  const readModel = await openRows(t)
  const warnings: string[] = []
  const log = { info: () => {}, debug: () => {}, warn: (_: object, message: string) => void warnings.push(message) }
  const feed = sendTo(t, kafka.brokers, readModel, { log })
  const changing = load(t, readModel, 2000)
  await until('some is sent', () => feed.progress().sent > 500n)
  await kafka.node('stop', 1)
  const before = changing.changes()
  await setTimeout(outage)
  assert.ok(changing.changes() > before)
  assert.match(warnings.join('\n'), /Kafka did not store the records, they are sent again/)
  assert.ok(feed.progress().lagSeconds > outage / 2000, 'the lag says so')
  await kafka.node('restart', 1)
  await until('it is sent again', () => feed.progress().lagSeconds < 5)
  await changing.stop()
  await level(readModel, feed)
  await demandNewest(kafka.brokers, readModel)
  await feed.stop()
})
