// The queue of a stream: in turn on one, at once on several, nothing left behind.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { StreamQueue } from '../src/streamQueue.ts'

it('runs one after the other on one stream, and beside others', async () => {
  const queue = new StreamQueue()
  const log: string[] = []
  const task = (name: string) => async (): Promise<void> => {
    log.push(`${name} begins`)
    await Promise.resolve()
    log.push(`${name} ends`)
  }
  await Promise.all([queue.run('s', task('s1')), queue.run('s', task('s2')), queue.run('t', task('t1'))])
  assert.deepEqual(log, ['s1 begins', 't1 begins', 's1 ends', 't1 ends', 's2 begins', 's2 ends'])
})

it('goes on behind a failure, which is told to its own caller only', async () => {
  const queue = new StreamQueue()
  const results = await Promise.allSettled([queue.run('s', () => Promise.reject(new Error('first'))), queue.run('s', async () => 'second')])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
})

it('keeps no entry for a stream on which nothing runs', async () => {
  const queue = new StreamQueue()
  const running = [1, 2, 3].map((n) => queue.run(n < 3 ? 's' : 't', async () => n))
  assert.equal(queue.size, 2)
  await Promise.all(running)
  await queue.run('u', async () => {})
  assert.equal(queue.size, 0)
})
