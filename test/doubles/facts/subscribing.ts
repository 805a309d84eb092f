// The recorded facts of subscriptions, each by its line.
import { type AllStreamSubscription, END, START, streamNameFilter, type StreamSubscription } from '@eventstore/db-client'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { all, counted, newStream, type Target } from './target.ts'

type Either = AllStreamSubscription | StreamSubscription

/** The first `count` revisions of one stream that a subscription gives; then it is ended. */
const revisions = async (subscription: Either, stream: string, count: number): Promise<bigint[]> => {
  const seen: bigint[] = []
  for await (const { event } of subscription) {
    if (event?.streamId === stream) seen.push(event.revision)
    if (seen.length === count) break
  }
  return seen
}

/** The names of what a subscription says before its first `count` events. */
const order = async (subscription: Either, count: number): Promise<string[]> => {
  const said: string[] = []
  subscription.on('confirmation', () => said.push('confirmation'))
  subscription.on('caughtUp', () => said.push('caughtUp'))
  for await (const _ of subscription) if (said.push('event') && said.filter((word) => word === 'event').length === count) break
  return said
}

export const subscribing = (target: () => Target): void => {
  const client = (): Target['client'] => target().client

  it('to a stream from a revision begins after it, catches up, and goes on live', async () => {
    const stream = newStream()
    await client().appendToStream(stream, [counted(0), counted(1), counted(2)])
    const subscription = client().subscribeToStream(stream, { fromRevision: 0n })
    subscription.once('caughtUp', () => void client().appendToStream(stream, counted(3)))
    assert.deepEqual(await revisions(subscription, stream, 3), [1n, 2n, 3n])
  })

  it('to all from a position begins after it, catches up, and goes on live', async () => {
    const stream = newStream()
    await client().appendToStream(stream, [counted(0), counted(1), counted(2)])
    const [first] = await all(client().readStream(stream))
    const subscription = client().subscribeToAll({ fromPosition: first?.event?.position ?? START })
    subscription.once('caughtUp', () => void client().appendToStream(stream, counted(3)))
    assert.deepEqual(await revisions(subscription, stream, 3), [1n, 2n, 3n])
  })

  it('from the end is confirmed, caught up, and then gives what comes, with a filter or without', async () => {
    const stream = newStream()
    for (const filter of [undefined, streamNameFilter({ prefixes: [stream] })]) {
      const subscription = client().subscribeToAll({ fromPosition: END, ...(filter && { filter }) })
      subscription.once('caughtUp', () => void client().appendToStream(stream, counted(0)))
      assert.deepEqual(await order(subscription, 1), ['confirmation', 'caughtUp', 'event'])
    }
  })

  it('from a position that is no event’s is an error thrown by the handler', async () => {
    const stream = newStream()
    await client().appendToStream(stream, [counted(0), counted(1)])
    const [first] = await all(client().readStream(stream))
    const { commit } = first?.event?.position ?? { commit: 0n }
    const subscription = client().subscribeToAll({ fromPosition: { commit: commit + 1n, prepare: commit + 1n } })
    const [error] = await once(subscription, 'error')
    assert.ok(error instanceof Error)
    assert.match(error.message, /Exception was thrown by handler/)
  })

  it('to a stream that does not exist is confirmed, and caught up only after its first event', async () => {
    const stream = newStream()
    const subscription = client().subscribeToStream(stream, { fromRevision: START })
    subscription.once('confirmation', () => void client().appendToStream(stream, counted(0)))
    subscription.once('caughtUp', () => void client().appendToStream(stream, counted(1)))
    assert.deepEqual(await order(subscription, 2), ['confirmation', 'event', 'caughtUp', 'event'])
  })

  it('to a stream that is tombstoned gives the tombstone, then ends as deleted; a new one is refused', async () => {
    const stream = newStream()
    await client().appendToStream(stream, counted(0))
    const subscription = client().subscribeToStream(stream, { fromRevision: START })
    subscription.once('caughtUp', () => void client().tombstoneStream(stream))
    const types: string[] = []
    subscription.on('data', ({ event }) => types.push(event?.type ?? ''))
    const [ended] = await once(subscription, 'error')
    const [refused] = await once(client().subscribeToStream(stream), 'error')
    assert.deepEqual([types, ended.type, refused.type], [['Counted', '$streamDeleted'], 'stream-deleted', 'stream-deleted'])
  })

  it('from past the end gives what comes', async () => {
    const stream = newStream()
    const result = await client().appendToStream(stream, counted(0))
    const past = (result.position?.commit ?? 0n) + 1_000_000_000n
    const subscription = client().subscribeToAll({ fromPosition: { commit: past, prepare: past } })
    subscription.once('caughtUp', () => void client().appendToStream(stream, counted(1)))
    assert.deepEqual(await revisions(subscription, stream, 1), [1n])
  })
}
