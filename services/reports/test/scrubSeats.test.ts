// How many may check a list at the same time: a few, and of one operator fewer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, hear, listOf, nobodyThere, openScrubbing, send, told, unread } from './scrubbing.ts'

test('four at once, and whoever comes then is told when to come again', async () => {
  const crowd = await openScrubbing()
  const asking = await Promise.all(
    ['marketing', 'marketing', 'legal', 'legal'].map(async (as) => {
      const asked = begin(crowd, { as })
      asked.write(listOf('anna'))
      return { asked, answer: await unread(asked) }
    }),
  )
  const { status, headers, bytes } = await send(crowd, listOf('anna'), { as: 'auditor' })
  assert.deepEqual([status, headers['retry-after'], Object(JSON.parse(bytes.toString())).code], [429, '5', 'RATE_LIMITED'])
  const [first, second, ...others] = asking
  first?.asked.end()
  assert.ok(first && (await hear(first.answer)).whole)
  second?.asked.on('error', () => {}).destroy()
  await hear(second?.answer ?? assert.fail())
  for (const { asked } of others) asked.end()
  for (const { answer } of others) assert.ok((await hear(answer)).whole)
  await nobodyThere(crowd)
  assert.equal((await told(crowd, listOf('anna'))).end.count, 1)
  await crowd.world.close()
})

test('two at once of one operator, who cannot keep everybody else out', async () => {
  const crowd = await openScrubbing()
  const sitDown = async () => {
    const asked = begin(crowd)
    asked.write(listOf('anna'))
    return { asked, answer: await unread(asked) }
  }
  const asking = [await sitDown(), await sitDown()]
  assert.equal((await send(crowd, listOf('anna'))).status, 429)
  assert.equal((await send(crowd, listOf('anna'), { as: 'dpo' })).status, 200)
  for (const { asked } of asking) asked.end()
  for (const { answer } of asking) assert.ok((await hear(answer)).whole)
  await nobodyThere(crowd)
  assert.equal((await send(crowd, listOf('anna'))).status, 200)
  await crowd.world.close()
})
