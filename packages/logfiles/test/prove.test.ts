// Heads found in the stream, leaves found in the tree, and the proof of one as a stranger would check it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leafBytes, treeHeadsStream } from '@consent-ledger/domain'
import type { StreamReader } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { leafHash, parseProofFile, parseVkey, verifyProofFile } from '@consent-ledger/tlog'
import { firstHeadCovering, headOfSize, lastRevisionOf, locate, newestHead, proveLeaf, publishedNote } from '../src/index.ts'
import { flip, LoggedLedger, loggedLedger } from './loggedLedger.ts'

const leaf = (log: LoggedLedger, index: number): Uint8Array => log.leaves[index] ?? new Uint8Array(0)

describe('the heads of a log', () => {
  /** A stream of as many heads, of 10, 20, 30, … leaves, every third one cosigned. */
  const heads = async (count: number): Promise<LoggedLedger> => {
    const log = new LoggedLedger()
    for (let n = 1; n <= count; n++) {
      await log.record(treeHeadsStream, 'TreeHeadSigned', { size: `${n * 10}`, note: `note ${n}\n` })
      if (n % 3 === 0)
        await log.record(treeHeadsStream, 'TreeHeadCosigned', { size: `${n * 10}`, signatures: [`— w1 ${n}\n`, `— w2 ${n}`] })
    }
    return log
  }

  it('the first that covers a leaf is found, whichever leaf it is', async () => {
    const { store } = await heads(20)
    for (let index = 0; index < 200; index++)
      assert.equal((await firstHeadCovering(store, BigInt(index)))?.size, BigInt((Math.floor(index / 10) + 1) * 10), `${index}`)
    assert.equal(await firstHeadCovering(store, 200n), null)
    assert.equal(await firstHeadCovering(new MemoryEventStore(), 0n), null)
  })

  it('comes with what witnesses said of it, and of no other', async () => {
    const { store } = await heads(7)
    const head = await firstHeadCovering(store, 55n)
    assert.deepEqual(head, { size: 60n, note: 'note 6\n', signatures: ['— w1 6\n', '— w2 6'] })
    assert.equal(publishedNote(head), 'note 6\n— w1 6\n— w2 6\n')
    assert.deepEqual((await firstHeadCovering(store, 40n))?.signatures, [])
  })

  it('is found by its exact size, and the newest by none', async () => {
    const { store } = await heads(6)
    assert.equal((await headOfSize(store, 40n))?.note, 'note 4\n')
    for (const size of [0n, 5n, 41n, 61n, 1000n]) assert.equal(await headOfSize(store, size), null, `${size}`)
    assert.deepEqual((await newestHead(store))?.signatures.length, 2)
    assert.equal(await newestHead(new MemoryEventStore()), null)
  })

  const counting = ({ store }: LoggedLedger): { counted: StreamReader; reads: () => number } => {
    let reads = 0
    const readStream: StreamReader['readStream'] = (...asked) => {
      reads += 1
      return store.readStream(...asked)
    }
    const since = (): number => {
      const made = reads
      reads = 0
      return made
    }
    return { counted: { readStream }, reads: since }
  }

  it('is found with a number of reads that grows with the logarithm of the stream', async () => {
    const { counted, reads } = counting(await heads(1200))
    assert.equal((await firstHeadCovering(counted, 2345n))?.size, 2350n)
    const made = reads()
    assert.ok(made <= 36, `${made} reads`)
  })

  it('is found with one read among the newest, and with two where it was signed since', async () => {
    const log = await heads(1200)
    const { counted, reads } = counting(log)
    await firstHeadCovering(counted, 11_990n)
    reads()
    for (const index of [11_990n, 11_985n, 10_500n]) {
      assert.equal((await firstHeadCovering(counted, index))?.size, (index / 10n + 1n) * 10n)
      assert.equal(reads(), 1, `${index}`)
    }
    await log.record(treeHeadsStream, 'TreeHeadSigned', { size: '12010', note: 'note\n' })
    assert.equal((await firstHeadCovering(counted, 12_005n))?.size, 12_010n)
    assert.equal(reads(), 2)
  })

  it('of which more are signed than are kept in memory, each is found all the same', async () => {
    const log = await heads(1)
    await firstHeadCovering(log.store, 0n)
    for (let n = 2; n <= 1100; n++) await log.record(treeHeadsStream, 'TreeHeadSigned', { size: `${n * 10}`, note: `note ${n}\n` })
    await firstHeadCovering(log.store, 10_990n)
    for (const index of [0n, 9n, 10n, 755n, 765n, 10_990n])
      assert.equal((await firstHeadCovering(log.store, index))?.size, (index / 10n + 1n) * 10n)
    assert.equal(await firstHeadCovering(log.store, 11_000n), null)
  })

  it('the last revision of a stream is found from any revision that it has', async () => {
    const { store } = await heads(12)
    for (const atLeast of [-1n, 0n, 7n, 15n]) assert.equal(await lastRevisionOf(store, treeHeadsStream, atLeast), 15n)
    assert.equal(await lastRevisionOf(store, 'none'), -1n)
  })

  it('something else in the stream is not taken for one', async () => {
    const log = new LoggedLedger()
    await log.record(treeHeadsStream, 'TreeHeadSigned', { size: 'many', note: 'x' })
    await assert.rejects(firstHeadCovering(log.store, 0n), { code: 'LOG_DISAGREES' })
  })
})

