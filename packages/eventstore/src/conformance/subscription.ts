// Conformance: a subscription gives every event after its start once, in order, whatever goes on meanwhile.
import assert from 'node:assert/strict'
import { beginning, type EventStore } from '../port.ts'
import { events, take, wholeStore, withStore, type Open } from './setting.ts'

const write = async (store: EventStore, stream: string, appends: number): Promise<void> => {
  for (let n = 0; n < appends; n++) await store.append(stream, BigInt(n * 2) - 1n, events(2))
}

export const subscriptionTests = (open: Open): void => {
  withStore(open, 'begins during writes, misses nothing, repeats nothing; the order is that of every other reader', async ({ store }) => {
    const writers = ['a', 'b', 'c', 'd'].map((stream) => write(store, stream, 25))
    const early = take(store, beginning, 200)
    await writers[0]
    const late = take(store, beginning, 200, 1000)
    const [one, other] = await Promise.all([early, late, ...writers])
    const whole = await wholeStore(store)
    assert.equal(whole.length, 200)
    assert.deepEqual(one, whole)
    assert.deepEqual(other, whole)
  })

  withStore(open, 'stops anywhere and goes on behind the last event that was processed', async ({ store }) => {
    const writing = write(store, 'a', 30)
    const taken = await take(store, beginning, 10, 3)
    for (const count of [1, 13, 20]) taken.push(...(await take(store, taken.at(-1)?.position ?? beginning, count, 4)))
    await writing
    taken.push(...(await store.readAll({ after: taken.at(-1)?.position ?? beginning, limit: 1000 })))
    assert.deepEqual(taken, await wholeStore(store))
  })

  withStore(open, 'groups hold at least one event and at most `limit`', async ({ store }) => {
    await write(store, 'a', 10)
    const stop = new AbortController()
    const sizes: number[] = []
    for await (const group of store.subscribeAll({ after: beginning, limit: 6 }, stop.signal)) {
      sizes.push(group.length)
      if (sizes.reduce((sum, size) => sum + size) === 20) stop.abort()
    }
    assert.ok(sizes.every((size) => size >= 1 && size <= 6))
  })

  withStore(open, 'waits at the end of the store, and is woken by the next event', async ({ store }) => {
    await write(store, 'a', 1)
    const waiting = take(store, await store.head(), 2)
    await write(store, 'b', 1)
    assert.deepEqual(
      (await waiting).map(({ stream, revision }) => [stream, revision]),
      [
        ['b', 0n],
        ['b', 1n],
      ],
    )
  })

  withStore(open, 'a slow consumer holds nobody up', async ({ store }) => {
    await write(store, 'a', 1)
    const stop = new AbortController()
    const slow = store.subscribeAll({ after: beginning, limit: 1 }, stop.signal)[Symbol.asyncIterator]()
    const first = await slow.next()
    await write(store, 'b', 20)
    assert.equal((await take(store, beginning, 42)).length, 42)
    const second = await slow.next()
    assert.deepEqual(
      [first, second].map(({ value }) => value?.[0]?.revision),
      [0n, 1n],
    )
    stop.abort()
  })

  withStore(open, 'ends when it is aborted: before it begins, while it waits, and between two groups', async ({ store }) => {
    for await (const _ of store.subscribeAll({ after: beginning, limit: 1 }, AbortSignal.abort())) assert.fail('nothing may come')
    const stop = new AbortController()
    const waiting = store.subscribeAll({ after: beginning, limit: 1 }, stop.signal)[Symbol.asyncIterator]()
    const next = waiting.next()
    stop.abort()
    assert.equal((await next).done, true)
    await write(store, 'a', 1)
    assert.equal((await take(store, beginning, 1, 1)).length, 1)
  })
}
