// Tiles and state made again from the entries, and nothing at all where the entries do not meet a head.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StreamReader } from '@consent-ledger/eventstore'
import { formatTreeHead, signNote } from '@consent-ledger/tlog'
import { fsck, fsckSealed, parseState, rebuildTiles, type Rebuilding } from '../src/index.ts'
import { flip, LoggedLedger, loggedLedger } from './loggedLedger.ts'

const { origin } = new LoggedLedger()

const isTile = (path: string): boolean => /^tile\/\d/.test(path)
const rebuild = (log: LoggedLedger, more: Partial<Rebuilding> = {}) =>
  rebuildTiles({ files: log.files, keys: log.vkeys(), store: log.store, ...more })
const whole = async (log: LoggedLedger): Promise<void> =>
  assert.equal((await fsck({ files: log.files, keys: log.vkeys(), store: log.store })).finding, null)
/** What lies there, to be compared. */
const kept = (log: LoggedLedger): Map<string, string> =>
  new Map([...log.files.kept].map(([path, bytes]) => [path, Buffer.from(bytes).toString('hex')]))

describe('rebuild', () => {
  it('of a whole log changes nothing', async () => {
    const log = await loggedLedger()
    const before = kept(log)
    const { size, heads, made, replaced, state } = await rebuild(log)
    assert.deepEqual({ size, heads, made, replaced, state }, { size: 700n, heads: 3, made: 0, replaced: 0, state: false })
    assert.deepEqual(kept(log), before)
  })

  it('makes every tile again, of all levels, as it was', async () => {
    const log = new LoggedLedger()
    await log.begin()
    for (const stream of ['subject-0', 'subject-1', 'subject-2']) await log.recordMany(stream, 22_000)
    await log.sealAll()
    const before = kept(log)
    for (const path of log.files.kept.keys()) if (isTile(path)) log.files.kept.delete(path)
    const { made } = await rebuild(log)
    assert.equal(made, 258 + 2 + 1)
    assert.deepEqual(kept(log), before)
    await whole(log)
  })

  it('replaces damaged tiles, and takes narrower ones away', async () => {
    const log = await loggedLedger()
    for (const path of ['tile/0/001', 'tile/1/000.p/2', 'tile/0/000.p/3']) flip(log, path, 5)
    const { made, replaced } = await rebuild(log)
    assert.deepEqual({ made, replaced }, { made: 0, replaced: 2 })
    assert.equal(log.files.kept.has('tile/0/000.p/3'), false)
    await whole(log)
  })

  it('makes the state again where it is lost, damaged or old', async () => {
    const old = (await loggedLedger()).files.kept.get('state.json') ?? new Uint8Array(0)
    for (const lose of [
      (log: LoggedLedger) => log.files.kept.delete('state.json'),
      (log: LoggedLedger) => flip(log, 'state.json', 40),
      (log: LoggedLedger) => log.files.kept.set('state.json', old),
    ]) {
      const log = await loggedLedger()
      await log.recordMany('subject-0', 5)
      await log.sealAll()
      const before = parseState(log.files.kept.get('state.json') ?? new Uint8Array(0))
      lose(log)
      assert.equal((await rebuild(log)).state, true)
      assert.deepEqual(parseState(log.files.kept.get('state.json') ?? new Uint8Array(0)), before)
      await whole(log)
    }
  })

  it('reaches up to a head that was signed and not published', async () => {
    const log = await loggedLedger()
    const published = log.files.kept.get('checkpoint') ?? new Uint8Array(0)
    await log.recordMany('subject-0', 100)
    await log.sealAll()
    log.files.kept.set('checkpoint', published)
    log.files.kept.delete('tile/0/003.p/32')
    const { size, made } = await rebuild(log)
    assert.deepEqual({ size, made }, { size: 800n, made: 1 })
    log.files.kept.delete('checkpoint')
    assert.equal((await rebuild(log)).size, 800n)
  })

  /** Sealed up to 800 leaves and killed before the head of them was signed: that of 700 is the newest. */
  const sealedBeyond = async (): Promise<{ log: LoggedLedger; store: StreamReader }> => {
    const log = await loggedLedger()
    const published = log.files.kept.get('checkpoint') ?? new Uint8Array(0)
    await log.recordMany('subject-0', 100)
    await log.sealAll()
    log.files.kept.set('checkpoint', published)
    const readStream: StreamReader['readStream'] = async (stream, page) =>
      (await log.store.readStream(stream, page)).filter(({ revision }) => stream !== 'tree-heads' || revision < 3n)
    return { log, store: { readStream } }
  }

  it('makes the tiles of a state that is ahead of the heads, too', async () => {
    const { log, store } = await sealedBeyond()
    const before = kept(log)
    log.files.kept.delete('tile/0/003.p/32')
    flip(log, 'tile/0/002', 5)
    const { size, made, replaced, state } = await rebuild(log, { store })
    assert.deepEqual({ size, made, replaced, state }, { size: 700n, made: 1, replaced: 1, state: false })
    assert.deepEqual(kept(log), before)
    assert.equal((await fsckSealed({ files: log.files, keys: log.vkeys() })).finding, null)
  })

  it('gives up a state that is ahead of the heads, where the entries do not bear it out', async () => {
    const { log, store } = await sealedBeyond()
    log.files.kept.delete('tile/entries/003.p/32')
    await assert.rejects(rebuildTiles({ files: log.files, keys: log.vkeys() }), {
      code: 'LOG_DISAGREES',
      message: /do not reach the 800 leaves/,
    })
    assert.equal((await rebuild(log, { store })).state, true)
    assert.equal(parseState(log.files.kept.get('state.json') ?? new Uint8Array(0)).size, 700n)
    assert.equal((await fsck({ files: log.files, keys: log.vkeys() })).finding, null)
  })

  it('goes by the published head alone where there is no store', async () => {
    const log = await loggedLedger()
    log.files.kept.delete('tile/0/000')
    const { heads, made } = await rebuildTiles({ files: log.files, keys: [] })
    assert.deepEqual({ heads, made }, { heads: 1, made: 1 })
    await whole(log)
  })

  it('writes nothing where the entries do not meet a head, and names it', async () => {
    const log = await loggedLedger()
    for (const path of log.files.kept.keys()) if (isTile(path)) log.files.kept.delete(path)
    flip(log, 'tile/entries/000', 200)
    const before = kept(log)
    await assert.rejects(rebuild(log), { code: 'LOG_DISAGREES' })
    assert.deepEqual(kept(log), before)
    const forked = await loggedLedger()
    const note = signNote(formatTreeHead({ origin, size: 701n, root: new Uint8Array(32) }), forked.key)
    await forked.record('tree-heads', 'TreeHeadSigned', { size: '701', note })
    await forked.recordMany('subject-0', 5)
    await forked.sealAll()
    await assert.rejects(rebuild(forked), { code: 'LOG_DISAGREES', message: /701 leaves, tree-heads revision 3/ })
  })

  it('writes nothing where an entry is missing', async () => {
    const log = await loggedLedger()
    log.files.kept.delete('tile/entries/001')
    await assert.rejects(rebuild(log), { code: 'LOG_DISAGREES', message: /tile\/entries\/001 is missing/ })
  })

  it('has nothing to do where nothing was ever signed', async () => {
    await assert.rejects(rebuild(new LoggedLedger()), { code: 'NOT_PUBLISHED' })
  })
})
