// A log that lost its published head and is still the newest: by its state, as far as its entries bear that out.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { readState } from '@consent-ledger/logfiles'
import { copyLog } from '../src/commands/backup/logCopy.ts'
import { restore } from '../src/commands/restore/restore.ts'
import { beginningOf, sealedLeaves } from './logScene.ts'
import { copied, openScene, order, refused, removeScenes } from './restoreScene.ts'

after(removeScenes)

describe('a log of which only the published head is lost', () => {
  /** The backup has 16 leaves; LEDGER_LOG has 22, and its `checkpoint` is gone. */
  const withoutHead = async () => {
    const scene = await openScene()
    const [older, backup] = [await beginningOf(scene.store, 1000), await copied(scene.files)]
    await scene.signUp(3)
    const newest = await scene.seal()
    scene.files.kept.delete('checkpoint')
    return { ...scene, older, newest, copies: [{ name: 'backup', files: backup }] }
  }

  it('is the newest by its state, and keeps it: nothing is sealed anew in its place', async () => {
    const { older, copies, ...scene } = await withoutHead()
    const { log, events } = await restore(order(scene, { store: older, copies }))
    assert.deepEqual([log?.from, log?.size, log?.published], ['LEDGER_LOG', '22', '16'])
    assert.deepEqual(events, { sealed: 22, appended: 6 })
    assert.deepEqual(await sealedLeaves(older), await sealedLeaves(scene.store))
    assert.equal((await readState(scene.files))?.size, 22n)
  })

  it('is believed only if its entries bear the state out: else nothing is changed', async () => {
    for (const spoil of ['tile/entries/000.p/22', 'tile/0/000.p/22']) {
      const { older, copies, ...scene } = await withoutHead()
      const bytes = scene.files.kept.get(spoil)
      assert.ok(bytes)
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      const before = await older.head()
      await refused(
        restore(order(scene, { store: older, copies })),
        'LOG_DISAGREES',
        /LEDGER_LOG is the newest log.*22 leaves may have been signed/,
      )
      assert.deepEqual([await older.head(), (await readState(scene.files))?.size], [before, 22n])
    }
  })

  it('is copied over by no log that ends before its state', async () => {
    const { copies, ...scene } = await withoutHead()
    const [backup] = copies
    assert.ok(backup)
    await refused(copyLog({ from: backup.files, to: scene.files }), 'LOG_DISAGREES', /22 leaves, and the copy 16/)
    assert.equal((await readState(scene.files))?.size, 22n)
  })

  it('holds what was sealed behind a published head to its entries too', async () => {
    const { older, ...scene } = await openScene()
    await scene.signUp(1)
    await scene.seal(false)
    const entries = scene.files.kept.get('tile/entries/000.p/18')
    assert.ok(entries)
    entries[entries.length - 20] = (entries.at(-20) ?? 0) ^ 1
    const before = await older.head()
    await refused(restore(order(scene, { store: older })), 'LOG_DISAGREES', /not whole, at tile/)
    assert.equal(await older.head(), before)
  })
})
