// Conformance: what an append does, and what it does not do when it may not.
import assert from 'node:assert/strict'
import { beginning } from '../port.ts'
import { event, events, wholeStore, wholeStream, withStore, type Open } from './setting.ts'

const conflict = { name: 'LedgerError', code: 'WRONG_EXPECTED_REVISION' }

export const appendTests = (open: Open): void => {
  withStore(open, 'numbers a stream from 0, without a gap, over several appends', async ({ store }) => {
    const first = await store.append('s', beginning, events(2))
    const second = await store.append('s', 1n, events(3))
    assert.deepEqual(
      [...first, ...second].map(({ revision }) => revision),
      [0n, 1n, 2n, 3n, 4n],
    )
  })

  withStore(open, 'answers with the events as they are read back', async ({ store }) => {
    const sent = [event({ purpose: 'newsletter', absent: undefined }), event({ list: [1, null, true, { deep: '' }] }, 'ConsentRefused')]
    const answered = await store.append('s', beginning, sent)
    assert.deepEqual(answered, await wholeStream(store, 's'))
    assert.deepEqual(
      answered.map(({ id, type, metadata, stream }) => ({ id, type, metadata, stream })),
      sent.map(({ id, type, metadata }) => ({ id, type, metadata, stream: 's' })),
    )
    assert.deepEqual(
      answered.map(({ data }) => data),
      [{ purpose: 'newsletter' }, { list: [1, null, true, { deep: '' }] }],
    )
  })

  withStore(open, 'keeps what was appended, whatever the caller does to it later', async ({ store }) => {
    const sent = event({ channels: ['email'] })
    const [answered] = await store.append('s', beginning, [sent])
    sent.data['channels'] = ['sms']
    if (answered !== undefined) answered.data['channels'] = ['phone']
    assert.deepEqual(
      (await wholeStream(store, 's')).map(({ data }) => data),
      [{ channels: ['email'] }],
    )
  })

  withStore(open, 'refuses an expected revision that is behind, ahead, or of a stream that is not there', async ({ store }) => {
    await store.append('s', beginning, events(3))
    for (const expected of [-2n, beginning, 0n, 1n, 3n, 99n]) await assert.rejects(store.append('s', expected, events(1)), conflict)
    for (const expected of [-2n, 0n, 7n]) await assert.rejects(store.append('none', expected, events(1)), conflict)
    assert.equal((await wholeStore(store)).length, 3)
    assert.deepEqual(await store.readStream('none', { after: beginning, limit: 10 }), [])
  })

  withStore(
    open,
    'the same ids again at the same expected revision change nothing and answer with what was recorded',
    async ({ store }) => {
      const act = events(2)
      const first = await store.append('s', beginning, act)
      assert.deepEqual(await store.append('s', beginning, act), first)
      await store.append('s', 1n, events(2))
      assert.deepEqual(await store.append('s', beginning, act), first)
      const changed = act.map((one) => ({ ...one, data: { other: true } }))
      assert.deepEqual(await store.append('s', beginning, changed), first, 'what was recorded first holds')
      assert.equal((await wholeStream(store, 's')).length, 4)
    },
  )

  withStore(open, 'the same ids elsewhere are a conflict, not a repetition', async ({ store }) => {
    const act = events(2)
    await store.append('s', beginning, act)
    await assert.rejects(store.append('s', 0n, act), conflict)
    await assert.rejects(store.append('s', beginning, [...act, event()]), conflict)
    await assert.rejects(store.append('s', beginning, [event(), ...act.slice(1)]), conflict)
    await assert.rejects(store.append('s', beginning, act.toReversed()), conflict)
    assert.equal((await store.append('other', beginning, act)).length, 2)
  })

  withStore(open, 'a batch that fails, fails whole', async ({ store }) => {
    const [taken] = await store.append('s', beginning, [event()])
    const head = await store.head()
    await assert.rejects(store.append('s', beginning, events(50)), conflict)
    assert.equal(await store.head(), head)
    assert.deepEqual(
      (await wholeStore(store)).map(({ id }) => id),
      [taken?.id],
    )
  })

  withStore(open, 'a wrong revision among appends sent together fails alone', async ({ store }) => {
    const results = await Promise.allSettled([
      store.append('a', beginning, events(1)),
      store.append('b', 5n, events(1)),
      store.append('c', beginning, events(2)),
      store.append('a', 0n, events(1)),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    )
    assert.equal((await wholeStore(store)).length, 4)
    assert.equal((await wholeStream(store, 'a')).length, 2)
  })

  withStore(open, 'an append of nothing is refused', async ({ store }) => {
    await assert.rejects(store.append('s', beginning, []), { code: 'INTERNAL' })
  })
}
