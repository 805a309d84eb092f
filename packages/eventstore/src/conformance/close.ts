// Conformance: closing while busy. What was acknowledged stays, what waits ends one way or the other, nothing hangs.
import assert from 'node:assert/strict'
import { LedgerError } from '@consent-ledger/domain'
import { beginning } from '../port.ts'
import { event, events, wholeStore, withStore, type Open } from './setting.ts'

const unavailable = { name: 'LedgerError', code: 'STORE_UNAVAILABLE' }

export const closeTests = (open: Open): void => {
  withStore(open, 'after close every call fails, and closing again is nothing', async ({ store }) => {
    await store.append('s', beginning, [event()])
    await store.close()
    await store.close()
    await assert.rejects(store.append('s', 0n, [event()]), unavailable)
    await assert.rejects(store.readStream('s', { after: beginning, limit: 1 }), unavailable)
    await assert.rejects(store.readAll({ after: beginning, limit: 1 }), unavailable)
    await assert.rejects(store.head(), unavailable)
  })

  withStore(open, 'close ends subscriptions, those that wait and those in between', async ({ store }) => {
    await store.append('s', beginning, events(2))
    const busy = store.subscribeAll({ after: beginning, limit: 1 }, new AbortController().signal)[Symbol.asyncIterator]()
    await busy.next()
    const waiting = store.subscribeAll({ after: await store.head(), limit: 1 }, new AbortController().signal)[Symbol.asyncIterator]()
    const next = waiting.next()
    await store.close()
    assert.equal((await next).done, true)
    assert.equal((await busy.next()).done, true)
  })

  withStore(open, 'close while busy: each append finishes or fails cleanly, and what finished is there', async (opened) => {
    const pending = Array.from({ length: 60 }, (_, n) => opened.store.append(`s-${n}`, beginning, events(2)))
    const closing = opened.store.close()
    const results = await Promise.allSettled(pending)
    await closing
    for (const result of results)
      if (result.status === 'rejected') assert.ok(result.reason instanceof LedgerError && result.reason.code === 'STORE_UNAVAILABLE')
    if (opened.reopen === undefined) return
    opened.store = await opened.reopen()
    const ids = new Set((await wholeStore(opened.store)).map(({ id }) => id))
    for (const result of results) if (result.status === 'fulfilled') for (const { id } of result.value) assert.ok(ids.has(id))
  })
}
