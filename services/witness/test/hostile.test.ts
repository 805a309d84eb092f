// Input that others shape: refused with a status, never believed, and never the end of the witness.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { watching } from './running.ts'
import { post } from './witnessProcess.ts'

test('a malformed request is 400', async (t) => {
  const { log, witness } = await watching(t)
  const good = await log.request(0n, 50n)
  const head = await log.head(50n)
  const hash = Buffer.alloc(32).toString('base64')
  const bad: (string | Uint8Array<ArrayBuffer>)[] = [
    '',
    '\n',
    'old 0',
    head,
    good.replace('old 0', 'old'),
    good.replace('old 0', 'old 00'),
    good.replace('old 0', 'old -1'),
    good.replace('old 0', 'old 0x10'),
    good.replace('old 0', 'old 99999999999999999999'),
    good.replace('old 0', 'new 0'),
    good.replace('old 0\n', 'old 0\r\n'),
    good.replace('old 0\n', 'old 0\nnot base64\n'),
    good.replace('old 0\n', `old 0\n${hash.slice(4)}\n`),
    good.replace('old 0\n', `old 0\n${`${hash}\n`.repeat(64)}`),
    good.slice(0, -1),
    good.replace('\n50\n', '\n+50\n').replaceAll('— ', '- '),
    Buffer.concat([Buffer.from(good), Buffer.from([0xff, 0xfe])]),
    Buffer.from(`\ufeff${good}`),
  ]
  for (const body of bad) assert.equal((await post(witness.url, body)).status, 400, String(body).slice(0, 40))
  assert.equal((await post(witness.url, good)).status, 200)
})

test('a body too long is 413, and is not read to its end', async (t) => {
  const { log, witness } = await watching(t)
  assert.equal((await post(witness.url, (await log.request(0n, 50n)) + 'x'.repeat(65_536))).status, 413)
})

test('the media type is of no importance; another method or path is nothing', async (t) => {
  const { log, witness } = await watching(t)
  assert.equal((await post(witness.url, await log.request(0n, 5n), { 'content-type': 'application/json' })).status, 200)
  const bare = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body: Buffer.from(await log.request(5n, 6n)) })
  assert.equal(bare.status, 200)
  assert.equal((await fetch(`${witness.url}/add-checkpoint`)).status, 404)
  assert.equal((await fetch(`${witness.url}/sign-subtree`, { method: 'POST', body: 'x' })).status, 404)
  assert.equal((await fetch(`${witness.url}/%ff/checkpoint`)).status, 400)
})

test('whoever asks without pause is told to wait: 429; the witness goes on', async (t) => {
  const { witness } = await watching(t)
  const seen = new Set<number>()
  while (!seen.has(429))
    for (const { status } of await Promise.all(Array.from({ length: 50 }, () => post(witness.url, 'x')))) seen.add(status)
  assert.deepEqual(seen, new Set([400, 429]))
})

test('a good request with anything changed in it gets no cosignature of anything else', async (t) => {
  const { log, start, witness } = await watching(t)
  await post(witness.url, await log.request(0n, 50n))
  const good = Buffer.from(await log.request(50n, 77n))
  const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255), cut: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(change, async ({ at, byte, cut }) => {
      const changed = cut ? Buffer.from(good.subarray(0, at)) : Buffer.from(good)
      if (!cut) changed[at] = byte
      const { status } = await post(witness.url, changed)
      assert.ok(changed.equals(good) || [400, 403, 404, 409, 422].includes(status), `${status}`)
    }),
    { numRuns: 100 },
  )
  await witness.stop('SIGKILL')
  const again = await start()
  assert.match((await post(again.url, await log.request(0n, 5n))).text, /^(?:50|77)\n$/)
})
