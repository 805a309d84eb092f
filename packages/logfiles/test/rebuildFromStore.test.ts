// A log made again from the events: the same bytes as before, up to the last signed head, or nothing at all.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fsck, rebuildFromStore } from '../src/index.ts'
import { MemoryLogFiles } from '../src/memory.ts'
import { LoggedLedger, loggedLedger } from './loggedLedger.ts'

const rebuild = (log: LoggedLedger, files: MemoryLogFiles) => rebuildFromStore({ files, keys: log.vkeys(), store: log.store })

const hex = (kept: ReadonlyMap<string, Uint8Array>): Map<string, string> =>
  new Map(
    [...kept]
      .map(([path, bytes]): [string, string] => [path, Buffer.from(bytes).toString('hex')])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )

/** Full tiles and bundles, and the open end of the tree of `size`, as they were; narrower ones of before need not come back. */
const demandSame = async (log: LoggedLedger, files: MemoryLogFiles): Promise<void> => {
  const was = hex(log.files.kept)
  for (const [path, bytes] of hex(files.kept)) if (path !== 'checkpoint') assert.equal(bytes, was.get(path), path)
  // The head is published again by the next start.
  files.kept.set('checkpoint', log.files.kept.get('checkpoint') ?? new Uint8Array(0))
  assert.equal((await fsck({ files, keys: log.vkeys(), store: log.store })).finding, null)
}

describe('a log rebuilt from the store', () => {
  it('is made from nothing', async () => {
    const [log, files] = [await loggedLedger(), new MemoryLogFiles()]
    const { size, heads, entries, state } = await rebuild(log, files)
    assert.deepEqual({ size, heads, entries, state }, { size: 700n, heads: 3, entries: 700n, state: true })
    await demandSame(log, files)
  })

  it('goes on from an older copy, and leaves out what nobody signed yet', async () => {
    const log = await loggedLedger()
    const files = new MemoryLogFiles(new Map(log.files.kept))
    await log.recordMany('subject-1', 30)
    await log.recordMany('subject-4', 300)
    await log.sealAll()
    await log.recordMany('subject-4', 7)
    const { size, entries } = await rebuild(log, files)
    assert.deepEqual({ size, entries }, { size: 1030n, entries: 330n })
    await demandSame(log, files)
    assert.equal((await rebuild(log, files)).entries, 0n)
  })

  it('goes on from an older copy whose leaves are in another order than the store has them', async () => {
    const log = new LoggedLedger()
    await log.begin()
    await log.recordMany('subject-0', 5)
    await log.recordMany('subject-1', 5)
    await log.sealAll()
    const files = new MemoryLogFiles(new Map(log.files.kept))
    await log.recordMany('subject-0', 5)
    await log.sealAll()
    const all = await log.store.readAll({ after: -1n, limit: 1000 })
    const turned = [...all].sort((one, other) => Number(one.stream === 'subject-0') - Number(other.stream === 'subject-0'))
    const store = {
      readStream: log.store.readStream.bind(log.store),
      readAll: async ({ after }: { after: bigint }) =>
        turned.map((event, n) => ({ ...event, position: BigInt(n) })).slice(Number(after) + 1),
    }
    await rebuildFromStore({ files, keys: log.vkeys(), store })
    await demandSame(log, files)
    const lost = new MemoryLogFiles()
    await assert.rejects(rebuildFromStore({ files: lost, keys: log.vkeys(), store }), {
      code: 'LOG_DISAGREES',
      message: /in another order/,
    })
    assert.equal(lost.kept.size, 0)
  })

  it('begins at the beginning where the copy is not whole, and takes the place of what is wrong', async () => {
    const log = await loggedLedger()
    const files = new MemoryLogFiles(new Map(log.files.kept))
    const whole = hex(log.files.kept)
    const bytes = Uint8Array.from(files.kept.get('tile/entries/000') ?? [])
    bytes[700] = (bytes[700] ?? 0) ^ 1
    files.kept.set('tile/entries/000', bytes)
    assert.equal((await rebuild(log, files)).entries, 700n)
    assert.deepEqual(hex(files.kept), whole)
  })

  it('writes nothing where an event is another, or missing', async () => {
    const [log, other] = [await loggedLedger(), await loggedLedger()]
    const files = new MemoryLogFiles()
    for (const revision of [7n, 100n]) {
      const readAll: LoggedLedger['store']['readAll'] = async (page) =>
        (await log.store.readAll(page)).flatMap((event) => {
          if (event.stream !== 'subject-1' || event.revision !== revision) return [event]
          return revision === 7n ? [{ ...event, data: { n: 'another' } }] : []
        })
      const store = { readAll, readStream: log.store.readStream.bind(log.store) }
      await assert.rejects(rebuildFromStore({ files, keys: log.vkeys(), store }), { code: 'LOG_DISAGREES' })
      assert.equal(files.kept.size, 0)
    }
    await assert.rejects(rebuildFromStore({ files, keys: other.vkeys(), store: log.store }), { code: 'LOG_DISAGREES' })
  })

  it('is not made where the log says that it goes further than the store', async () => {
    const log = await loggedLedger()
    const older = await loggedLedger()
    await log.recordMany('subject-0', 1)
    await log.sealAll()
    await assert.rejects(rebuild(older, log.files), { code: 'LOG_DISAGREES', message: /701 leaves.*`ledger restore`/ })
    await assert.rejects(rebuild(new LoggedLedger(), new MemoryLogFiles()), { code: 'NOT_PUBLISHED' })
  })
})
