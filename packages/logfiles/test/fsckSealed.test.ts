// What lies beyond the published head, by the word of the state: whole, or the first difference by its place.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateKey } from '@consent-ledger/tlog'
import { fsckSealed, type FsckSealed } from '../src/index.ts'
import { flip, loggedLedger, LoggedLedger } from './loggedLedger.ts'

const found = async (log: LoggedLedger, more: Partial<FsckSealed> = {}): Promise<string> => {
  const { finding } = await fsckSealed({ files: log.files, keys: log.vkeys(), ...more })
  return finding === null ? 'nothing' : `${finding.code} ${finding.where}`
}

/** 700 leaves sealed, and no head published over any of them. */
const unpublished = async (): Promise<{ log: LoggedLedger; note: string }> => {
  const log = await loggedLedger()
  const note = Buffer.from(log.files.kept.get('checkpoint') ?? []).toString('utf8')
  log.files.kept.delete('checkpoint')
  return { log, note }
}

describe('what is sealed beyond the published head', () => {
  it('is whole where entries, tiles and state agree', async () => {
    const { log, note } = await unpublished()
    assert.equal(await found(log, { heads: [note] }), 'nothing')
    assert.equal((await fsckSealed({ files: log.files, keys: [] })).state?.size, 700n)
    assert.deepEqual(await fsckSealed({ files: new LoggedLedger().files, keys: [] }), { state: null, finding: null })
  })

  it('is not taken at its word: a flipped entry or tile, or a missing one, is named', async () => {
    const { log } = await unpublished()
    for (const path of ['tile/entries/001', 'tile/0/002.p/188', 'tile/1/000.p/2']) {
      const bytes = log.files.kept.get(path) ?? new Uint8Array(0)
      flip(log, path, bytes.length - 1)
      assert.notEqual(await found(log), 'nothing', path)
      log.files.kept.delete(path)
      assert.equal(await found(log), `FILE_MISSING ${path}`)
      log.files.kept.set(path, bytes)
    }
  })

  it('is another history where a head was signed that is not of it', async () => {
    const [{ log, note }, other] = [await unpublished(), await loggedLedger()]
    assert.equal(await found(other, { heads: [note] }), 'PUBLISHED_HEAD_WRONG checkpoint')
    assert.equal(await found(log, { keys: [generateKey(log.origin).vkey] }), 'KEY_UNKNOWN stream ledger')
  })
})
