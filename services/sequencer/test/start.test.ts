// A start that finds the parts of the log at odds: nothing is signed, and it says what differs, and where.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { treeHeadsStream } from '@consent-ledger/domain'
import { MemoryEventStore } from '@consent-ledger/eventstore/memory'
import { own, published, recordYeses, running, scene, type Scene } from './scene.ts'

/** A log of 600 people, and as it stood at 300. */
const grown = async (t: TestContext): Promise<{ ledger: Scene; earlier: Map<string, Uint8Array> }> => {
  const ledger = await scene(t)
  await recordYeses(ledger.store, 0, 300)
  const run = await running(t, ledger)
  await published(run, own + 300)
  const earlier = new Map(ledger.kept)
  await recordYeses(ledger.store, 300, 300)
  await published(run, own + 600)
  await run.sequencer.stop()
  return { ledger, earlier }
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const other = Uint8Array.from(bytes)
  other[at] = (other[at] ?? 0) ^ 1
  return other
}

const refused = async (t: TestContext, ledger: Scene, code: string, message: RegExp): Promise<void> => {
  const head = await ledger.store.head()
  await assert.rejects(running(t, ledger), { code, message })
  assert.equal(await ledger.store.head(), head, 'nothing was signed')
}

test('a flipped bit in the open tiles, the open entries, the state or the published head is named, wherever in the file', async (t) => {
  const { ledger } = await grown(t)
  const open = ['tile/0/002.p/90', 'tile/1/000.p/2', 'tile/entries/002.p/90', 'state.json', 'checkpoint']
  for (const path of open) {
    const bytes = ledger.kept.get(path) ?? assert.fail(path)
    for (let at = 0; at < bytes.length; at += Math.max(1, Math.floor(bytes.length / 40))) {
      const kept = new Map([...ledger.kept, [path, flipped(bytes, at)]])
      const named = path.startsWith('tile') ? new RegExp(`${path.replace(/^tile\/1/, 'tile/[01]')}|state\\.json|leaves`) : new RegExp(path)
      await refused(t, { ...ledger, kept }, 'LOG_DISAGREES', named)
    }
  }
})

test('an open tile, open entries, the state or everything is missing', async (t) => {
  const { ledger } = await grown(t)
  for (const path of ['tile/0/002.p/90', 'tile/1/000.p/2', 'tile/entries/002.p/90', 'state.json']) {
    const kept = new Map(ledger.kept)
    kept.delete(path)
    await refused(t, { ...ledger, kept }, 'LOG_DISAGREES', new RegExp(path))
  }
  await refused(t, { ...ledger, kept: new Map() }, 'LOG_DISAGREES', /state\.json is missing, though tree-heads has a head of 602 leaves/)
})

test('a published head alone, without its state or with an older one, is a disagreement too', async (t) => {
  const { ledger, earlier } = await grown(t)
  const state = earlier.get('state.json') ?? assert.fail()
  await refused(
    t,
    { ...ledger, kept: new Map([...ledger.kept, ['state.json', state]]) },
    'LOG_DISAGREES',
    /head of 602 leaves.*ends at 302/,
  )
  const unsigned = await scene(t)
  unsigned.kept.set('checkpoint', ledger.kept.get('checkpoint') ?? assert.fail())
  await refused(t, unsigned, 'LOG_DISAGREES', /state\.json is missing, though a head is published/)
})

test('a log directory that is older than what was signed is refused', async (t) => {
  const { ledger, earlier } = await grown(t)
  await refused(t, { ...ledger, kept: earlier }, 'LOG_DISAGREES', /the log directory is older than what was signed/)
})

test('a published head of an earlier moment is behind, and brought level', async (t) => {
  const { ledger, earlier } = await grown(t)
  ledger.kept.set('checkpoint', earlier.get('checkpoint') ?? assert.fail())
  await published(await running(t, ledger), own + 600)
})

test('a store that lacks what is sealed is refused, by the name of what it lacks', async (t) => {
  const { ledger } = await grown(t)
  const older = new MemoryEventStore()
  for (const event of (await ledger.store.readAll({ after: -1n, limit: 200 })).toSorted((a, b) => Number(a.position - b.position)))
    await older.append(event.stream, event.revision - 1n, [event])
  await refused(t, { ...ledger, store: older }, 'DATA_ROLLED_BACK', /lacks revision 0 of subject-0*257, which is sealed.*ledger restore/)
})

test('a store that lacks the newest head, or has another event in the place of the newest leaf, is refused', async (t) => {
  const { ledger } = await grown(t)
  const headless = new MemoryEventStore()
  const other = new MemoryEventStore()
  for (const event of await ledger.store.readAll({ after: -1n, limit: 1000 })) {
    const last = event.stream.endsWith('257')
    if (event.stream !== treeHeadsStream) await headless.append(event.stream, event.revision - 1n, [event])
    await other.append(event.stream, event.revision - 1n, [last ? { ...event, data: { ...event.data, site: 'campo-de' } } : event])
  }
  await refused(t, { ...ledger, store: headless }, 'DATA_ROLLED_BACK', /tree-heads/)
  await refused(t, { ...ledger, store: other }, 'LOG_DISAGREES', /Revision 0 of subject-0*257 .* leaf 601/)
})

test('a log of another ledger is refused', async (t) => {
  const { ledger } = await grown(t)
  await assert.rejects(running(t, ledger, { ledgerId: '0d0cfc0e-5f9e-4b5b-8a3a-3b1c6b8e9a11' }), { code: 'DATA_FOREIGN' })
})
