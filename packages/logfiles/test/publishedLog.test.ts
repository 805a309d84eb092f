// The published log as its readers see it: the head, the tiles and entries of any published tree, and nothing that is not signed.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatTreeHead, generateKey, inclusionProof, leafHash, parseSkey, signNote, treeRoot, verifyInclusion } from '@consent-ledger/tlog'
import { PublishedLog, type LogReader } from '../src/index.ts'
import { MemoryLogFiles } from '../src/memory.ts'
import { flip, LoggedLedger, loggedLedger } from './loggedLedger.ts'

const { origin } = new LoggedLedger()

/** Counts what is read. */
const counting = (files: LogReader): LogReader & { paths: string[] } => {
  const paths: string[] = []
  const read = (path: string): Promise<Uint8Array | null> => {
    paths.push(path)
    return files.read(path)
  }
  return { read, paths }
}
const all = async (log: PublishedLog, from: bigint, to: bigint): Promise<{ index: bigint; entry: Buffer }[]> => {
  const found = []
  for await (const { index, entry } of log.entries(from, to)) found.push({ index, entry: Buffer.from(entry) })
  return found
}

describe('the published head', () => {
  it('is none before the first, then the newest, with its root', async () => {
    const log = new LoggedLedger()
    const reading = log.reading()
    assert.equal(await reading.head(), null)
    await log.begin()
    await log.sealAll()
    assert.equal((await reading.head())?.size, 3n)
    await log.recordMany('subject-0', 2)
    await log.sealAll()
    const head = await reading.head()
    assert.deepEqual({ size: head?.size, root: Buffer.from(head?.root ?? []) }, { size: 5n, root: Buffer.from(log.root()) })
    assert.match(head?.note ?? '', /^ledger\.example\.org\n5\n/)
  })

  it('does not follow a file that went back, or is gone', async () => {
    const log = await loggedLedger()
    const reading = log.reading()
    const old = log.files.kept.get('checkpoint') ?? new Uint8Array(0)
    await log.recordMany('subject-0', 1)
    await log.sealAll()
    await reading.head()
    log.files.kept.set('checkpoint', old)
    assert.equal((await reading.head())?.size, 701n)
    log.files.kept.delete('checkpoint')
    assert.equal((await reading.head())?.size, 701n)
  })

  it('is refused with another root for the size that was seen', async () => {
    const log = await loggedLedger()
    const reading = log.reading()
    await reading.head()
    await log.files.replace('checkpoint', Buffer.from(signNote(formatTreeHead({ origin, size: 700n, root: new Uint8Array(32) }), log.key)))
    await assert.rejects(reading.head(), { code: 'LOG_DISAGREES', message: /700/ })
  })

  it('is refused with a wrong signature, or in another form', async () => {
    const log = await loggedLedger()
    const note = Buffer.from(log.files.kept.get('checkpoint') ?? []).toString()
    for (const text of [note.replace('700', '701'), 'nothing', '', note.slice(0, -2)]) {
      log.files.kept.set('checkpoint', Buffer.from(text))
      await assert.rejects(log.reading().head(), { code: 'LOG_DISAGREES' }, text)
    }
  })

  it('under a key that the ledger does not name yet is not published, and is when it does', async () => {
    const log = await loggedLedger()
    const next = parseSkey(generateKey(origin).skey)
    const keys = log.vkeys()
    const reading = new PublishedLog(log.files, () => keys)
    await log.files.replace('checkpoint', Buffer.from(signNote(formatTreeHead({ origin, size: log.size, root: log.root() }), next)))
    await assert.rejects(reading.head(), { code: 'NOT_PUBLISHED' })
    keys.push(next.vkey)
    assert.equal((await reading.head())?.size, 700n)
  })
})

