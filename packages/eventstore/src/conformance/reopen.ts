// Conformance, for stores that outlive their process: what was acknowledged is there again, and goes on where it stopped.
import assert from 'node:assert/strict'
import { beginning } from '../port.ts'
import { events, take, wholeStore, withStore, type Open } from './setting.ts'

export const reopenTests = (open: Open): void => {
  withStore(open, 'opened again it holds the same events, numbers on, and still knows what it recorded', async (opened, t) => {
    if (opened.reopen === undefined) return t.skip('nothing outlives this store')
    const act = events(3)
    const first = await opened.store.append('s', beginning, act)
    await opened.store.append('t', beginning, events(2))
    const before = await wholeStore(opened.store)
    opened.store = await opened.reopen()
    assert.deepEqual(await wholeStore(opened.store), before)
    assert.equal(await opened.store.head(), before.at(-1)?.position)
    assert.deepEqual(await opened.store.append('s', beginning, act), first)
    const [next] = await opened.store.append('s', 2n, events(1))
    assert.equal(next?.revision, 3n)
    assert.ok((next?.position ?? beginning) > (before.at(-1)?.position ?? beginning))
  })

  withStore(open, 'a subscription goes on behind its last processed event after the store was opened again', async (opened, t) => {
    if (opened.reopen === undefined) return t.skip('nothing outlives this store')
    await opened.store.append('s', beginning, events(10))
    const taken = await take(opened.store, beginning, 4, 4)
    opened.store = await opened.reopen()
    taken.push(...(await take(opened.store, taken.at(-1)?.position ?? beginning, 6, 4)))
    assert.deepEqual(taken, await wholeStore(opened.store))
  })
}
