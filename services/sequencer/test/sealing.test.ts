// What is recorded is published: whole, in order, under heads that anybody can check, and nothing is written where nothing happens.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { treeHeadsStream } from '@consent-ledger/domain'
import { MemoryLogFiles } from '@consent-ledger/logfiles/memory'
import { openTreeHead, parseVkey } from '@consent-ledger/tlog'
import { demandKept, demandSound, demandWhole, noteIn, takeProofs } from './proofs.ts'
import { handTicker, origin, own, published, recordNo, recordYeses, running, scene, storeWith, until, vkeysOf, watched } from './scene.ts'

test('the first start makes a key, names it in the ledger, and publishes a head by it', async (t) => {
  const ledger = await scene(t)
  const run = await running(t, ledger)
  await published(run, own)
  const [vkey = ''] = await vkeysOf(ledger.store)
  const { head, signedBy } = openTreeHead(noteIn(ledger.kept) ?? '', [parseVkey(vkey)])
  assert.deepEqual([head.origin, head.size, signedBy.vkey], [origin, 2n, vkey])
  const heads = await ledger.store.readStream(treeHeadsStream, { after: -1n, limit: 10 })
  assert.deepEqual(
    heads.map(({ type, data }) => [type, data['note']]),
    [['TreeHeadSigned', noteIn(ledger.kept)]],
  )
  await demandWhole(ledger)
})

test('each event is sealed once, whatever comes when; heads are never', async (t) => {
  const ledger = await scene(t)
  const run = await running(t, ledger)
  const given = []
  const notes = new Set<string>()
  for (const [first, count] of [
    [0, 1],
    [1, 300],
    [301, 2],
    [303, 700],
  ] as const) {
    await recordYeses(ledger.store, first, count)
    await recordNo(ledger.store, first)
    await published(run, own + first + count + notes.size + 1)
    notes.add(noteIn(ledger.kept) ?? '')
    given.push(...(await takeProofs(ledger)))
  }
  await demandWhole(ledger)
  await demandKept(ledger, given, notes)
  await demandSound(ledger)
})

test('a ledger in which nothing happens writes nothing and signs nothing', async (t) => {
  const ledger = await scene(t)
  const steps: string[] = []
  const files = watched(new MemoryLogFiles(ledger.kept), (step) => void steps.push(step))
  const { ticker, tick } = handTicker()
  const run = await running(t, ledger, { files, ticker })
  await until(run, () => run.sequencer.progress().levelAt !== null)
  const [before, head] = [steps.length, await ledger.store.head()]
  for (let n = 0; n < 5; n++) {
    tick()
    await setImmediate()
  }
  assert.deepEqual([steps.slice(before), await ledger.store.head()], [[], head])
})

test(
  'the tiles of 70,000 leaves are those of the format; partial ones that a full one replaced are gone',
  { timeout: 120_000 },
  async (t) => {
    const ledger = await scene(t)
    await recordYeses(ledger.store, 0, 70_000 - own - 100)
    const run = await running(t, ledger)
    await published(run, 70_000 - 100)
    for (let n = 0; n < 100; n += 20) {
      await recordYeses(ledger.store, 70_000 - own - 100 + n, 20)
      await published(run, 70_000 - 80 + n)
    }
    const paths = [...ledger.kept.keys()]
    const fullOn = (level: string): number => paths.filter((path) => new RegExp(`^tile/${level}/(?:x\\d{3}/)*\\d{3}$`).test(path)).length
    assert.deepEqual([fullOn('0'), fullOn('1'), fullOn('2'), fullOn('entries')], [273, 1, 0, 273])
    for (const path of ['tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1', 'tile/entries/273.p/112'])
      assert.ok(paths.includes(path), path)
    assert.deepEqual(
      paths.filter((path) => path.includes('.p/') && !/^tile\/(?:0|entries)\/27[23]\.p|^tile\/[12]\/00[01]\.p/.test(path)),
      [],
    )
    await run.sequencer.stop()
    await demandSound(ledger)
  },
)

test('what was read once and changed by the second look is not sealed as it was', async (t) => {
  const ledger = await scene(t)
  const run = await running(t, ledger, { settle: true })
  await published(run, own)
  await run.sequencer.stop()
  // A store that shows an event of which the cluster loses the end: another takes its place.
  await recordYeses(ledger.store, 0, 1)
  let looks = 0
  const store = storeWith(ledger.store, {
    readAll: async (page) => {
      const events = await ledger.store.readAll(page)
      looks++
      return looks > 3 ? events : events.map((event) => (event.stream.startsWith('subject-') ? { ...event, data: { lost: looks } } : event))
    },
  })
  const again = await running(t, ledger, { store, settle: true })
  await published(again, own + 1)
  assert.ok(looks >= 5)
  await demandWhole(ledger)
})
