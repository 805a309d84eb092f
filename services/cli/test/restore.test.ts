// What a restore does to store and log: brings them level, signs nothing, and stops where two histories contradict each other.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { treeHeadsAggregate, treeHeadsStream } from '@consent-ledger/domain'
import { beginning, fold, type EventStore } from '@consent-ledger/eventstore'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { PublishedLog, readState } from '@consent-ledger/logfiles'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { cosign, formatTreeHead, generateKey, parseNote, parseSkey, parseTreeHead, signNote } from '@consent-ledger/tlog'
import { openKeyDirectory } from '@consent-ledger/vault'
import { openMemoryVault } from '@consent-ledger/vault/memory'
import { restore, type Restored } from '../src/commands/restore/restore.ts'
import { beginningOf, ledgerId, openLogScene, sealedLeaves } from './logScene.ts'
import { copied, openScene, order, refused, removeScenes, scenes } from './restoreScene.ts'

after(removeScenes)

const headsOf = (store: EventStore) => fold(store, treeHeadsAggregate)

describe('a store behind the log', () => {
  it('gets back every sealed event as the event that it was, and the published head verbatim', async () => {
    const { older, newest, ...scene } = await openScene()
    const restored = await restore(order(scene, { store: older }))
    assert.deepEqual(await sealedLeaves(older), await sealedLeaves(scene.store))
    assert.equal((await headsOf(older)).last?.note, newest)
    assert.deepEqual([restored.ledgerId, restored.events, restored.lacking], [ledgerId, { sealed: 16, appended: 5 }, []])
  })

  it('gets back everything, even if it is empty', async () => {
    const { newest, ...scene } = await openScene()
    const store = new MemoryEventStore()
    assert.equal((await restore(order(scene, { store }))).events.appended, 16)
    assert.deepEqual(await sealedLeaves(store), await sealedLeaves(scene.store))
    assert.equal((await headsOf(store)).last?.note, newest)
  })

  it('keeps what it has beyond the log: it was recorded, and is sealed next', async () => {
    const { older, ...scene } = await openScene()
    const [event] = await scene.store.readStream('request-7', { after: beginning, limit: 1 })
    assert.ok(event)
    await older.append('request-8', beginning, [
      { id: '5f4a6f43-7a86-4f57-a9b8-2b9a3b0f5f0e', type: event.type, data: {}, metadata: event.metadata },
    ])
    await restore(order(scene, { store: older }))
    assert.equal((await older.readStream('request-8', { after: beginning, limit: 10 })).length, 1)
  })

  it('is told to hold itself against the whole log at the next start: its positions are new', async () => {
    const { older, ...scene } = await openScene()
    await restore(order(scene, { store: older }))
    const state = await readState(scene.files)
    assert.deepEqual([state?.size, state?.place, state?.treeHeadsRevision], [16n, null, -1n])
  })

  it('is level already: a second time nothing is appended', async () => {
    const { older, ...scene } = await openScene()
    await restore(order(scene, { store: older }))
    const head = await older.head()
    assert.equal((await restore(order(scene, { store: older }))).events.appended, 0)
    assert.equal(await older.head(), head)
  })

  it('names those of whom the vault has no keys, and nobody else', async () => {
    const { older, later, ...scene } = await openScene()
    const vault = {
      identity: () => scene.vault.identity(),
      controllerOf: async (id: string) => (later.includes(id) ? null : scene.vault.controllerOf(id)),
    }
    assert.deepEqual((await restore(order(scene, { store: older, vault }))).lacking, later)
  })

  it('keeps the witnesses of the published head apart from its note, as the sequencer does', async () => {
    const { older, newest, ...scene } = await openScene()
    const witness = parseSkey(generateKey('witness.example.org', 0x04).skey)
    const line = cosign(witness, parseNote(newest).text, 1_795_428_000n)
    await scene.files.replace('checkpoint', Buffer.from(newest + line))
    await restore(order(scene, { store: older }))
    assert.deepEqual((await headsOf(older)).last, { size: 16n, note: newest, signatures: [line] })
  })

  it('gets back what was sealed and not yet published, too', async () => {
    const { older, newest, ...scene } = await openScene()
    await scene.signUp(1)
    await scene.seal(false)
    assert.equal((await restore(order(scene, { store: older }))).events.sealed, 18)
    assert.equal((await headsOf(older)).last?.note, newest)
    assert.equal((await readState(scene.files))?.size, 18n)
  })
})

