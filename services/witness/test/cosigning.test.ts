// What a witness answers (C2SP tlog-witness): the cosignature of a tree that continues the last one, and each refusal by its status.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { formatAddCheckpoint, formatTreeHead, openTreeHead, parseVkey, signNote } from '@consent-ledger/tlog'
import { Log, newKey, origin } from './log.ts'
import { watching } from './running.ts'
import { post, type WitnessProcess } from './witnessProcess.ts'

const cosigned = (log: Log, head: string, answer: string, { vkey }: WitnessProcess) =>
  openTreeHead(head + answer, log.verifiers, [parseVkey(vkey)])

describe('a tree head', () => {
  it('that continues the last one is cosigned, with the time', async (t) => {
    const { log, witness } = await watching(t)
    const before = BigInt(Math.floor(Date.now() / 1000))
    for (const [old, size] of [
      [0n, 3n],
      [3n, 3n],
      [3n, 100n],
      [100n, 101n],
    ] as const) {
      const reply = await post(witness.url, await log.request(old, size))
      assert.equal(reply.status, 200, reply.text)
      const { head, cosignatures } = cosigned(log, await log.head(size), reply.text, witness)
      assert.equal(head.size, size)
      assert.deepEqual(
        cosignatures.map(({ name, vkey }) => ({ name, vkey })),
        [{ name: 'witness.example.org/1', vkey: witness.vkey }],
      )
      assert.ok((cosignatures[0]?.time ?? 0n) >= before)
    }
  })
  it('of an empty tree is cosigned, and what follows it', async (t) => {
    const { log, witness } = await watching(t)
    assert.equal((await post(witness.url, await log.request(0n, 0n))).status, 200)
    assert.equal((await post(witness.url, await log.request(0n, 7n))).status, 200)
  })
  it('from another size than the last is told the last: 409, text/x.tlog.size', async (t) => {
    const { log, witness } = await watching(t)
    await post(witness.url, await log.request(0n, 50n))
    for (const [old, size] of [
      [0n, 60n],
      [49n, 60n],
      [51n, 60n],
      [0n, 50n],
      [0n, 10n],
      [10n, 20n],
    ] as const) {
      const reply = await post(witness.url, await log.request(old, size))
      assert.deepEqual([reply.status, reply.text, reply.type], [409, '50\n', 'text/x.tlog.size'], `${old} to ${size}`)
    }
  })
  it('smaller than where it starts from is malformed: 400', async (t) => {
    const { log, witness } = await watching(t)
    assert.equal((await post(witness.url, await log.request(5n, 4n))).status, 400)
  })
  it('of a log that is not watched is refused: 404', async (t) => {
    const { witness } = await watching(t)
    assert.equal((await post(witness.url, await new Log(newKey('elsewhere.example.org')).request(0n, 3n))).status, 404)
  })
  it('without a signature of the log, or with a false one, is refused: 403', async (t) => {
    const { log, witness } = await watching(t)
    assert.equal((await post(witness.url, await new Log(newKey()).request(0n, 3n))).status, 403)
    const other = await new Log(log.key, { history: 'other' }).head(3n)
    const head = await log.head(3n)
    const note = head.slice(0, head.indexOf('\n\n')) + other.slice(other.indexOf('\n\n'))
    assert.equal((await post(witness.url, formatAddCheckpoint({ old: 0n, proof: [], note }))).status, 403)
    assert.equal((await post(witness.url, await log.request(0n, 3n))).status, 200, 'and nothing of them was kept')
  })
  it('with lines beyond the three, or no root of the empty tree, is refused: 400, 422', async (t) => {
    const { log, witness } = await watching(t)
    const head = formatTreeHead({ origin, size: 0n, root: new Uint8Array(32) })
    assert.equal(
      (await post(witness.url, formatAddCheckpoint({ old: 0n, proof: [], note: signNote(`${head}more\n`, log.key) }))).status,
      400,
    )
    assert.equal((await post(witness.url, formatAddCheckpoint({ old: 0n, proof: [], note: signNote(head, log.key) }))).status, 422)
  })
  it('may carry signatures of strangers, which are not passed on', async (t) => {
    const { log, witness } = await watching(t)
    const stranger = newKey('stranger.example.org')
    const head = await log.head(9n)
    const note = signNote(head.slice(0, head.indexOf('\n\n') + 1), stranger, log.key)
    assert.equal((await post(witness.url, formatAddCheckpoint({ old: 0n, proof: [], note }))).status, 200)
    const served = await (await fetch(`${witness.url}/${createHash('sha256').update(origin).digest('hex')}/checkpoint`)).text()
    assert.doesNotMatch(served, /stranger/)
  })
})

describe('the last head of a log', () => {
  const hash = createHash('sha256').update(origin).digest('hex')
  it('is served to whoever asks, under both signatures', async (t) => {
    const { log, witness } = await watching(t)
    assert.equal((await fetch(`${witness.url}/${hash}/checkpoint`)).status, 404)
    const { text } = await post(witness.url, await log.request(0n, 12n))
    const reply = await fetch(`${witness.url}/${hash}/checkpoint`)
    assert.equal(await reply.text(), (await log.head(12n)) + text)
    assert.equal((await fetch(`${witness.url}/${'0'.repeat(64)}/checkpoint`)).status, 404)
  })
  it('stands on the front page, with the key', async (t) => {
    const { log, witness } = await watching(t)
    await post(witness.url, await log.request(0n, 12n))
    const page = await (await fetch(witness.url)).text()
    assert.ok(page.includes(witness.vkey))
    assert.match(page, /log\.example\.org\/42: 12 leaves, cosigned at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/)
  })
})

it('a log that changed its key is watched under both', async (t) => {
  const { log, place, start, witness } = await watching(t)
  await post(witness.url, await log.request(0n, 12n))
  await witness.stop()
  const renewed = new Log(newKey())
  writeFileSync(place.logs, `log ${renewed.key.vkey}\n${log.policy}`)
  const again = await start()
  assert.equal((await post(again.url, await renewed.request(12n, 20n))).status, 200)
  assert.equal((await post(again.url, await log.request(20n, 21n))).status, 200)
})
