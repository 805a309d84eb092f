// A restore that is ended at each of its steps, which was not done or was done all the same: the same command again ends it.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { LedgerError, treeHeadsAggregate, treeHeadsStream } from '@consent-ledger/domain'
import { beginning, fold } from '@consent-ledger/eventstore'
import { readState, type LogFiles } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { restore } from '../src/commands/restore/restore.ts'
import { failingAt } from './copyScene.ts'
import { beginningOf, sealedLeaves } from './logScene.ts'
import { copied, openScene, order, removeScenes } from './restoreScene.ts'

after(removeScenes)

describe('each call of the store, failed or failed but applied', () => {
  for (const how of ['failed', 'applied'] as const) {
    it(`${how}: the same command again ends with the same store`, async () => {
      const { store, files, newest, ...scene } = await openScene()
      for (let nth = 1; ; nth++) {
        const older = await beginningOf(store, 6)
        const failing = failingAt(older, nth, how)
        const work = restore(order({ ...scene, store, files }, { store: failing }))
        await work.catch((error: unknown) => assert.ok(error instanceof LedgerError, String(error)))
        await restore(order({ ...scene, store, files }, { store: older }))
        assert.deepEqual(await sealedLeaves(older), await sealedLeaves(store), `call ${nth}`)
        assert.equal((await older.readStream(treeHeadsStream, { after: beginning, limit: 10 })).length, 1)
        assert.equal((await fold(older, treeHeadsAggregate)).last?.note, newest)
        if (!failing.reached()) break
      }
    })
  }
})

/** Fails at its nth write, without or having done it. Everything after it works. */
const failingFiles = (files: LogFiles, nth: number, how: 'failed' | 'applied'): LogFiles & { reached: () => boolean } => {
  let writes = 0
  const write = async (work: () => Promise<void>): Promise<void> => {
    if (++writes !== nth) return work()
    if (how === 'applied') await work()
    throw new LedgerError('STORE_UNAVAILABLE', 'the disk failed')
  }
  return {
    read: (path) => files.read(path),
    create: (made) => write(() => files.create(made)),
    replace: (path, bytes) => write(() => files.replace(path, bytes)),
    remove: (paths) => files.remove(paths),
    setApart: (size) => files.setApart(size),
    close: () => files.close(),
    reached: () => writes >= nth,
  }
}

describe('each write of the log that is brought, failed or failed but applied', () => {
  for (const how of ['failed', 'applied'] as const) {
    it(`${how}: the same command again ends with the same log`, async () => {
      const { older, ...scene } = await openScene()
      const mirror = await copied(scene.files)
      for (let nth = 1; ; nth++) {
        const files = new MemoryLogFiles()
        const failing = failingFiles(files, nth, how)
        const copies = [{ name: 'the mirror', files: mirror }]
        await restore(order(scene, { store: older, files: failing, copies })).catch((error: unknown) =>
          assert.ok(error instanceof LedgerError),
        )
        await restore(order(scene, { store: older, files, copies }))
        for (const [path, bytes] of mirror.kept)
          if (path !== 'state.json') assert.deepEqual(files.kept.get(path), bytes, `${path}, write ${nth}`)
        assert.equal((await readState(files))?.size, 16n)
        if (!failing.reached()) break
      }
    })
  }
})
