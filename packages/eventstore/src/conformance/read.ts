// Conformance: reads from any point, in pages, in one order for everybody; the head.
import assert from 'node:assert/strict'
import { beginning } from '../port.ts'
import { events, wholeStore, wholeStream, withStore, type Open } from './setting.ts'

export const readTests = (open: Open): void => {
  withStore(open, 'an empty store has no events, no streams, and its head at the beginning', async ({ store }) => {
    assert.equal(await store.head(), beginning)
    assert.deepEqual(await store.readAll({ after: beginning, limit: 10 }), [])
    assert.deepEqual(await store.readStream('s', { after: beginning, limit: 10 }), [])
  })

  withStore(open, 'reads a stream from any point; `after` is exclusive, past the end is nothing', async ({ store }) => {
    const recorded = await store.append('s', beginning, events(10))
    for (const after of [beginning, 0n, 4n, 8n]) {
      assert.deepEqual(await store.readStream('s', { after, limit: 100 }), recorded.slice(Number(after) + 1))
      assert.deepEqual(await store.readStream('s', { after, limit: 2 }), recorded.slice(Number(after) + 1, Number(after) + 3))
    }
    for (const after of [9n, 10n, 1n << 62n]) assert.deepEqual(await store.readStream('s', { after, limit: 5 }), [])
  })

  withStore(open, 'reads the whole store from any point, in pages of any size, in the same order', async ({ store }) => {
    for (let n = 0n; n < 6n; n++) for (const stream of ['a', 'b', 'c']) await store.append(stream, n - 1n, events(1))
    const whole = await wholeStore(store, 1000)
    assert.equal(whole.length, 18)
    for (const limit of [1, 2, 5, 17, 18, 19]) assert.deepEqual(await wholeStore(store, limit), whole)
    for (const [n, { position }] of whole.entries()) {
      assert.deepEqual(await store.readAll({ after: position, limit: 3 }), whole.slice(n + 1, n + 4))
    }
  })

  withStore(open, 'positions grow with each event, also within an append; the head is the last of them', async ({ store }) => {
    for (const stream of ['a', 'b', 'c']) {
      const recorded = await store.append(stream, beginning, events(4))
      assert.equal(await store.head(), recorded.at(-1)?.position)
    }
    const positions = (await wholeStore(store)).map(({ position }) => position)
    assert.ok(positions.every((position, n) => position > (positions[n - 1] ?? beginning)))
  })

  withStore(open, 'an event is the same by its stream and by the whole store', async ({ store }) => {
    await store.append('a', beginning, events(3))
    await store.append('b', beginning, events(2))
    await store.append('a', 2n, events(1))
    const whole = await wholeStore(store)
    for (const stream of ['a', 'b'])
      assert.deepEqual(
        await wholeStream(store, stream),
        whole.filter((event) => event.stream === stream),
      )
  })
}
