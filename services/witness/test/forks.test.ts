// A log that tells two histories, goes back, or says something again: what the witness never signs, and what it keeps as evidence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAddCheckpoint, openTreeHead, parseVkey } from '@consent-ledger/tlog'
import { Log } from './log.ts'
import { watching } from './running.ts'
import { post, WitnessProcess } from './witnessProcess.ts'

/** How many heads convict a log, as its front page tells everybody. */
const evidenceOf = async ({ url }: WitnessProcess): Promise<number> =>
  Number(/Heads kept as evidence.*: (\d+)$/m.exec(await (await fetch(url)).text())?.[1])

test('fork: the same size under another root is not cosigned, and kept', async (t) => {
  const { log, place, witness } = await watching(t)
  const fork = new Log(log.key, { history: 'false', from: 40 })
  await post(witness.url, await log.request(0n, 50n))
  assert.equal((await post(witness.url, await fork.request(50n, 50n))).status, 422)
  await witness.says(/WARNING: log\.example\.org\/42 signed two trees of 50 leaves/)
  const shown = await new WitnessProcess(place.env, { args: ['contested'] }).ended
  assert.equal(shown.code, 0)
  for (const one of [log, fork])
    assert.ok(shown.output.includes(await one.head(50n)), 'both heads that the log signed, for whoever accuses it')
  assert.equal((await post(witness.url, await log.request(50n, 60n))).status, 200, 'the true history goes on')
})

test('fork: a larger tree that does not continue the last one is not cosigned, whatever its proof', async (t) => {
  const { log, witness } = await watching(t)
  const fork = new Log(log.key, { history: 'false', from: 40 })
  await post(witness.url, await log.request(0n, 50n))
  const truePath = (await log.request(50n, 90n)).split('\n\n')[0]
  const attempts = [
    await fork.request(50n, 90n),
    `${truePath}\n\n${await fork.head(90n)}`,
    formatAddCheckpoint({ old: 50n, proof: [], note: await fork.head(90n) }),
    formatAddCheckpoint({ old: 50n, proof: Array.from({ length: 63 }, () => new Uint8Array(32)), note: await fork.head(90n) }),
  ]
  for (const attempt of attempts) assert.equal((await post(witness.url, attempt)).status, 422)
  assert.equal((await post(witness.url, await fork.request(0n, 90n))).status, 409)
  assert.equal(await evidenceOf(witness), 0, 'of a larger tree the witness cannot tell')
  assert.equal((await post(witness.url, await log.request(50n, 90n))).status, 200)
  assert.equal(await evidenceOf(witness), 1, 'now it can: the fork had another root at this size')
})

test('fork: a history of a log from before the witness met it is as good as any, once', async (t) => {
  const { log, witness } = await watching(t)
  const fork = new Log(log.key, { history: 'false' })
  assert.equal((await post(witness.url, await fork.request(0n, 10n))).status, 200)
  assert.equal((await post(witness.url, await log.request(0n, 10n))).status, 409)
  assert.equal((await post(witness.url, await log.request(10n, 11n))).status, 422)
})

test('a true head that somebody sent with a false proof is no evidence once its proof came', async (t) => {
  const { log, witness } = await watching(t)
  await post(witness.url, await log.request(0n, 50n))
  assert.equal((await post(witness.url, formatAddCheckpoint({ old: 50n, proof: [], note: await log.head(90n) }))).status, 422)
  await witness.says(/NOTE: a tree of 90 leaves/)
  assert.equal((await post(witness.url, await log.request(50n, 90n))).status, 200)
  assert.equal(await evidenceOf(witness), 0)
})

test('the last head that somebody sent again with a false proof is no evidence', async (t) => {
  const { log, witness } = await watching(t)
  await post(witness.url, await log.request(0n, 50n))
  const again = formatAddCheckpoint({ old: 50n, proof: [new Uint8Array(32)], note: await log.head(50n) })
  assert.equal((await post(witness.url, again)).status, 422)
  assert.equal(await evidenceOf(witness), 0)
})

test('two larger trees of one size convict the log, though the witness knows neither', async (t) => {
  const { log, witness } = await watching(t)
  await post(witness.url, await log.request(0n, 50n))
  for (const one of [log, new Log(log.key, { history: 'false' })])
    await post(witness.url, formatAddCheckpoint({ old: 50n, proof: [], note: await one.head(90n) }))
  assert.equal(await evidenceOf(witness), 1)
})

test('strangers who send each public head with a false proof leave room for what convicts the log', async (t) => {
  const { log, witness } = await watching(t)
  await post(witness.url, await log.request(0n, 1n))
  for (let size = 2n; size <= 150n; size += 1n) {
    const body = formatAddCheckpoint({ old: 1n, proof: [new Uint8Array(32)], note: await log.head(size) })
    assert.equal((await post(witness.url, body)).status, 422)
  }
  assert.equal(await evidenceOf(witness), 0)
  assert.equal(witness.output.match(/NOTE: /g)?.length, 1, 'nor is each of them a line')
  const fork = new Log(log.key, { history: 'false' })
  assert.equal((await post(witness.url, await fork.request(1n, 1n))).status, 422)
  assert.equal(await evidenceOf(witness), 1)
})

test('rollback: a smaller tree is never cosigned again, not even after a new start', async (t) => {
  const { log, witness, start } = await watching(t)
  await post(witness.url, await log.request(0n, 50n))
  await witness.stop()
  const again = await start()
  assert.equal(again.vkey, witness.vkey)
  for (const [old, size] of [
    [0n, 49n],
    [49n, 49n],
    [20n, 49n],
  ] as const)
    assert.deepEqual((({ status, text }) => ({ status, text }))(await post(again.url, await log.request(old, size))), {
      status: 409,
      text: '50\n',
    })
})

test('replay: an old request says nothing new; the last one gets a cosignature of the same tree', async (t) => {
  const { log, witness } = await watching(t)
  const first = await log.request(0n, 30n)
  await post(witness.url, first)
  await post(witness.url, await log.request(30n, 50n))
  assert.equal((await post(witness.url, first)).status, 409)
  const repeated = await log.request(50n, 50n)
  for (const reply of [await post(witness.url, repeated), await post(witness.url, repeated)]) {
    const { head } = openTreeHead((await log.head(50n)) + reply.text, log.verifiers, [parseVkey(witness.vkey)])
    assert.equal(head.size, 50n)
  }
})
