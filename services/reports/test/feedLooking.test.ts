// Looking through a long feed for a part of it: bounded, with others having their turn, and no longer than somebody listens whose key holds.
import assert from 'node:assert/strict'
import { get } from 'node:http'
import { test, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { ReadModel } from '@consent-ledger/readmodel'
import { mostLooks } from '../src/eligibility/pages.ts'
import { openMarket, revoke, say, someone, yes } from './market.ts'
import { instead, project } from './projecting.ts'
import { changes } from './reading.ts'
import { email, keyOf } from './world.ts'

const endless = 10n ** 17n

/** A feed without end, in which nobody finds what they look for. */
const openBarren = async (t: TestContext) => {
  const seen = { looks: 0 }
  const readModelOver = (readModel: ReadModel) =>
    instead(readModel, {
      feed: async () => ({ ...(await readModel.feed()), head: endless }),
      changes: async (asked) => {
        seen.looks++
        return { ...(await readModel.changes(asked)), rows: [], next: asked.after + 1n, head: endless }
      },
    })
  const world = await openMarket({ readModelOver })
  t.after(() => world.close())
  await project(world)
  return { world, seen }
}

test('a page that finds nothing is empty after a bounded time, says where to go on and not as of when, and lets others work', async (t) => {
  const { world, seen } = await openBarren(t)
  let turns = 0
  const over = new AbortController()
  const others = (async () => {
    for (; !over.signal.aborted; turns++) await setImmediate()
  })()
  const first = await changes(world, '?purpose=news&wait=60')
  over.abort()
  await others
  assert.deepEqual([first.changes, first.asOf, seen.looks], [[], null, mostLooks])
  assert.ok(turns >= mostLooks - 1, `${turns} turns of others`)
  const { next } = await changes(world, `?purpose=news&after=${first.next}`)
  const [from, to] = [first.next, next].map((cursor) => BigInt(cursor.split('.')[1] ?? ''))
  assert.deepEqual([from, to], [BigInt(mostLooks), BigInt(2 * mostLooks)])
})

const hungUp = async (url: string, seen: { looks: number }, path: string, accept: string): Promise<void> => {
  const request = get(`${url}/v1/eligibility/${path}?purpose=news`, { headers: { authorization: `Bearer ${keyOf('marketing')}`, accept } })
  request.on('error', () => {}).on('response', (response) => response.on('error', () => {}).resume())
  const before = seen.looks
  while (seen.looks < before + 3 * mostLooks) await setImmediate()
  const gone = new Promise((resolve) => request.once('close', resolve))
  request.destroy()
  await gone
  let last = -1
  for (let still = 0; still < 50; still = seen.looks === last ? still + 1 : 0) {
    last = seen.looks
    await setImmediate()
  }
}

test('nobody looks on for whoever hung up', async (t) => {
  const { world, seen } = await openBarren(t)
  const url = await world.app.listen({ host: '127.0.0.1', port: 0 })
  await hungUp(url, seen, 'snapshot', 'application/x-ndjson')
  await hungUp(url, seen, 'changes', 'text/event-stream')
})

test('events tell a reader who is behind where they are, and as of when only once they are level', async (t) => {
  const { world } = await openBarren(t)
  const url = await world.app.listen({ host: '127.0.0.1', port: 0 })
  const headers = { authorization: `Bearer ${keyOf('marketing')}`, accept: 'text/event-stream' }
  const listening = new AbortController()
  const { body } = await fetch(`${url}/v1/eligibility/changes?purpose=news`, { headers, signal: listening.signal })
  let heard = ''
  for await (const piece of (body ?? assert.fail()).pipeThrough(new TextDecoderStream())) {
    heard += piece
    if (heard.split('\n\n').length > 3) break
  }
  listening.abort()
  const place = new RegExp(`^: looking\nid: \\d+\\.${mostLooks}\n\n: looking\nid: \\d+\\.${2 * mostLooks}\n\n`)
  assert.match(heard, place)
  assert.doesNotMatch(heard, /asOf/)
})

test('a snapshot is cut once the key it is taken with was revoked, however much there is still to tell', async (t) => {
  const readModelOver = (readModel: ReadModel) =>
    instead(readModel, {
      changes: async (asked) => {
        const page = await readModel.changes({ after: 0n, limit: 1 })
        const rows = Array.from({ length: 100 }, (_, n) => page.rows.map((row) => ({ ...row, n: asked.after + BigInt(n) + 1n })))
        return { ...page, rows: rows.flat(), next: asked.after + 100n, head: endless }
      },
    })
  const world = await openMarket({ readModelOver })
  t.after(() => world.close())
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world))
  await project(world)
  const url = await world.app.listen({ host: '127.0.0.1', port: 0 })
  const headers = { authorization: `Bearer ${keyOf('marketing')}`, 'accept-encoding': 'identity' }
  const response = await fetch(`${url}/v1/eligibility/snapshot`, { headers })
  assert.equal(response.status, 200)
  const lines = (response.body ?? assert.fail()).getReader()
  assert.equal((await lines.read()).done, false)
  await revoke(world, 'marketing')
  await assert.rejects(async () => {
    while (!(await lines.read()).done);
  })
})
