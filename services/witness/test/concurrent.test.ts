// Many at once: the check and the write are one step, within a process and between two on one file.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Log } from './log.ts'
import { watching } from './running.ts'
import { post } from './witnessProcess.ts'

const sizes = Array.from({ length: 50 }, (_, n) => BigInt(n + 1))

test('of 50 heads from the same size, sent at once, one is cosigned', async (t) => {
  const { log, witness } = await watching(t)
  await post(witness.url, await log.request(0n, 100n))
  const requests = await Promise.all(sizes.map((more) => log.request(100n, 100n + more)))
  const replies = await Promise.all(requests.map((request) => post(witness.url, request)))
  const won = replies.findIndex(({ status }) => status === 200)
  assert.equal(replies.filter(({ status }) => status === 200).length, 1)
  for (const { status, text } of replies.toSpliced(won, 1)) assert.deepEqual([status, text], [409, `${101 + won}\n`])
})

test('of two histories sent at once by 25 each, one is believed', async (t) => {
  const { log, witness } = await watching(t)
  const fork = new Log(log.key, { history: 'false' })
  const requests = await Promise.all(sizes.map((_, n) => (n % 2 === 0 ? log : fork).request(0n, 64n)))
  const replies = await Promise.all(requests.map((request) => post(witness.url, request)))
  assert.equal(replies.filter(({ status }) => status === 200).length, 1)
  const after = await Promise.all([log, fork].map(async (one) => (await post(witness.url, await one.request(64n, 64n))).status))
  assert.deepEqual(new Set(after), new Set([200, 422]))
})

test('two witnesses by mistake on one database are one witness', async (t) => {
  const { log, start, witness } = await watching(t)
  const second = await start()
  const fork = new Log(log.key, { history: 'false' })
  const [one, other] = await Promise.all([log.request(0n, 64n), fork.request(0n, 64n)])
  const replies = await Promise.all(sizes.map((_, n) => post(n % 2 === 0 ? witness.url : second.url, n % 2 === 0 ? one : other)))
  assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200, 409]))
  assert.equal(replies.filter(({ status }) => status === 200).length, 1)
})
