// What a restore knows of heads that are gone: which come back, and which logs it refuses because a larger one was published.
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { treeHeadsAggregate, treeHeadsStream } from '@consent-ledger/domain'
import { beginning, fold, type EventStore } from '@consent-ledger/eventstore'
import { headOfSize } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { cosign, formatTreeHead, generateKey, parseNote, parseSkey, signNote } from '@consent-ledger/tlog'
import { restore } from '../src/commands/restore/restore.ts'
import { describeRestored } from '../src/commands/restore/words.ts'
import { copied, openScene, order, refused, removeScenes } from './restoreScene.ts'

after(removeScenes)

describe('heads that the store lost', () => {
  /** Two heads behind the backup's; a dossier names the first of them. */
  const withDossier = async () => {
    const scene = await openScene()
    const head = await scene.seal()
    await scene.store.append('subject-of-a-proof', beginning, [proofIssued('16')])
    await scene.seal()
    await scene.signUp(1)
    return { ...scene, head, last: await scene.seal() }
  }
  const proofIssued = (treeSize: string) => ({
    id: 'c8a3a4a4-1f0e-4a73-8f0b-0d5f5f6d7e10',
    type: 'ProofIssued',
    data: { treeSize },
    metadata: { schemaVersion: 1, recordedAt: '2026-11-23T10:00:00.000Z', writer: { kind: 'system', id: 'scene', trust: 'system' }, actId: '' } as const, // prettier-ignore
  })
  const notesOf = async (store: EventStore): Promise<unknown[]> =>
    (await store.readStream(treeHeadsStream, { after: beginning, limit: 100 })).map(({ data }) => data['note'])

  it('and that a dossier names come back as they were, before the published one; the rest is said to be gone', async () => {
    const { older, backedUp, head, last, ...scene } = await withDossier()
    const { heads } = await restore(order(scene, { store: older }))
    assert.deepEqual(heads, { after: '11', upTo: '19', again: ['16', '19'], dossiers: [] })
    assert.deepEqual(await notesOf(older), [backedUp, head, last])
    assert.equal((await headOfSize(older, 16n))?.note, head)
    assert.equal((await restore(order(scene, { store: older }))).heads, null)
  })

  it('and that a copy of the log has come back with what witnesses signed', async () => {
    const { older, backedUp, head, last, ...scene } = await withDossier()
    const line = cosign(parseSkey(generateKey('witness.example.org', 0x04).skey), parseNote(head).text, 1_795_428_000n)
    const mirror = await copied(scene.files)
    mirror.kept.delete('state.json')
    mirror.kept.set('checkpoint', Buffer.from(head + line))
    await restore(order(scene, { store: older, copies: [{ name: 'mirror', files: mirror }] }))
    assert.deepEqual((await headOfSize(older, 16n))?.signatures, [line])
    assert.deepEqual(
      (await notesOf(older)).filter((note) => note !== undefined),
      [backedUp, head, last],
    )
  })

  it('are named where the key that signed them is gone too', async () => {
    const { older, ...scene } = await withDossier()
    rmSync(join(scene.keys, 'log.key'))
    const { heads } = await restore(order(scene, { store: older }))
    assert.deepEqual([heads?.again, heads?.dossiers], [['19'], ['16']])
  })
})

describe('the mark of what was published, beside the keys', () => {
  const marked = async () => {
    const { older, backedUp, newest, ...scene } = await openScene()
    const early = new MemoryLogFiles()
    await copyBeginning(scene.files, early, backedUp)
    writeFileSync(join(scene.keys, 'log.head'), newest)
    return { ...scene, older, early, newest }
  }
  /** A mirror of the time of an older head. */
  const copyBeginning = async (from: MemoryLogFiles, to: MemoryLogFiles, note: string): Promise<void> => {
    for (const [path, bytes] of from.kept) if (path.includes('.p/11')) to.kept.set(path, bytes)
    to.kept.set('checkpoint', Buffer.from(note))
  }

  it('a log that ends before it is refused, and the mark stays', async () => {
    const { older, early, newest, ...scene } = await marked()
    const before = await older.head()
    await refused(
      restore(order({ ...scene, files: early }, { store: older })),
      'DATA_ROLLED_BACK',
      /head of 16 leaves was published .* has 11/,
    )
    assert.equal(await older.head(), before)
    assert.equal(readFileSync(join(scene.keys, 'log.head'), 'utf8'), newest)
  })

  it('a log that ends before it is taken if there is no other, with the word that it cannot go on under its name', async () => {
    const { older, early, newest, ...scene } = await marked()
    const restored = await restore(order({ ...scene, files: early }, { store: older, acceptOlderLog: true }))
    assert.deepEqual([restored.log?.size, restored.log?.older], ['11', '16'])
    assert.match(describeRestored(restored, [], false).join('\n'), /head of 16 leaves was signed[^]*A new log name is needed/)
    assert.equal(readFileSync(join(scene.keys, 'log.head'), 'utf8'), newest)
  })

  it('a log that is another at that size is never taken', async () => {
    const { older, signer, ...scene } = await marked()
    writeFileSync(
      join(scene.keys, 'log.head'),
      signNote(formatTreeHead({ origin: signer.name, size: 16n, root: new Uint8Array(32) }), signer),
    )
    const asked = order({ ...scene, signer }, { store: older, acceptOlderLog: true })
    await refused(restore(asked), 'DATA_ROLLED_BACK', /LEDGER_LOG has another root for 16 leaves/)
    writeFileSync(join(scene.keys, 'log.head'), 'no head')
    await refused(restore(asked), 'DATA_CORRUPT', /log\.head is not a head of this log/)
  })

  it('is a head that is known, where the file of the log is lost', async () => {
    const { older, newest, ...scene } = await marked()
    scene.files.kept.delete('checkpoint')
    await restore(order(scene, { store: older }))
    assert.equal((await fold(older, treeHeadsAggregate)).last?.note, newest)
  })
})

describe('what a restore says', () => {
  it('of a read model on a server: it is not a file that was taken away', async () => {
    const { older, ...scene } = await openScene()
    const restored = await restore(order(scene, { store: older }))
    assert.match(describeRestored(restored, [], true).join('\n'), /DROP SCHEMA readmodel CASCADE/)
    assert.doesNotMatch(describeRestored(restored, [], false).join('\n'), /DROP SCHEMA/)
  })
})
