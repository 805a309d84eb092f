// The recorded facts of reading, each by its line.
import { BACKWARDS, binaryEvent, END, jsonEvent, NO_STREAM, START, StreamDeletedError, StreamNotFoundError } from '@eventstore/db-client'
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { all, counted, eventually, failureOf, newStream, numbersIn, type Target } from './target.ts'

const count = (n: number): ReturnType<typeof counted>[] => Array.from({ length: n }, (_, at) => counted(at))

export const reading = (target: () => Target): void => {
  const client = (): Target['client'] => target().client

  it('no stream, or a soft-deleted one, is a stream not found; a tombstoned one is deleted, code 9', async () => {
    const [deleted, tombstoned] = [newStream(), newStream()]
    for (const stream of [deleted, tombstoned]) await client().appendToStream(stream, counted(0))
    await client().deleteStream(deleted)
    await client().tombstoneStream(tombstoned)
    await assert.rejects(all(client().readStream(newStream())), StreamNotFoundError)
    await assert.rejects(all(client().readStream(deleted)), StreamNotFoundError)
    const failure = await failureOf(all(client().readStream(tombstoned)))
    assert.deepEqual([failure['name'], failure['code']], [StreamDeletedError.name, 9])
  })

  it('from past the end gives nothing', async () => {
    const stream = newStream()
    await client().appendToStream(stream, count(2))
    assert.deepEqual(await all(client().readStream(stream, { fromRevision: 7n })), [])
  })

  it('from a revision has that one in it, forwards and backwards', async () => {
    const stream = newStream()
    await client().appendToStream(stream, count(4))
    const read = async (options: object): Promise<unknown[]> =>
      (await all(client().readStream(stream, options))).map(({ event }) => Number(event?.revision))
    assert.deepEqual(await read({ fromRevision: 2n }), [2, 3])
    assert.deepEqual(await read({ fromRevision: 1n, maxCount: 2 }), [1, 2])
    assert.deepEqual(await read({ fromRevision: 2n, direction: BACKWARDS }), [2, 1, 0])
    assert.deepEqual(await read({ fromRevision: END, direction: BACKWARDS, maxCount: 1 }), [3])
  })

  it('all from a position has that one in it forwards, and begins before it backwards', async () => {
    const stream = newStream()
    await client().appendToStream(stream, count(3))
    const [, second] = await all(client().readStream(stream))
    const fromPosition = second?.event?.position ?? START
    const forwards = await all(client().readAll({ fromPosition, maxCount: 2 }))
    const backwards = await all(client().readAll({ fromPosition, direction: BACKWARDS, maxCount: 1 }))
    const [last] = await all(client().readAll({ fromPosition: END, direction: BACKWARDS, maxCount: 1 }))
    assert.deepEqual(
      [...forwards, ...backwards].map(({ event }) => event?.revision),
      [1n, 2n, 0n],
    )
    assert.equal(last?.event?.revision, 2n)
  })

  it('at most none of a stream is an unknown error', async () => {
    const stream = newStream()
    await client().appendToStream(stream, counted(0))
    const failure = await failureOf(all(client().readStream(stream, { maxCount: 0 })))
    assert.deepEqual([failure['type'], failure['message']], ['unknown', '2 UNKNOWN: Unexpected ReadStreamResult: Error'])
  })

  it('all has system events in it, from the start', async () => {
    const events = await all(client().readAll({ maxCount: 5 }))
    assert.ok(events.some(({ event }) => event?.type.startsWith('$')))
  })

  it('all from a position that is no event’s is an unknown error, code 2', async () => {
    const stream = newStream()
    await client().appendToStream(stream, count(2))
    const [first] = await all(client().readStream(stream))
    const { commit } = first?.event?.position ?? { commit: 0n }
    const failure = await failureOf(all(client().readAll({ fromPosition: { commit: commit + 1n, prepare: commit + 1n } })))
    assert.deepEqual([failure['type'], failure['code'], failure['message']], ['unknown', 2, '2 UNKNOWN: Unexpected ReadAllResult: Error'])
  })

  it('gives when an event was created, in milliseconds, and no metadata where there was none', async () => {
    const stream = newStream()
    await client().appendToStream(stream, counted(0))
    const [read] = await all(client().readStream(stream))
    assert.ok(Math.abs((read?.event?.created.getTime() ?? 0) - Date.now()) < 60_000)
    assert.equal(read?.event?.metadata, undefined)
  })

  it('gives JSON back as it was: order of keys, Unicode, NUL, safe integers, nesting; -0 comes back as 0', async () => {
    const stream = newStream()
    const data = { b: 1, a: [{ deep: { é: '𝄞\u0000"\\' } }], big: Number.MAX_SAFE_INTEGER, none: null, zero: -0 }
    await client().appendToStream(stream, jsonEvent({ type: 'T', data, metadata: { z: 1, y: '𝄞' } }))
    const [read] = await all(client().readStream(stream))
    assert.deepEqual(read?.event?.data, { ...data, zero: 0 })
    assert.equal(JSON.stringify(read?.event?.data), JSON.stringify(data))
    assert.equal(JSON.stringify(read?.event?.metadata), '{"z":1,"y":"𝄞"}')
  })

  it('gives bytes back as bytes, and their metadata still parsed as JSON', async () => {
    const stream = newStream()
    const data = new Uint8Array([0, 255, 1, 128])
    await client().appendToStream(stream, binaryEvent({ type: 'B', data, metadata: Buffer.from('{"m":1}') }))
    const [read] = await all(client().readStream(stream))
    assert.deepEqual(new Uint8Array(read?.event?.data as Uint8Array), data)
    assert.deepEqual(read?.event?.metadata, { m: 1 })
  })

  it('a stream with $maxCount hides older events at once, and lifting it brings them back', async () => {
    const stream = newStream()
    await client().appendToStream(stream, count(4))
    await client().setStreamMetadata(stream, { maxCount: 2 })
    assert.deepEqual(await numbersIn(client(), stream), [2, 3])
    await client().setStreamMetadata(stream, {})
    assert.deepEqual(await numbersIn(client(), stream), [0, 1, 2, 3])
  })

  it('a stream with $tb hides what is before it; with $maxAge nothing that is young', async () => {
    const stream = newStream()
    await client().appendToStream(stream, count(3))
    await client().setStreamMetadata(stream, { truncateBefore: 1 })
    assert.deepEqual(await numbersIn(client(), stream), [1, 2])
    await client().setStreamMetadata(stream, { maxAge: 3600 })
    assert.deepEqual(await numbersIn(client(), stream), [0, 1, 2])
    assert.deepEqual((await client().getStreamMetadata(stream)).metadata, { maxAge: 3600 })
  })

  it('a stream whose metadata was deleted with it shows what is appended afterwards', async () => {
    const stream = newStream()
    await client().appendToStream(stream, count(2), { expectedRevision: NO_STREAM })
    await client().deleteStream(stream)
    await client().appendToStream(stream, counted(7), { expectedRevision: 1n })
    await eventually(async () => assert.deepEqual(await numbersIn(client(), stream), [7]))
  })
}
