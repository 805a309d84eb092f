// The feed as it happens: whoever waits is told at once, hears in silence how fresh it is, and never holds a stop.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type ClientRequest, type IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { EligibilityChange } from '@consent-ledger/domain'
import type { Ticker } from '@consent-ledger/eventstore'
import type { ReadModel } from '@consent-ledger/readmodel'
import { z } from 'zod'
import { ticksOfSilence } from '../src/eligibility/sse.ts'
import { mostOfOne, mostWaiting, ticksPerSecond } from '../src/eligibility/watch.ts'
import { no, openMarket, revoke, say, someone, yes } from './market.ts'
import { instead, project } from './projecting.ts'
import { email, keyOf, type World } from './world.ts'

/** Ticks when a test says so. */
const byHand = () => {
  const ticking = new Set<() => void>()
  const ticker: Ticker = (tick) => {
    ticking.add(tick)
    return () => void ticking.delete(tick)
  }
  const tick = (times = 1): void => {
    for (let n = 0; n < times; n++) for (const one of ticking) one()
  }
  return { ticker, tick, somebodyWaits: () => ticking.size > 0 }
}
const until = async (so: () => boolean): Promise<void> => {
  while (!so()) await setImmediate()
}

const opened = async (t: TestContext, over: Parameters<typeof openMarket>[0] = {}) => {
  const hand = byHand()
  const world = await openMarket({ ticker: hand.ticker, ...over })
  const anna = await someone(world, [email('anna.martin@example.org')])
  await say(world, anna, yes(world))
  await project(world)
  const url = await world.app.listen({ host: '127.0.0.1', port: 0 })
  let stopped: Promise<void> | null = null
  const stop = (): Promise<void> => (stopped ??= world.close())
  t.after(stop)
  return { ...hand, stop, world, anna, url }
}

const Page = z.object({ changes: z.array(EligibilityChange), next: z.string(), asOf: z.string().nullable() })
const page = async (world: World, query: string) =>
  Page.parse((await world.ask('GET', `/v1/eligibility/changes${query}`, 'marketing')).json)

type Listener = { request: ClientRequest; response: IncomingMessage; heard: () => string; ended: Promise<unknown> }
/** A client that speaks HTTP and nothing more. */
const listen = async (url: string, query = '', headers: Record<string, string> = {}, as = 'marketing'): Promise<Listener> => {
  const request = get(`${url}/v1/eligibility/changes${query}`, {
    headers: { authorization: `Bearer ${keyOf(as)}`, accept: 'text/event-stream', ...headers },
  })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  // Whoever hangs up hears of it as an error.
  response.on('error', () => {})
  const ended = new Promise((resolve) => response.once('close', resolve))
  return { request, response, heard: () => text, ended }
}
type Heard = { id?: string; event?: string; data?: string; comment?: string }
/** WHATWG HTML §9.2.6, as far as we say it. */
const messages = (text: string): Heard[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) =>
      Object.fromEntries(
        block.split('\n').map((line) => {
          const [, name = '', value = ''] = /^([a-z]*): (.*)$/.exec(line) ?? []
          return [name === '' ? 'comment' : name, value]
        }),
      ),
    )
const told = (listener: Listener): Heard[] => messages(listener.heard()).filter(({ event }) => event === 'change')

test('a long poll answers with what is there, waits for a change, and is empty once its time is over', async (t) => {
  const { world, anna, tick, somebodyWaits } = await opened(t)
  const there = await page(world, '?purpose=news&wait=60')
  assert.equal(there.changes.length, 1)

  const waiting = page(world, `?purpose=news&wait=60&after=${there.next}`)
  await until(somebodyWaits)
  tick()
  await say(world, anna, no(world))
  await project(world)
  tick()
  const { changes, next } = await waiting
  assert.deepEqual(
    changes.map(({ subjectId, reason, cursor }) => [subjectId, reason, cursor]),
    [[anna, 'CONSENT_WITHDRAWN', next]],
  )

  const silent = page(world, `?wait=2&after=${next}`)
  await until(somebodyWaits)
  tick(2 * ticksPerSecond)
  const nothing = await silent
  assert.deepEqual([nothing.changes, nothing.next], [[], next])
  assert.equal(somebodyWaits(), false)
})

test('server-sent events: everything from zero, then each change as it comes, each with its cursor as id', async (t) => {
  const { world, anna, url, tick, somebodyWaits } = await opened(t)
  const listener = await listen(url, '?purpose=news')
  assert.deepEqual(
    [listener.response.statusCode, listener.response.headers['content-type'], listener.response.headers['cache-control']],
    [200, 'text/event-stream; charset=utf-8', 'no-store'],
  )
  await until(() => told(listener).length === 1)
  await until(somebodyWaits)
  const withdrawal = await say(world, anna, no(world))
  await project(world)
  tick()
  await until(() => told(listener).length === 2)
  const [first, second] = told(listener)
  const change = EligibilityChange.parse(JSON.parse(second?.data ?? ''))
  assert.deepEqual([change.eventId, change.cursor], [withdrawal.id, second?.id])
  listener.request.destroy()

  // Another one goes on from where the first was, wherever the address says that it should begin.
  const again = await listen(url, '?purpose=news', { 'last-event-id': first?.id ?? '' })
  await until(() => told(again).length === 1)
  assert.equal(told(again)[0]?.id, second?.id)
  again.request.destroy()
  await until(() => !somebodyWaits())
})

