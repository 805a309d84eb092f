// The leaf: RFC 8785 bytes, the same for the same event, and a refusal for what cannot be one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { canonicalJson, LedgerError, demandLeaf, leafBytes, maximumLeaf, type RecordedEvent } from '../src/index.ts'

const event = (data: RecordedEvent['data']): RecordedEvent => ({
  id: '00000000-0000-5000-8000-000000000000',
  type: 'NoticeShown',
  stream: 'subject-0',
  revision: 12n,
  position: 99n,
  data,
  metadata: { schemaVersion: 1, recordedAt: '2026-01-01T00:00:00.000Z', writer: { kind: 'site', id: 's', trust: 'secret' }, actId: 'a' },
})

test('members sorted by code unit, revision as a decimal string, no position', () => {
  const text = Buffer.from(leafBytes(event({ b: 1, a: '€', '\u{1F600}': true, '\uFB33': null }))).toString()
  assert.ok(text.startsWith('{"data":{"a":"€","b":1,"\u{1F600}":true,"\uFB33":null},"id":'))
  assert.match(text, /"revision":"12"/)
  assert.doesNotMatch(text, /99/)
})
test('the published example of RFC 8785 §3.2.3 comes out as printed there', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 0.002, 0.000000000000000000000000001],
    string: '€$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  const expected =
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
  assert.equal(canonicalJson(value), expected)
})
test('a store that parsed and wrote it again gives the same leaf', () => {
  const one = event({ z: [1, { y: 'é', x: '' }], a: 'NUL \u0000' })
  assert.deepEqual(leafBytes({ ...one, data: JSON.parse(JSON.stringify(one.data)) }), leafBytes(one))
})
test('65,535 bytes are a leaf, one more is not', () => {
  const room = maximumLeaf - leafBytes(event({ a: '' })).length
  assert.equal(leafBytes(event({ a: 'x'.repeat(room) })).length, maximumLeaf)
  assert.throws(() => leafBytes(event({ a: 'x'.repeat(room + 1) })), { code: 'TOO_LARGE' })
})
test('a lone surrogate has no leaf', () => {
  assert.throws(() => leafBytes(event({ a: '\uD800' })), { code: 'INVALID_REQUEST' })
})

test('any JSON value has the text that another implementation of RFC 8785 gives it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      assert.equal(canonicalJson(value), canonicalize(value))
    }),
    { numRuns: 2000 },
  )
})
test('what is not in I-JSON has no text: lone surrogates in names too, NaN, infinity', () => {
  for (const value of ['\uDC00', { '\uD800': 1 }, [Number.NaN], Number.POSITIVE_INFINITY])
    assert.throws(() => canonicalJson(value), { code: 'INVALID_REQUEST' })
})

test('what is refused as a leaf is exactly what cannot be made one', () => {
  const sizes = fc.integer({ min: maximumLeaf - 400, max: maximumLeaf + 10 }).map((length) => 'x'.repeat(length))
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\uD800', '\\ud800', 'é'.repeat(32_700)), sizes)
  const refused = (make: () => unknown): string | null => {
    try {
      make()
      return null
    } catch (error) {
      return error instanceof LedgerError ? error.code : 'another'
    }
  }
  fc.assert(
    fc.property(texts, (text) => {
      const one = event({ a: text })
      assert.equal(
        refused(() => demandLeaf(one)),
        refused(() => leafBytes(one)),
      )
    }),
    { numRuns: 300 },
  )
})
