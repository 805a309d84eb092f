// A witness that saw another tree of this log: what it says against the log stops nothing, a head that the log itself signed stops it before it signs the next.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { formatTreeHead, generateKey, parseSkey, signNote, type Signer } from '@consent-ledger/tlog'
import { own, origin, published, recordYeses, running, scene, type Scene, until } from './scene.ts'
import { address, type Manner, obliging, witnessesOf, witnessKey } from './strangeWitness.ts'

const hash = createHash('sha256').update(origin).digest('hex')
const text = (kept: Scene['kept'], file: string): string => Buffer.from(kept.get(file) ?? assert.fail(file)).toString('utf8')
const headOf = (signer: Signer, size: bigint): string => signNote(formatTreeHead({ origin, size, root: new Uint8Array(32) }), signer)
const silent: Manner = (_request, reply) => void reply.destroy()
const ahead: Manner = (_request, reply) => void reply.writeHead(409).end('1000\n')
const disagreeing: Manner = (_request, reply) => void reply.writeHead(422).end()

/** One witness: what it answers, and what it shows to whoever asks for its last head. Both may be changed. */
const oneWitness = async (t: TestContext, manner: Manner, held: string | null = null) => {
  const state = { manner, held }
  const key = witnessKey()
  const { url, shown } = await address(
    t,
    (request, reply) => state.manner(request, reply),
    () => state.held,
  )
  return { key, state, shown, ...witnessesOf([{ key, url }], 1) }
}

/** A log of 600 people, and as it stood at 300: its files, and the note of each. */
const grown = async (t: TestContext) => {
  const ledger = await scene(t)
  await recordYeses(ledger.store, 0, 300)
  const run = await running(t, ledger)
  await published(run, own + 300)
  const earlier = text(ledger.kept, 'checkpoint')
  await recordYeses(ledger.store, 300, 300)
  await published(run, own + 600)
  await run.sequencer.stop()
  return { ledger, earlier, key: ledger.keys.first(origin) }
}

for (const size of [1_000n, 602n, 300n])
  test(`a start: a witness shows a head of ${size} leaves that this log signed and does not have, and nothing is signed`, async (t) => {
    const { ledger, key } = await grown(t)
    const { witnesses, shown } = await oneWitness(t, silent, headOf(key, size))
    const head = await ledger.store.head()
    const kept = new Map(ledger.kept)
    await assert.rejects(running(t, ledger, { witnesses }), { code: 'LOG_DISAGREES', message: new RegExp(`witness w0 .*${size} leaves`) })
    assert.deepEqual(shown, [`/${hash}/checkpoint`])
    assert.equal(await ledger.store.head(), head)
    assert.deepEqual(ledger.kept, kept)
  })

test('a start of a log that has nothing, though its key signed: nothing is signed', async (t) => {
  const ledger = await scene(t)
  const key = ledger.keys.first(origin)
  const { witnesses } = await oneWitness(t, silent, headOf(key, 5n))
  await assert.rejects(running(t, ledger, { witnesses }), { code: 'LOG_DISAGREES', message: /w0 .* 5 leaves .* ends at 0/ })
  assert.equal(ledger.kept.has('state.json'), false)
})

test('a start: heads of this very tree, of somebody else, or none at all, stop nothing', async (t) => {
  const { ledger, earlier } = await grown(t)
  const stranger = parseSkey(generateKey(origin).skey)
  for (const held of [text(ledger.kept, 'checkpoint'), earlier, headOf(stranger, 1_000n), 'no head', `${earlier}more`, null]) {
    const { witnesses } = await oneWitness(t, silent, held)
    const run = await running(t, ledger, { witnesses })
    await run.sequencer.stop()
    assert.deepEqual(run.faults, [])
  }
})

for (const [name, manner, size] of [
  ['is ahead', ahead, 1_000n],
  ['disagrees', disagreeing, 400n],
] as const)
  test(`a witness that ${name} shows a head that this log signed and does not have: the log stops, and that head is not published`, async (t) => {
    const { ledger, key } = await grown(t)
    const { state, witnesses } = await oneWitness(t, silent)
    const run = await running(t, ledger, { witnesses })
    const before = text(ledger.kept, 'checkpoint')
    state.manner = manner
    state.held = headOf(key, size)
    await recordYeses(ledger.store, 600, 1)
    await until({ faults: [] }, () => run.faults.length > 0 || run.sequencer.progress().size > own + 600)
    const [fault] = run.faults
    assert.ok(fault instanceof Error && 'code' in fault)
    assert.equal(fault.code, 'LOG_DISAGREES')
    assert.match(fault.message, new RegExp(`witness w0 .*${size} leaves`))
    assert.equal(text(ledger.kept, 'checkpoint'), before)
  })

test('a witness that lies stops nothing: it cannot show a head that this log signed', async (t) => {
  const { ledger, earlier } = await grown(t)
  const stranger = parseSkey(generateKey(origin).skey)
  const { state, witnesses, key, shown } = await oneWitness(t, silent)
  const run = await running(t, ledger, { witnesses })
  let people = 600
  for (const manner of [ahead, disagreeing])
    for (const held of [earlier, headOf(stranger, 1_000n), null]) {
      Object.assign(state, { manner, held })
      await recordYeses(ledger.store, people, 1)
      people += 1
      await published(run, own + people)
    }
  assert.ok(shown.length > 6, 'it was asked each time')
  state.manner = obliging(key)
  await recordYeses(ledger.store, people, 1)
  await published(run, own + people + 1)
  assert.match(text(ledger.kept, 'checkpoint'), /— witness\.example\.org\/1 /)
})