describe('two histories', () => {
  it('an event of the store that is not the one that was sealed: stream and revision are named, the rest stays', async () => {
    const { older, later, ...scene } = await openScene()
    const stream = `subject-${later[0]}`
    const [event] = await scene.store.readStream(stream, { after: beginning, limit: 1 })
    assert.ok(event)
    await older.append(stream, beginning, [{ id: event.id, type: event.type, data: { purpose: 'other' }, metadata: event.metadata }])
    await refused(restore(order(scene, { store: older })), 'LOG_DISAGREES', new RegExp(`Revision 0 of ${stream} .* leaf 11`))
  })

  it('another head of the published size was signed: it is not passed over', async () => {
    const { older, signer, ...scene } = await openScene()
    const other = signNote(formatTreeHead({ origin: signer.name, size: 16n, root: new Uint8Array(32) }), signer)
    const [event] = await scene.store.readStream(treeHeadsStream, { after: beginning, limit: 1 })
    assert.ok(event)
    await older.append(treeHeadsStream, 0n, [{ ...event, id: '0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f10', data: { size: '16', note: other } }])
    await refused(
      restore(order({ ...scene, signer }, { store: older })),
      'LOG_DISAGREES',
      /size 16 in the event store is not one of this log/,
    )
  })

  it('a store with a head beyond the log: that log is not the newest', async () => {
    const { store, backedUp, ...scene } = await openScene()
    const older = new MemoryLogFiles(new Map(scene.files.kept))
    const kept = older.kept
    kept.set('checkpoint', Buffer.from(backedUp))
    kept.delete('state.json')
    await refused(restore(order({ ...scene, store, files: older })), 'LOG_DISAGREES', /16 leaves, and the log has 11: this log is older/)
  })
})

describe('of several logs', () => {
  it('the newest is kept, whichever it is, and LEDGER_LOG has it afterwards', async () => {
    const scene = await openLogScene()
    scenes.push(scene)
    await scene.signUp(3)
    await scene.seal()
    const [older, early] = [await beginningOf(scene.store, 1000), await copied(scene.files)]
    await scene.signUp(300)
    await scene.seal()
    const mirror = await copied(scene.files)
    mirror.kept.delete('state.json')
    const files = new MemoryLogFiles(early.kept)
    const copies = [
      { name: 'backup', files: early },
      { name: 'mirror', files: mirror },
    ]
    const restored: Restored = await restore(order(scene, { store: older, files, copies }))
    assert.deepEqual([restored.log?.from, restored.log?.size], ['mirror', '611'])
    assert.deepEqual(await sealedLeaves(older), await sealedLeaves(scene.store))
    assert.equal((await new PublishedLog(files, () => [scene.signer.vkey]).head())?.size, 611n)
    assert.equal((await readState(files))?.size, 611n)
  })

  it('two that are no beginning of each other stop it, and nothing is changed', async () => {
    const { older, ...scene } = await openScene()
    const other = new MemoryLogFiles()
    const fork = await openLogScene({ files: other })
    scenes.push(fork)
    await fork.signUp(1)
    // Signed by the same key: only the roots tell.
    const { size, root } = parseTreeHead(parseNote(await fork.seal()).text)
    await other.replace('checkpoint', Buffer.from(signNote(formatTreeHead({ origin: scene.signer.name, size, root }), scene.signer)))
    const before = await older.head()
    const copies = [{ name: 'the mirror', files: other }]
    await refused(
      restore(order(scene, { store: older, copies })),
      'LOG_DISAGREES',
      /the mirror \(\d+ leaves\) is not the beginning of LEDGER_LOG/,
    )
    assert.equal(await older.head(), before)
  })

  it('one that is not whole is named, and nothing is changed', async () => {
    const { older, ...scene } = await openScene()
    const { kept } = scene.files
    const entries = kept.get('tile/entries/000.p/16')
    assert.ok(entries)
    entries[40] = (entries[40] ?? 0) ^ 1
    const before = await older.head()
    await refused(restore(order(scene, { store: older })), 'LOG_DISAGREES', /LEDGER_LOG is the newest log, but it is not whole, at tile/)
    assert.equal(await older.head(), before)
  })

  it('one signed by a key that nobody here knows is not believed', async () => {
    const { older, ...scene } = await openScene()
    const stranger = await openLogScene()
    scenes.push(stranger)
    await stranger.seal()
    const copies = [{ name: 'the mirror', files: stranger.files }]
    await refused(restore(order(scene, { store: older, copies })), 'LOG_DISAGREES', /the mirror is signed by no key/)
  })
})

describe('what is not of this ledger', () => {
  it('another master key is refused before anything is written', async () => {
    const { older, ...scene } = await openScene()
    const master = openKeyDirectory(`${scene.root}/other.keys`, () => {})
    const before = await older.head()
    await refused(restore(order(scene, { store: older, master })), 'MASTER_KEY_WRONG', /not the key of this ledger/)
    assert.equal(await older.head(), before)
  })

  it('another vault is refused', async () => {
    const { older, ...scene } = await openScene()
    const vault = openMemoryVault({ kek: scene.master.kek, clock: Date.now })
    await refused(restore(order(scene, { store: older, vault })), 'DATA_FOREIGN', /vault is not of this ledger/)
  })

  it('a ledger with a log, and no log anywhere: nothing is made up', async () => {
    const { older, ...scene } = await openScene()
    await refused(
      restore(order(scene, { store: older, files: new MemoryLogFiles() })),
      'NOT_FOUND',
      /has a transparency log, and none was found/,
    )
  })

  it('neither events nor a log', async () => {
    const scene = await openScene()
    await refused(restore(order(scene, { store: new MemoryEventStore(), files: new MemoryLogFiles() })), 'NOT_FOUND', /name a backup/)
  })
})