test('silence has a heartbeat that says as of when it holds and where it is', async (t) => {
  const { world, url, tick, somebodyWaits } = await opened(t)
  const { next } = await page(world, '')
  const listener = await listen(url, `?after=${next}`)
  const beats = () => messages(listener.heard()).filter(({ comment }) => comment?.startsWith('asOf '))
  await until(() => beats().length === 1 && somebodyWaits())
  world.tick.now += 15_000
  await world.readModel.noteAsOf(world.tick.now)
  tick(ticksOfSilence - 1)
  await setImmediate()
  assert.equal(beats().length, 1)
  tick()
  await until(() => beats().length === 2)
  assert.deepEqual(beats()[1], { comment: `asOf ${new Date(world.tick.now).toISOString()}`, id: next })
  listener.request.destroy()
})

const endings: Record<string, (world: World) => Promise<void>> = {
  STALE: async (world) => void (world.tick.now += 3_600_000),
  CURSOR_RESET: (world) => world.readModel.newEpoch(),
  STORE_UNAVAILABLE: (world) => world.readModel.close(),
}
for (const [code, what] of Object.entries(endings))
  test(`a stream that can no longer be told ends, and says ${code}`, async (t) => {
    const { world, url, tick, somebodyWaits } = await opened(t)
    const listener = await listen(url)
    await until(somebodyWaits)
    await what(world)
    tick()
    await listener.ended
    assert.equal(messages(listener.heard()).at(-1)?.comment, code)
    assert.equal(listener.response.complete, true)
    const last = messages(listener.heard()).findLast(({ id }) => id !== undefined)?.id
    const again = await world.ask('GET', '/v1/eligibility/changes', 'marketing', undefined, {
      accept: 'text/event-stream',
      'last-event-id': last ?? '',
    })
    assert.equal(Reflect.get(Object(again.json), 'code'), code)
  })

test('who waits holds no stop: long polls are answered, streams end, and nobody is cut off', async (t) => {
  let looks = 0
  const readModelOver = (readModel: ReadModel) =>
    instead(readModel, {
      changes: (asked) => {
        looks++
        return readModel.changes(asked)
      },
    })
  const { world, url, stop, somebodyWaits } = await opened(t, { readModelOver })
  const { next } = await page(world, '')
  const stream = await listen(url)
  await until(somebodyWaits)
  const before = looks
  const poll = fetch(`${url}/v1/eligibility/changes?wait=60&after=${next}`, { headers: { authorization: `Bearer ${keyOf('legal')}` } })
  await until(() => looks > before)
  await stop()
  const answer = await poll
  assert.deepEqual([answer.status, Page.parse(await answer.json()).changes], [200, []])
  await stream.ended
  assert.equal(stream.response.complete, true)
})

test('a key that is revoked hears no change after that', async (t) => {
  const { world, anna, url, tick, somebodyWaits } = await opened(t)
  const { next } = await page(world, '')
  const listener = await listen(url, '?purpose=news')
  const poll = fetch(`${url}/v1/eligibility/changes?wait=60&after=${next}`, { headers: { authorization: `Bearer ${keyOf('marketing')}` } })
  await until(somebodyWaits)
  await revoke(world, 'marketing')
  await say(world, anna, no(world))
  await project(world)
  tick()
  await listener.ended
  assert.equal(told(listener).length, 1)
  assert.equal((await poll).status, 401)
})

test('so many may wait and no more, one operator a quarter of them; a place is free again once its connection is gone', async (t) => {
  const { world, url, somebodyWaits } = await opened(t)
  const { next } = await page(world, '')
  const refused = async (as: string) => {
    const reply = await world.ask('GET', `/v1/eligibility/changes?wait=1&after=${next}`, as)
    assert.deepEqual([reply.status, Reflect.get(Object(reply.json), 'code'), reply.headers['retry-after']], [429, 'RATE_LIMITED', '2'])
  }
  const listeners: Listener[] = []
  const crowd = async (as: string): Promise<void> =>
    void listeners.push(...(await Promise.all(Array.from({ length: mostOfOne }, () => listen(url, '', {}, as)))))
  await crowd('marketing')
  await refused('marketing')
  assert.equal((await world.ask('GET', `/v1/eligibility/changes?after=${next}`, 'marketing')).status, 200)
  for (const as of ['legal', 'dpo', 'auditor']) await crowd(as)
  assert.equal(listeners.length, mostWaiting)
  await refused('all')
  for (const { request } of listeners) request.destroy()
  await until(() => !somebodyWaits())
  const listener = await listen(url)
  assert.equal(listener.response.statusCode, 200)
  listener.request.destroy()
})

test('a reader who does not read is not read ahead for', async (t) => {
  let pages = 0
  const { url } = await opened(t, {
    // A feed without end.
    readModelOver: (readModel) =>
      instead(readModel, {
        changes: async ({ after, limit }) => {
          pages++
          const { rows, ...page } = await readModel.changes({ after: 0n, limit: 1 })
          const row = rows[0] ?? assert.fail()
          const many = Array.from({ length: limit }, (_, n) => ({ ...row, n: after + BigInt(n) + 1n }))
          return { ...page, head: 10n ** 17n, rows: many, next: after + BigInt(limit) }
        },
      }),
  })
  for (const path of ['changes', 'snapshot']) {
    pages = 0
    const request = get(`${url}/v1/eligibility/${path}`, {
      headers: { authorization: `Bearer ${keyOf('marketing')}`, accept: 'text/event-stream, application/x-ndjson' },
    })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.on('error', () => {}).pause()
    // Buffers of both ends fill up, and then nothing more is asked for however long nobody reads.
    let before = -1
    for (let still = 0; still < 200; still = pages === before ? still + 1 : 0) {
      before = pages
      await setImmediate()
    }
    assert.ok(pages < 500, `${path}: ${pages} pages`)
    const gone = new Promise((resolve) => response.once('close', resolve))
    request.destroy()
    await gone
  }
})
