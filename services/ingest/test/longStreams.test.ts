// One person about whom a great deal was posted: each further act costs what the first ones did, and its receipt is its own.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { consent, email, no, openLedger, yes, type TestLedger } from './ledger.ts'

/** A ledger that counts how many events of subjects' streams are read. */
const opened = async (): Promise<{ ledger: TestLedger; read: () => number }> => {
  const store = new MemoryEventStore()
  let events = 0
  const counted: EventStore = {
    append: (...call) => store.append(...call),
    readStream: async (stream, page) => {
      const found = await store.readStream(stream, page)
      if (stream.startsWith('subject-')) events += found.length
      return found
    },
    readAll: (...call) => store.readAll(...call),
    subscribeAll: (...call) => store.subscribeAll(...call),
    head: () => store.head(),
    close: () => store.close(),
  }
  return { ledger: await openLedger({ store: counted }), read: () => events }
}

const noes = (subject: unknown, count: number) =>
  Array.from({ length: count }, () => ({ idempotencyKey: randomUUID(), act: 'withdrawal', subject, purposes: ['news'] }))

test('a batch of many noes about one person reads their stream while it is short, and then no more', async () => {
  const { ledger, read } = await opened()
  const { status, json } = await ledger.post('/v1/consents/batch', { items: noes(email(), 300) }, { idem: null })
  assert.equal(status, 200)
  assert.ok(json.results.every((result) => result.status === 201))
  assert.ok(read() <= (50 * 51) / 2, `${read()} events were read`)
  await ledger.close()
})

test('acts at once on one long stream: each receipt is that of its own act, as its replay shows', async () => {
  const { ledger } = await opened()
  const person = email()
  await ledger.post('/v1/consents/batch', { items: noes(person, 60) }, { idem: null })
  const posts = Array.from({ length: 16 }, (_, n) => ({ idem: randomUUID(), body: consent(person, [n % 2 === 0 ? yes : no]) }))
  const send = () => Promise.all(posts.map(({ idem, body }) => ledger.post('/v1/consents', body, { idem })))
  const first = await send()
  const again = await send()
  assert.deepEqual(
    again.map(({ status, text }) => [status, text]),
    first.map(({ text }) => [200, text]),
  )
  const words = first.map(({ json }) => json.receipt.state[0]?.state)
  assert.deepEqual(
    words,
    posts.map((_, n) => (n % 2 === 0 ? 'given' : 'refused')),
  )
  await ledger.close()
})
