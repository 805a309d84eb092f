// What fsck finds: nothing in a whole log, and the first difference by its place in every other.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatTreeHead, generateKey, parseSkey, signNote, type Signer } from '@consent-ledger/tlog'
import { fsck, type Fsck, type FsckFinding } from '../src/index.ts'
import { flip, LoggedLedger, loggedLedger } from './loggedLedger.ts'

const { origin } = new LoggedLedger()

const check = async (log: LoggedLedger, more: Partial<Fsck> = {}): Promise<FsckFinding | null> =>
  (await fsck({ files: log.files, keys: log.vkeys(), ...more })).finding

const found = async (log: LoggedLedger, more: Partial<Fsck> = {}): Promise<string> => {
  const finding = await check(log, more)
  return finding === null ? 'nothing' : `${finding.code} ${finding.where}`
}

describe('fsck', () => {
  it('finds nothing in a whole log, with or without keys, alone or beside its store', async () => {
    const log = await loggedLedger()
    const { size, root, finding } = await fsck({ files: log.files, keys: [], store: log.store })
    assert.deepEqual({ size, root: Buffer.from(root), finding }, { size: 700n, root: Buffer.from(log.root()), finding: null })
    assert.equal(await found(log), 'nothing')
  })

  it('finds nothing where no log was begun', async () => {
    assert.equal(await found(new LoggedLedger()), 'nothing')
  })

  it('finds nothing in a mirror, which has no state', async () => {
    const log = await loggedLedger()
    log.files.kept.delete('state.json')
    assert.equal(await found(log), 'nothing')
  })

  it('says how far it is', async () => {
    const log = await loggedLedger()
    const said: bigint[][] = []
    await fsck({ files: log.files, keys: [], onProgress: (...progress) => said.push(progress) })
    assert.deepEqual(said, [
      [256n, 700n],
      [512n, 700n],
      [700n, 700n],
    ])
  })

  it('names the file of a flipped bit, whichever file it is and wherever the bit', async () => {
    const log = await loggedLedger()
    const whole = new Map(log.files.kept)
    assert.ok(whole.size > 12)
    for (const [path, bytes] of whole) {
      for (const part of [0, 0.3, 0.6, 0.999]) {
        flip(log, path, Math.floor(bytes.length * part))
        const finding = await check(log)
        assert.equal(finding?.where, path, `${path} at ${part}: ${finding?.code} ${finding?.message}`)
        log.files.kept.set(path, bytes)
      }
    }
    assert.equal(await found(log), 'nothing')
  })

  it('tells a changed entry from a changed tile', async () => {
    const log = await loggedLedger()
    flip(log, 'tile/0/001', 32 * 7)
    assert.equal(await found(log), 'TILE_WRONG tile/0/001')
    const other = await loggedLedger()
    flip(other, 'tile/entries/001', 700)
    assert.equal(await found(other), 'ENTRY_WRONG tile/entries/001')
    assert.match((await check(other))?.message ?? '', /^Leaf 25\d, entry \d of tile\/entries\/001, .*which the signed root covers/)
  })

  it('names what is missing or cut short', async () => {
    for (const path of ['tile/0/000', 'tile/0/002.p/188', 'tile/1/000.p/2', 'tile/entries/001', 'tile/entries/002.p/188']) {
      const log = await loggedLedger()
      const bytes = log.files.kept.get(path) ?? new Uint8Array(0)
      log.files.kept.set(path, bytes.subarray(0, bytes.length - 1))
      assert.equal(await found(log), `FILE_DAMAGED ${path}`)
      log.files.kept.delete(path)
      assert.equal(await found(log), `FILE_MISSING ${path}`)
    }
  })

  it('files that are all there without a head over them are no empty log', async () => {
    const log = await loggedLedger()
    log.files.kept.delete('checkpoint')
    assert.equal(await found(log), 'PUBLISHED_HEAD_MISSING checkpoint')
  })

  it('names a head that another key signed, or this one over another tree', async () => {
    const log = await loggedLedger()
    const head = { origin, size: log.size, root: log.root() }
    const stranger = parseSkey(generateKey(origin).skey)
    await log.files.replace('checkpoint', Buffer.from(signNote(formatTreeHead(head), stranger)))
    assert.equal(await found(log), 'PUBLISHED_HEAD_WRONG checkpoint')
    assert.equal(await found(log, { keys: [stranger.vkey] }), 'PUBLISHED_HEAD_WRONG checkpoint')
    await log.files.replace('checkpoint', Buffer.from(signNote(formatTreeHead({ ...head, root: new Uint8Array(32) }), log.key)))
    assert.equal(await found(log), 'ROOT_WRONG checkpoint')
  })

  it('refuses a log that names none of the keys that are trusted', async () => {
    assert.equal(await found(await loggedLedger(), { keys: [generateKey(origin).vkey] }), 'KEY_UNKNOWN stream ledger')
  })

  it('refuses a log that names a key that is trusted and is signed by another', async () => {
    const trusted = parseSkey(generateKey(origin).skey)
    const log = new LoggedLedger()
    await log.record('ledger', 'LogKeyIntroduced', { vkey: trusted.vkey })
    for (const { type, data } of log.introduced()) await log.record('ledger', type, data)
    await log.sealAll()
    assert.equal(await found(log, { keys: [trusted.vkey] }), 'LEAF_WRONG leaf 1')
  })

  it('refuses one that was handed to a key that is trusted, and is still signed by the stranger', async () => {
    const [log, trusted] = [await loggedLedger(), parseSkey(generateKey(origin).skey)]
    const statement = signNote(`${origin}\nlog-key-rotation v1\n${trusted.vkey}\n`, log.key)
    await log.record('ledger', 'LogKeyRotated', { vkey: trusted.vkey, statement })
    await log.sealAll()
    assert.equal(await found(log, { keys: [trusted.vkey] }), 'KEY_UNKNOWN stream ledger')
    log.key = trusted
    await log.recordMany('subject-0', 1)
    await log.sealAll()
    assert.equal(await found(log, { keys: [trusted.vkey] }), 'nothing')
  })

  describe('of a log that was handed to another key', () => {
    /** `by`: who says that the new key follows; by right the old one. */
    const handedOver = async (by?: Signer): Promise<{ log: LoggedLedger; old: Signer; next: Signer }> => {
      const [log, next] = [await loggedLedger(), parseSkey(generateKey(origin).skey)]
      const old = log.key
      const statement = signNote(`${origin}\nlog-key-rotation v1\n${next.vkey}\n`, by ?? old)
      await log.record('ledger', 'LogKeyRotated', { vkey: next.vkey, statement })
      await log.sealAll()
      return { log, old, next }
    }

    it('finds nothing, with the old key, the new one, or neither', async () => {
      const { log, old, next } = await handedOver()
      assert.equal(await found(log, { keys: [old.vkey], store: log.store }), 'nothing')
      log.key = next
      await log.recordMany('subject-0', 3)
      await log.sealAll()
      for (const keys of [[old.vkey], [next.vkey], []]) assert.equal(await found(log, { keys, store: log.store }), 'nothing')
    })

    it('names a head that the old key signed after it, or the new one before', async () => {
      const { log } = await handedOver()
      await log.recordMany('subject-0', 3)
      await log.sealAll()
      assert.equal(await found(log), 'PUBLISHED_HEAD_WRONG checkpoint')
      const early = await handedOver()
      const head = { origin, size: early.log.size, root: early.log.root() }
      await early.log.files.replace('checkpoint', Buffer.from(signNote(formatTreeHead(head), early.next)))
      assert.equal(await found(early.log, { keys: [] }), 'PUBLISHED_HEAD_WRONG checkpoint')
    })

    it('names a key that the old one did not vouch for', async () => {
      const { log } = await handedOver(parseSkey(generateKey(origin).skey))
      assert.equal(await found(log), 'KEY_ROTATION_WRONG leaf 700')
    })
  })

  it('names an event that was left out of its stream', async () => {
    const log = new LoggedLedger()
    await log.begin()
    await log.recordMany('subject-0', 10)
    await log.sealAll(({ stream, revision }) => stream === 'subject-0' && revision === 4n)
    assert.equal(await found(log), 'REVISION_WRONG leaf 7')
  })

  it('names a state that is of another tree', async () => {
    const log = await loggedLedger()
    const state = log.files.kept.get('state.json')
    await log.recordMany('subject-9', 1)
    await log.sealAll()
    log.files.kept.set('state.json', state ?? new Uint8Array(0))
    assert.equal(await found(log), 'STATE_WRONG state.json')
  })
})
