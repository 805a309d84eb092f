// The recorded facts of appending, each by its line.
import {
  ANY,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  WrongExpectedVersionError,
  jsonEvent,
} from '@eventstore/db-client'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { all, counted, eventually, failureOf, ids, newStream, numbersIn, type Target } from './target.ts'

const mebibyte = 1_048_576
const padded = (bytes: number): ReturnType<typeof jsonEvent> => jsonEvent({ type: 'Padded', data: { padding: 'x'.repeat(bytes) } })

export const appending = (target: () => Target): void => {
  const client = (): Target['client'] => target().client

  it('of the first event to no stream gives revision 0 and a position whose commit is its prepare', async () => {
    const result = await client().appendToStream(newStream(), counted(0), { expectedRevision: NO_STREAM })
    assert.equal(result.success, true)
    assert.equal(result.nextExpectedRevision, 0n)
    assert.equal(result.position?.commit, result.position?.prepare)
  })

  it('of several events gives contiguous revisions, each event a growing position of its own, and the last one is answered', async () => {
    const stream = newStream()
    const result = await client().appendToStream(stream, [counted(0), counted(1), counted(2)], { expectedRevision: NO_STREAM })
    const events = await all(client().readStream(stream))
    const positions = events.map(({ event }) => event?.position?.commit ?? -1n)
    assert.deepEqual(
      events.map(({ event }) => event?.revision),
      [0n, 1n, 2n],
    )
    assert.ok(positions.every((position, at) => at === 0 || position > (positions[at - 1] ?? 0n) + 1n))
    assert.deepEqual([result.nextExpectedRevision, result.position?.commit], [2n, positions[2]])
  })

  for (const [name, again] of [
    ['the same', NO_STREAM],
    ['any', ANY],
  ] as const)
    it(`of the same ids with ${name} expected revision succeeds as the first time, and its data is ignored`, async () => {
      const stream = newStream()
      const [first = '', second = ''] = ids(2)
      const once = await client().appendToStream(stream, [counted(0, first), counted(1, second)], { expectedRevision: NO_STREAM })
      await client().appendToStream(stream, counted(2), { expectedRevision: 1n })
      const twice = await client().appendToStream(stream, [counted(8, first), counted(9, second)], { expectedRevision: again })
      assert.deepEqual(twice, once)
      assert.deepEqual(await numbersIn(client(), stream), [0, 1, 2])
    })

  it('of one known and one new id with an old expected revision is a wrong version', async () => {
    const stream = newStream()
    const [known = ''] = ids(1)
    await client().appendToStream(stream, [counted(0), counted(1, known), counted(2)], { expectedRevision: NO_STREAM })
    const failure = await failureOf(client().appendToStream(stream, [counted(1, known), counted(9)], { expectedRevision: 0n }))
    assert.deepEqual([failure['type'], failure['expectedVersion'], failure['actualVersion']], ['wrong-expected-version', 0n, 2n])
  })

  it('of a known id and a new one with any revision is a wrong version, the other way round it appends both', async () => {
    const stream = newStream()
    const [known = ''] = ids(1)
    await client().appendToStream(stream, counted(0, known), { expectedRevision: NO_STREAM })
    await assert.rejects(client().appendToStream(stream, [counted(0, known), counted(1)]), WrongExpectedVersionError)
    await client().appendToStream(stream, [counted(1), counted(2, known)])
    assert.deepEqual(await numbersIn(client(), stream), [0, 1, 2])
  })

  it('of known ids with the current revision appends them again', async () => {
    const stream = newStream()
    const [id = ''] = ids(1)
    await client().appendToStream(stream, counted(0, id), { expectedRevision: NO_STREAM })
    const again = await client().appendToStream(stream, counted(1, id), { expectedRevision: 0n })
    assert.equal(again.nextExpectedRevision, 1n)
    assert.deepEqual(await numbersIn(client(), stream), [0, 1])
  })

  it('of the same id twice appends both, and of a known id to another stream appends it', async () => {
    const [stream, other] = [newStream(), newStream()]
    const [id = ''] = ids(1)
    await client().appendToStream(stream, [counted(0, id), counted(1, id)], { expectedRevision: NO_STREAM })
    await client().appendToStream(other, counted(2, id), { expectedRevision: NO_STREAM })
    assert.deepEqual([await numbersIn(client(), stream), await numbersIn(client(), other)], [[0, 1], [2]])
  })

  it('at a wrong, a future or a missing revision is a wrong version with an empty message', async () => {
    const stream = newStream()
    await client().appendToStream(stream, [counted(0), counted(1)], { expectedRevision: NO_STREAM })
    const seen = []
    for (const expectedRevision of [0n, 7n, NO_STREAM] as const)
      seen.push(await failureOf(client().appendToStream(stream, counted(9), { expectedRevision })))
    seen.push(await failureOf(client().appendToStream(newStream(), counted(9), { expectedRevision: STREAM_EXISTS })))
    assert.deepEqual(
      seen.map(({ type, message, expectedVersion, actualVersion }) => [type, message, expectedVersion, actualVersion]),
      [
        ['wrong-expected-version', '', 0n, 1n],
        ['wrong-expected-version', '', 7n, 1n],
        ['wrong-expected-version', '', 'no_stream', 1n],
        ['wrong-expected-version', '', 'stream_exists', 'no_stream'],
      ],
    )
  })

  it('of nothing succeeds with the last revision and a position that is no event’s', async () => {
    const stream = newStream()
    await client().appendToStream(stream, [counted(0), counted(1)], { expectedRevision: NO_STREAM })
    const { nextExpectedRevision, position } = await client().appendToStream(stream, [], { expectedRevision: 1n })
    assert.equal(nextExpectedRevision, 1n)
    await client().appendToStream(stream, counted(2))
    const positions = (await all(client().readStream(stream))).map(({ event }) => event?.position?.commit)
    assert.ok(position && !positions.includes(position.commit))
  })

  it('of an id in upper case gives it back in lower case', async () => {
    const stream = newStream()
    const [id = ''] = ids(1)
    await client().appendToStream(stream, counted(0, id.toUpperCase()))
    const [read] = await all(client().readStream(stream))
    assert.equal(read?.event?.id, id)
  })

  it('of 1,020 KiB, or of 1,000 events, succeeds; of more than 1 MiB it is refused with the limit', async () => {
    const stream = newStream()
    await client().appendToStream(stream, padded(1020 * 1024))
    await client().appendToStream(
      stream,
      Array.from({ length: 1000 }, (_, n) => counted(n)),
    )
    const failure = await failureOf(client().appendToStream(stream, [padded(mebibyte / 2), padded(mebibyte / 2)]))
    assert.deepEqual([failure['name'], failure['maxAppendSize']], [MaxAppendSizeExceededError.name, mebibyte])
    assert.equal((await all(client().readStream(stream))).length, 1001)
  })

  it('to a tombstoned stream is refused; to a soft-deleted one it goes on where it was, from no stream too', async () => {
    const [tombstoned, deleted] = [newStream(), newStream()]
    for (const stream of [tombstoned, deleted]) await client().appendToStream(stream, [counted(0), counted(1)])
    await client().tombstoneStream(tombstoned)
    await client().deleteStream(deleted)
    await assert.rejects(client().appendToStream(tombstoned, counted(2)), StreamDeletedError)
    const { nextExpectedRevision } = await client().appendToStream(deleted, counted(2), { expectedRevision: NO_STREAM })
    assert.equal(nextExpectedRevision, 2n)
    // The real server answers before the deletion is taken back.
    await eventually(async () => assert.deepEqual(await numbersIn(client(), deleted), [2]))
  })

  it('with credentials of its own takes another way to the same answers', async () => {
    const stream = newStream()
    const own = { credentials: { username: 'admin', password: 'changeit' } }
    const [id = ''] = ids(1)
    const first = await client().appendToStream(stream, counted(0, id), { expectedRevision: NO_STREAM, ...own })
    assert.deepEqual(await client().appendToStream(stream, counted(1, id), { expectedRevision: NO_STREAM, ...own }), first)
    const failure = await failureOf(client().appendToStream(stream, counted(2), { expectedRevision: NO_STREAM, ...own }))
    assert.deepEqual(
      [failure['type'], failure['message'], failure['expectedVersion'], failure['actualVersion']],
      ['wrong-expected-version', '', 'no_stream', 0n],
    )
    await client().tombstoneStream(stream)
    await assert.rejects(client().appendToStream(stream, counted(3), own), StreamDeletedError)
    const tooBig = await failureOf(client().appendToStream(newStream(), [padded(mebibyte / 2), padded(mebibyte / 2)], own))
    assert.deepEqual([tooBig['name'], tooBig['maxAppendSize']], [MaxAppendSizeExceededError.name, mebibyte])
  })

  it('by 50 racing writers lets one of them win', async () => {
    const stream = newStream()
    const races = Array.from({ length: 50 }, (_, n) => client().appendToStream(stream, counted(n), { expectedRevision: NO_STREAM }))
    const outcomes = await Promise.allSettled(races)
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(lost.length, 49)
    assert.ok(lost.every(({ reason }) => reason instanceof WrongExpectedVersionError))
    assert.equal((await numbersIn(client(), stream)).length, 1)
  })

  it('with an empty stream name is no request', async () => {
    const failure = await failureOf(client().appendToStream('', counted(0)))
    assert.deepEqual([failure['type'], failure['message']], ['unknown', 'Could not recognize BadRequest'])
  })

  for (const [name, event] of [
    ['an id that is no UUID', 'id'],
    ['an empty type', 'type'],
  ] as const)
    it(`with ${name} is no request, and kills the process when the server gives up on it`, async () => {
      const child = spawn(process.execPath, [fileURLToPath(new URL('badAppend.ts', import.meta.url)), target().url, event])
      let said = ''
      for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => void (said += chunk.toString('utf8')))
      const [code] = await once(child, 'close')
      assert.match(said, /^unknown: Could not recognize BadRequest$/m)
      assert.match(said, /undefined is not iterable/)
      assert.notEqual(code, 0)
    })
}