describe('the place of a leaf', () => {
  it('is the hint where that holds, and searched for where it does not', async () => {
    const log = await loggedLedger()
    const reading = log.reading()
    const wanted = leafHash(leaf(log, 350))
    for (const hint of [
      { index: 350n },
      { index: 349n },
      { index: 9999n },
      { index: -1n },
      {},
      { since: 300n },
      { index: 3n, since: 350n },
    ])
      assert.equal(
        await locate(reading, 700n, wanted, hint),
        350n,
        JSON.stringify(hint, (_, value: unknown) => String(value)),
      )
  })

  it('is none for a leaf that is not below the size, or was not since', async () => {
    const log = await loggedLedger()
    const reading = log.reading()
    assert.equal(await locate(reading, 300n, leafHash(leaf(log, 350)), { index: 350n }), null)
    assert.equal(await locate(reading, 700n, leafHash(Buffer.from('another')), {}), null)
    assert.equal(await locate(reading, 700n, leafHash(leaf(log, 10)), { since: 600n }), null)
    assert.equal(await locate(reading, 0n, leafHash(leaf(log, 0)), {}), null)
  })

  it('is not found across two hashes', async () => {
    const log = await loggedLedger()
    const across = Buffer.from(log.files.kept.get('tile/0/000') ?? []).subarray(16, 48)
    assert.equal(await locate(log.reading(), 700n, across, {}), null)
  })
})

describe('the proof of a leaf', () => {
  it('holds for every leaf, under the first head that covered it', async () => {
    const log = await loggedLedger()
    const reading = log.reading()
    for (let index = 0; index < 700; index += 23) {
      const proved = await proveLeaf({ log: reading, store: log.store }, leaf(log, index), { index: BigInt(index) })
      const size = index < 3 ? 3n : index < 300 ? 300n : 700n
      assert.deepEqual([proved.leafIndex, proved.head.size], [BigInt(index), size])
      const verified = verifyProofFile(parseProofFile(proved.proofFile), { leaf: leaf(log, index), log: log.vkeys().map(parseVkey) })
      assert.equal(verified.head.size, size)
    }
  })

  it('is the same later, when the log has gone on and partial tiles are gone', async () => {
    const log = await loggedLedger()
    const before = await proveLeaf({ log: log.reading(), store: log.store }, leaf(log, 299), {})
    await log.recordMany('subject-0', 500)
    await log.sealAll()
    for (const path of ['tile/0/001.p/44', 'tile/1/000.p/1']) log.files.kept.delete(path)
    assert.deepEqual(await proveLeaf({ log: log.reading(), store: log.store }, leaf(log, 299), { index: 299n }), before)
  })

  it('is not published before a head covers it, nor in a tree that ends before it', async () => {
    const log = await loggedLedger()
    const deps = { log: log.reading(), store: log.store }
    await log.recordMany('subject-9', 1)
    const [recorded] = await log.store.readStream('subject-9', { after: -1n, limit: 1 })
    assert.ok(recorded)
    await assert.rejects(proveLeaf(deps, leafBytes(recorded), {}), { code: 'NOT_PUBLISHED' })
    await assert.rejects(proveLeaf(deps, leaf(log, 400), { index: 400n }, 300n), { code: 'NOT_PUBLISHED' })
    await assert.rejects(proveLeaf(deps, leaf(log, 4), { index: 4n }, 701n), { code: 'NOT_PUBLISHED' })
    await log.sealAll()
    assert.equal((await proveLeaf(deps, leafBytes(recorded), { since: 700n })).leafIndex, 700n)
    const nowhere = new LoggedLedger()
    await assert.rejects(proveLeaf({ log: nowhere.reading(), store: nowhere.store }, leaf(log, 1), {}), { code: 'NOT_PUBLISHED' })
  })

  it('that does not hold is never handed out: a damaged tile is a disagreement', async () => {
    const log = await loggedLedger()
    flip(log, 'tile/0/001', 32 * 9)
    await assert.rejects(proveLeaf({ log: log.reading(), store: log.store }, leaf(log, 300), { index: 300n }), {
      code: 'LOG_DISAGREES',
      message: /leaf 300 in the tree of 700/,
    })
  })

  it('needs the head that was signed for it', async () => {
    const log = await loggedLedger()
    await assert.rejects(proveLeaf({ log: log.reading(), store: new MemoryEventStore() }, leaf(log, 5), {}), { code: 'LOG_DISAGREES' })
  })
})