describe('tiles of the published log', () => {
  it('give proofs in every tree that was published', async () => {
    const log = await loggedLedger()
    const reading = log.reading()
    for (const size of [3n, 300n, 700n]) {
      const root = await treeRoot(reading.reader(size), size)
      for (const index of [0n, 2n, 255n, 256n, 299n, 511n, 512n, 699n].filter((one) => one < size)) {
        const proof = await inclusionProof(reading.reader(size), { index, size })
        verifyInclusion({ leafHash: leafHash(log.leaves[Number(index)] ?? new Uint8Array(0)), index, size, root, proof })
      }
    }
  })

  it('are taken from the full one where the partial one is gone, or from the newest', async () => {
    const log = await loggedLedger()
    const rootOf = async (size: bigint): Promise<Buffer> => Buffer.from(await treeRoot(log.reading().reader(size), size))
    const before = await Promise.all([3n, 300n].map(rootOf))
    for (const path of ['tile/0/000.p/3', 'tile/0/001.p/44', 'tile/1/000.p/1']) log.files.kept.delete(path)
    const reading = log.reading()
    await reading.head()
    assert.deepEqual(await Promise.all([3n, 300n].map(async (size) => Buffer.from(await treeRoot(reading.reader(size), size)))), before)
  })

  it('are read once while they are kept', async () => {
    const log = await loggedLedger()
    const files = counting(log.files)
    const reading = new PublishedLog(files, () => log.vkeys())
    await reading.head()
    await inclusionProof(reading.reader(700n), { index: 5n, size: 700n })
    const first = files.paths.length
    await inclusionProof(reading.reader(700n), { index: 6n, size: 700n })
    assert.equal(files.paths.length, first)
    assert.equal(first, 4)
  })

  it('that are missing or cut short are named', async () => {
    const log = await loggedLedger()
    log.files.kept.delete('tile/1/000.p/2')
    const proof = (): Promise<unknown> => inclusionProof(log.reading().reader(700n), { index: 600n, size: 700n })
    await assert.rejects(proof(), { code: 'LOG_DISAGREES', message: /^tile\/1\/000\.p\/2 is missing/ })
    log.files.kept.set('tile/1/000.p/2', new Uint8Array(63))
    await assert.rejects(proof(), { code: 'LOG_DISAGREES', message: /^tile\/1\/000\.p\/2 has 63 bytes/ })
  })
})

describe('entries of the published log', () => {
  it('are given in order, whole or a part, of every published tree', async () => {
    const log = await loggedLedger()
    const reading = log.reading()
    for (const [from, to] of [
      [0n, 700n],
      [0n, 3n],
      [3n, 300n],
      [255n, 257n],
      [299n, 300n],
      [512n, 700n],
      [5n, 5n],
    ] as const) {
      const expected = log.leaves.slice(Number(from), Number(to)).map((leaf, n) => ({ index: from + BigInt(n), entry: Buffer.from(leaf) }))
      assert.deepEqual(await all(reading, from, to), expected)
    }
  })

  it('come from a wider bundle where the partial one is gone', async () => {
    const log = await loggedLedger()
    for (const path of ['tile/entries/000.p/3', 'tile/entries/001.p/44']) log.files.kept.delete(path)
    const reading = log.reading()
    await reading.head()
    assert.deepEqual(
      (await all(reading, 0n, 300n)).map(({ entry }) => entry),
      log.leaves.slice(0, 300).map((leaf) => Buffer.from(leaf)),
    )
    assert.equal((await all(reading, 520n, 600n)).length, 80)
  })

  it('in a bundle that is missing or damaged are named', async () => {
    const log = await loggedLedger()
    flip(log, 'tile/entries/000', 0)
    await assert.rejects(all(log.reading(), 0n, 10n), { code: 'LOG_DISAGREES', message: /^tile\/entries\/000 is damaged/ })
    log.files.kept.delete('tile/entries/000')
    await assert.rejects(all(log.reading(), 0n, 700n), { code: 'LOG_DISAGREES', message: /^tile\/entries\/000 is missing/ })
  })

  it('of a log that is not there are none', async () => {
    assert.deepEqual(await all(new PublishedLog(new MemoryLogFiles(), () => []), 0n, 0n), [])
  })
})
