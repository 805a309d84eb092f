// Conformance: what an event may hold comes back as it was, at any size and in any script.
import assert from 'node:assert/strict'
import { leafBytes, type JsonObject } from '@consent-ledger/domain'
import { beginning } from '../port.ts'
import { event, events, wholeStream, withStore, type Open } from './setting.ts'

const unicode: JsonObject = {
  scripts: 'Ελληνικά, العربية, 日本語, Île-de-France, ẞ',
  'clé avec espaces': 'é ≠ e\u0301',
  beyond: '👩🏽‍🌾 𝒜 \u{10FFFF}',
  controls: 'a\u0000b\tc\r\n\u2028\u2029\u007f"\\/',
  empty: '',
}

export const contentTests = (open: Open): void => {
  withStore(open, 'text in any script, keys too, comes back code unit by code unit', async ({ store }) => {
    await store.append('s', beginning, [event(unicode)])
    const [read] = await wholeStream(store, 's')
    assert.deepEqual(read?.data, unicode)
    assert.deepEqual(Object.keys(read?.data ?? {}), Object.keys(unicode))
  })

  withStore(open, 'numbers, booleans, null and nesting come back as they were', async ({ store }) => {
    const data: JsonObject = {
      most: Number.MAX_SAFE_INTEGER,
      least: Number.MIN_SAFE_INTEGER,
      zero: 0,
      yes: true,
      no: false,
      none: null,
      list: [[], {}, [{ a: [1] }]],
    }
    await store.append('s', beginning, [event(data)])
    assert.deepEqual((await wholeStream(store, 's'))[0]?.data, data)
  })

  withStore(open, 'the leaf of an event is the same bytes before it is appended, in the answer, and read back', async ({ store }) => {
    const made = [
      event(unicode),
      event({ most: Number.MAX_SAFE_INTEGER, b: [null, { z: 1, a: false }], a: '' }),
      event({}, 'SiteRegistered'),
    ]
    const before = made.map((one, n) => leafBytes({ ...one, stream: 'subject-a', revision: BigInt(n) }))
    const recorded = await store.append('subject-a', beginning, made)
    assert.deepEqual(recorded.map(leafBytes), before)
    assert.deepEqual((await wholeStream(store, 'subject-a')).map(leafBytes), before)
    assert.deepEqual((await store.readAll({ after: beginning, limit: 10 })).map(leafBytes), before)
  })

  withStore(open, 'events of 64 KiB, several in one append', async ({ store }) => {
    const large = Array.from({ length: 4 }, (_, n) => event({ n, text: 'é'.repeat(32 * 1024) }))
    const recorded = await store.append('s', beginning, large)
    assert.deepEqual(await wholeStream(store, 's'), recorded)
    assert.deepEqual(
      recorded.map(({ data }) => data),
      large.map(({ data }) => data),
    )
  })

  withStore(open, '10,000 events in a stream', async ({ store }) => {
    for (let n = 0n; n < 10_000n; n += 500n) await store.append('s', n - 1n, events(500))
    const whole = await wholeStream(store, 's', 1000)
    assert.equal(whole.length, 10_000)
    assert.ok(whole.every(({ revision, data }, n) => revision === BigInt(n) && data['n'] === n % 500))
    assert.equal((await store.readStream('s', { after: 9_998n, limit: 10 }))[0]?.revision, 9_999n)
  })

  withStore(open, 'streams are told apart by every character of their names', async ({ store }) => {
    const names = ['subject-a', 'subject-A', 'subject-a ', 'subject-', 'subject-aa', 'subject-%', 'subject-é', 'subject-e\u0301']
    for (const name of names) await store.append(name, beginning, [event({ name })])
    for (const name of names)
      assert.deepEqual(
        (await wholeStream(store, name)).map(({ data }) => data),
        [{ name }],
      )
  })
}
