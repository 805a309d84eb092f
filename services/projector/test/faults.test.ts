// What must end the process stops the projector, reaches onFault once, and leaves the read model at its checkpoint.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import type { RecordedEvent } from '@consent-ledger/domain'
import type { Page } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { recordYes } from './history.ts'
import { failing, level, opened, running, scratchFile, until } from './scene.ts'
import type { Running } from './scene.ts'

/** Gives the second event without the first of its stream, as a defective subscription would. */
class GappyStore extends MemoryEventStore {
  override async readAll(page: Page): Promise<RecordedEvent[]> {
    return (await super.readAll(page)).map((event) => (event.position === 1n ? { ...event, revision: 1n } : event))
  }
}

const faulted = async (scene: Running): Promise<unknown> => {
  await until({ ...scene, faults: [] }, () => scene.faults.length > 0)
  await scene.projector.stop()
  assert.equal(scene.faults.length, 1)
  await assert.rejects(scene.projector.rebuild(), { code: 'NOT_READY' })
  return scene.faults[0]
}
const codeOf = (fault: unknown): string | null => (fault instanceof LedgerError ? fault.code : null)

test('a gap in the store stops it: never skipped', async (t) => {
  const store = new GappyStore()
  for (let n = 0; n < 3; n++) await recordYes(store, n)
  const readModel = await opened(t)
  assert.equal(codeOf(await faulted(await running(t, { store, readModel }))), 'INTEGRITY')
  assert.equal(await readModel.checkpoint(), -1n)
})

test('a store that is older than the read model is refused', async (t) => {
  const file = scratchFile(t)
  const newer = new MemoryEventStore()
  for (let n = 0; n < 3; n++) await recordYes(newer, n)
  const first = await running(t, { store: newer, readModel: await opened(t, file) })
  await level(first, newer)
  await first.projector.stop()
  const older = new MemoryEventStore()
  await recordYes(older, 0)
  assert.equal(codeOf(await faulted(await running(t, { store: older, readModel: await opened(t, file) }))), 'DATA_ROLLED_BACK')
})

test('a defect is not tried again', async (t) => {
  const store = new MemoryEventStore()
  await recordYes(store, 0)
  const readModel = failing(await opened(t), 'apply', 1, false, new TypeError('a defect'))
  assert.ok((await faulted(await running(t, { store, readModel }))) instanceof TypeError)
  assert.equal(await readModel.checkpoint(), -1n)
})
