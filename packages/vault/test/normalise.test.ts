// One spelling for each identifier, and refusals that never repeat the value.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '@consent-ledger/domain'
import { normaliseIdentifier, type NormaliseOptions } from '../src/index.ts'

const options: NormaliseOptions = { kind: 'account', emailLocalPart: 'fold', country: 'FR', pointer: '/subject/identifiers/0/value' }
const spelling = (scheme: string, value: string, also: Partial<NormaliseOptions> = {}): string =>
  normaliseIdentifier(scheme, value, { ...options, ...also }).value

const spellings: [scheme: string, value: string, normal: string][] = [
  ['email', ' Anna.Martin@EXAMPLE.org\n', 'anna.martin@example.org'],
  ['email', 'anna+news@Bücher.example', 'anna+news@xn--bcher-kva.example'],
  ['email', 'anna@xn--bcher-kva.example', 'anna@xn--bcher-kva.example'],
  ['email', 'Zoe\u0308@example.org', 'zo\u00eb@example.org'],
  ['email', 'ÉLISE@example。org', 'élise@example.org'],
  ['phone', '06 12 34 56 78', '+33612345678'],
  ['phone', '+33 (0)6.12.34.56.78', '+33612345678'],
  ['phone', '0033612345678', '+33612345678'],
  ['customer', '  C-17 é ', 'C-17 é'],
  ['cookie', 'AbC', 'AbC'],
  ['loyalty', 'Cafe\u0301', 'Café'],
]
for (const [scheme, value, normal] of spellings)
  test(`${scheme} ${JSON.stringify(value)} is ${normal}`, () => assert.equal(spelling(scheme, value), normal))

test('an exact local part is left as it is; the domain never', () =>
  assert.equal(spelling('email', 'Anna.Martin@EXAMPLE.org', { emailLocalPart: 'exact' }), 'Anna.Martin@example.org'))
test('a phone without + takes the controller’s country', () =>
  assert.equal(spelling('phone', '030 123456', { country: 'DE' }), '+4930123456'))

const refused: [scheme: string, rule: string, values: string[]][] = [
  [
    'email',
    'email',
    ['anna', '@example.org', 'anna@', 'anna@localhost', 'anna@127.0.0.1', 'anna@1.2', 'a b@example.org', 'anna@exa mple.org'],
  ],
  [
    'email',
    'email',
    ['anna@example.org/x', 'anna@example.org:80', 'anna@example..org', 'anna@example.org.', 'a\u200bb@example.org', '"a"@example.org'],
  ],
  ['email', 'email', ['anna@ex%61mple.org', 'anna@[::1]', 'anna@bruno@', `${'a'.repeat(65)}@example.org`]],
  ['phone', 'phone', ['12', 'call me', '+33612345678 ext. 5', 'tel: 0612345678 or 0612345679', '+999123456789']],
  ['customer', 'text', ['', '  ', 'a\u0000b', 'a\nb', '\ud800', 'x'.repeat(513), 'x'.repeat(1_000_000)]],
  ['email', 'text', ['', 'anna\u0007@example.org', `${'x'.repeat(600)}@example.org`]],
]
for (const [scheme, rule, values] of refused)
  for (const value of values)
    test(`${scheme} refused by rule ${rule}: ${JSON.stringify(value.slice(0, 40))}`, () =>
      assert.throws(
        () => spelling(scheme, value),
        (error) => {
          assert.ok(error instanceof LedgerError)
          assert.equal(error.code, 'IDENTIFIER_INVALID')
          assert.deepEqual(error.violations.map(({ pointer, rule }) => ({ pointer, rule })), [{ pointer: '/subject/identifiers/0/value', rule }]) // prettier-ignore
          if (value.trim().length > 3) assert.ok(!JSON.stringify([error.message, error.violations]).includes(value.slice(0, 40)))
          return true
        },
      ))

const accepted = (scheme: string, value: string, also: Partial<NormaliseOptions>): string | null => {
  try {
    return spelling(scheme, value, also)
  } catch (error) {
    assert.ok(error instanceof LedgerError && error.code === 'IDENTIFIER_INVALID')
    return null
  }
}
const text = fc.string({ unit: 'binary', maxLength: 40 })
const values = fc.oneof(
  text,
  fc.tuple(text, fc.domain()).map(([local, domain]) => `${local}@${domain}`),
  fc.emailAddress(),
  fc.integer({ min: 100, max: 999_999_999_999 }).map(String),
  fc.integer({ min: 100, max: 999_999_999_999 }).map((n) => `+${n}`),
)

test('whatever comes in, normalising twice is normalising once, and nothing but a refusal is thrown', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('email', 'phone', 'customer'),
      values,
      fc.constantFrom('fold', 'exact'),
      (scheme, value, emailLocalPart) => {
        const once = accepted(scheme, value, { emailLocalPart })
        if (once !== null) assert.equal(spelling(scheme, once, { emailLocalPart }), once)
      },
    ),
    { numRuns: 1000 },
  )
})
