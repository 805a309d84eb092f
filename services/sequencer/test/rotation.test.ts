// One key hands the log over to the next: an event in the log, under the old key; old proofs hold, and a crash at any step is taken up.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { generateKey, openNote, openTreeHead, parseVkey } from '@consent-ledger/tlog'
import { ledgerStream, treeHeadsStream } from '@consent-ledger/domain'
import { demandKept, demandSound, demandWhole, noteIn, takeProofs } from './proofs.ts'
import { keysIn, origin, own, published, recordYeses, running, scene, until, vkeysOf, type Scene } from './scene.ts'

/** As `ledger log rotate-key` leaves it. */
const putNext = ({ keyDirectory }: Scene, name = origin): string => {
  const { skey, vkey } = generateKey(name)
  writeFileSync(join(keyDirectory, 'log.key.next'), `${skey}\n`, { mode: 0o600 })
  return vkey
}

/** What a crash between the two renames leaves. */
const renameFirst = ({ keyDirectory, keys }: Scene): void => {
  const { id } = parseVkey(keys.first(origin).vkey)
  renameSync(join(keyDirectory, 'log.key'), join(keyDirectory, `log.key.${id}.retired`))
}

/** A text of each event of a type. */
const textsIn = async ({ store }: Scene, stream: string, type: string, name: string): Promise<string[]> => {
  const events = await store.readStream(stream, { after: -1n, limit: 100 })
  return events.flatMap((event) => (event.type === type && typeof event.data[name] === 'string' ? [event.data[name]] : []))
}

const signedBy = (note: string, vkey: string): bigint => openTreeHead(note, [parseVkey(vkey)]).head.size

const sealed = async (t: TestContext): Promise<{ ledger: Scene; old: string }> => {
  const ledger = await scene(t)
  await recordYeses(ledger.store, 0, 20)
  const run = await running(t, ledger)
  await published(run, own + 20)
  await run.sequencer.stop()
  const [old = ''] = await vkeysOf(ledger.store)
  return { ledger, old }
}

test('the old key signs the tree that ends with the rotation, the new one every larger one', async (t) => {
  const { ledger, old } = await sealed(t)
  const [given, notes] = [await takeProofs(ledger), new Set([noteIn(ledger.kept) ?? ''])]
  const next = putNext(ledger)
  await recordYeses(ledger.store, 20, 5)
  const run = await running(t, ledger)
  await recordYeses(ledger.store, 25, 5)
  await published(run, own + 31)
  assert.equal(signedBy(noteIn(ledger.kept) ?? '', next), BigInt(own + 31))
  const heads = await textsIn(ledger, treeHeadsStream, 'TreeHeadSigned', 'note')
  for (const note of heads) notes.add(note)
  const underOld = heads.filter((note) => BigInt(note.split('\n')[1] ?? '') <= BigInt(own + 26))
  for (const note of underOld) signedBy(note, old)
  assert.equal(signedBy(underOld.at(-1) ?? '', old), BigInt(own + 26), 'the last head of the old key ends with the rotation')
  const [said = ''] = await textsIn(ledger, ledgerStream, 'LogKeyRotated', 'statement')
  const statement = openNote(said, [parseVkey(old)])
  assert.equal(statement.text, `${origin}\nlog-key-rotation v1\n${next}\n`)
  const { id } = parseVkey(old)
  assert.deepEqual(readdirSync(ledger.keyDirectory).toSorted(), ['log.head', 'log.key', `log.key.${id}.retired`])
  await run.sequencer.stop()
  await demandKept(ledger, given, notes)
  await demandWhole(ledger)
  await demandSound(ledger)
})

test('a crash at each step of the hand-over is taken up by the next start', async (t) => {
  for (const at of ['checkpoint', 'takeOver', 'retired', 'named'] as const) {
    const { ledger } = await sealed(t)
    const next = putNext(ledger)
    const keys = keysIn(ledger.keyDirectory)
    const crash = (): never => {
      throw new TypeError('crash')
    }
    const takeOver = (vkey: string): void => {
      if (at === 'takeOver') crash()
      if (at === 'retired') {
        renameFirst(ledger)
        crash()
      }
      keys.takeOver(vkey)
      if (at === 'named') crash()
    }
    const first = await running(t, ledger, { keys: { ...keys, takeOver } })
    if (at !== 'checkpoint') await until({ faults: [] }, () => first.faults.length > 0)
    await first.sequencer.stop()
    await recordYeses(ledger.store, 20, 3)
    const run = await running(t, ledger)
    await published(run, own + 24)
    assert.equal(signedBy(noteIn(ledger.kept) ?? '', next), BigInt(own + 24))
    assert.ok(!existsSync(join(ledger.keyDirectory, 'log.key.next')))
    await run.sequencer.stop()
    await demandSound(ledger)
  }
})

test('a key of another log is refused, and so is one that the ledger does not name', async (t) => {
  const { ledger } = await sealed(t)
  putNext(ledger, 'example.org/other')
  await assert.rejects(running(t, ledger), { code: 'SIGNING_KEY_WRONG', message: /example\.org\/other/ })
  const stranger = await sealed(t)
  writeFileSync(join(stranger.ledger.keyDirectory, 'log.key'), `${generateKey(origin).skey}\n`, { mode: 0o600 })
  await assert.rejects(running(t, stranger.ledger), { code: 'SIGNING_KEY_WRONG', message: /by which this log is signed/ })
})
