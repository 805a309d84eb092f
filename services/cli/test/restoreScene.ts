// A small ledger that was backed up and then lost, for the tests of restoring it.
import assert from 'node:assert/strict'
import { LedgerError, type ErrorCode } from '@consent-ledger/domain'
import type { LogFiles } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { copyLog } from '../src/commands/backup/logCopy.ts'
import type { Restoring } from '../src/commands/restore/restore.ts'
import { beginningOf, openLogScene, type LogScene } from './logScene.ts'

/** To be removed in the end. */
export const scenes: { remove: () => Promise<void> }[] = []
export const removeScenes = async (): Promise<void> => void (await Promise.all(scenes.map((scene) => scene.remove())))

/** A ledger of three people, sealed, and of two more whom the backup does not know. */
export const openScene = async () => {
  const files = new MemoryLogFiles()
  const scene = await openLogScene({ files })
  scenes.push(scene)
  await scene.signUp(3)
  const backedUp = await scene.seal()
  const older = await beginningOf(scene.store, 1000)
  const later = await scene.signUp(2)
  await scene.record('request-7', 'RequestReceived')
  return { ...scene, files, older, backedUp, newest: await scene.seal(), later }
}

export const order = (scene: LogScene, over: Partial<Restoring> = {}): Restoring => ({
  store: scene.store,
  kind: 'sqlite',
  vault: scene.vault,
  files: scene.files,
  copies: [],
  master: scene.master,
  keys: scene.keys,
  clock: Date.now,
  onProgress: () => {},
  ...over,
})

/** A copy of a log as it is now. */
export const copied = async (files: LogFiles): Promise<MemoryLogFiles> => {
  const copy = new MemoryLogFiles()
  await copyLog({ from: files, to: copy })
  return copy
}

export const refused = (work: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<void> =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof LedgerError)
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  })
