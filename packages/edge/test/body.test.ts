// Bodies: what is read, what is refused, and how large each route lets them be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import fc from 'fast-check'
import { deepest, readBody } from '../src/requests/body.ts'
import { bearer, openAll } from './world.ts'

const ruleFor = (text: string | Uint8Array): string | undefined => {
  try {
    readBody(Buffer.from(text))
  } catch (error) {
    assert.ok(error instanceof LedgerError && error.code === 'UNREADABLE_BODY')
    return error.violations[0]?.rule
  }
  return undefined
}

test('whatever JSON holds valid Unicode is read as JSON.parse reads it', () => {
  const wellFormed = fc
    .jsonValue({ maxDepth: 8 })
    .filter((value) => JSON.stringify(value).isWellFormed() && !/\\u[dD][89a-fA-F]|__proto__/.test(JSON.stringify(value)))
  fc.assert(
    fc.property(wellFormed, (value) => assert.deepEqual(readBody(Buffer.from(JSON.stringify(value))), JSON.parse(JSON.stringify(value)))),
    { numRuns: 300 },
  )
  assert.equal(readBody(Buffer.alloc(0)), undefined)
  assert.deepEqual(readBody(Buffer.from(String.raw`"\u0000 \ud83d\ude00 \" ]"`)), '\0 😀 " ]')
})

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

test('nesting is bounded before anything is built', () => {
  assert.equal(ruleFor(nested(deepest)), undefined)
  assert.equal(ruleFor(nested(deepest + 1)), 'depth')
  assert.equal(ruleFor('[{"a":'.repeat(1_000_000)), 'depth')
  assert.equal(ruleFor(JSON.stringify({ brackets: '['.repeat(100) })), undefined)
})

test('half a surrogate pair is refused anywhere, in keys too', () => {
  for (const text of [String.raw`"\ud800"`, String.raw`{"a":["\udc00x"]}`, String.raw`{"\uD800":1}`, String.raw`"\ude00\ud83d"`])
    assert.equal(ruleFor(text), 'unicode', text)
})

test('bytes that are not UTF-8 are refused', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ])
    assert.equal(ruleFor(Uint8Array.from(bytes)), 'utf-8')
})

test('keys that reach a prototype are refused, escaped or not', () => {
  for (const text of [
    '{"__proto__":{}}',
    String.raw`{"a":{"\u005f_proto__":1}}`,
    '{"constructor":{"prototype":{}}}',
    String.raw`[{"\u0063onstructor":{"prototype":1}}]`,
  ])
    assert.equal(ruleFor(text), 'key', text)
  assert.equal(ruleFor('{"constructor":"Dupont SA"}'), undefined)
})

test('what is not JSON is refused', () => {
  for (const text of ['{', '{"a":1,}', "{'a':1}", 'NaN', '{"a":1}x', '"\n"']) assert.equal(ruleFor(text), 'json', text)
})

test('each route has its limit; other types than JSON are 415', async (t) => {
  const { world, app } = await openAll(t)
  const { key } = await world.issue('secret')
  const send = async (url: string, bytes: number) =>
    (
      await app.inject({ method: 'POST', url, headers: { ...bearer(key), 'idempotency-key': 'k' }, payload: { note: 'x'.repeat(bytes) } })
    ).json().code
  assert.equal(await send('/v1/acts', 32 * 1024), 'TOO_LARGE')
  assert.equal(await send('/v1/acts', 31 * 1024), 'INVALID_REQUEST')
  assert.equal(await send('/v1/batches', 3 * 1024 * 1024), 'INVALID_REQUEST')
  assert.equal(await send('/v1/batches', 4 * 1024 * 1024), 'TOO_LARGE')
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense']) {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/batches',
      headers: { ...bearer(key), 'content-type': type },
      payload: 'a=1',
    })
    assert.equal(answer.statusCode, 415, type)
  }
})
