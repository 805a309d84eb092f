// Sealed fields: opened where they were sealed and nowhere else, and held against their commitments.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError, SealedField, SealedIdentifier, type Json } from '@consent-ledger/domain'
import { isCommitment, keyIdOf, open, openField, seal, sealEvidence, sealIdentifier, type DataKey } from '../src/index.ts'
import { newKek } from './rooms.ts'

const key = (keyId: string): DataKey => ({ keyId, use: 'evidence', key: newKek() })
const evidence = key('s1_e1')
const context = { actId: 'act-1', field: 'evidence/ip', subjectId: 's1' }
const integrity = (error: unknown): boolean => error instanceof LedgerError && error.code === 'INTEGRITY'

test('any value comes back with a salt that fits the commitment', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (any) => {
      const value = JSON.parse(JSON.stringify(any)) as Json
      const field = seal(evidence, context, value)
      SealedField.parse(field)
      const opened = openField(evidence, context, field)
      assert.deepEqual(opened.value, value)
      assert.equal(Buffer.from(opened.salt, 'base64url').length, 32)
    }),
    { numRuns: 200 },
  )
})

test('the commitment is SHA-256 of the salt and the RFC 8785 text, as anybody can compute it', () => {
  const field = seal(evidence, context, { b: 1, a: 'é' })
  const { salt } = open(evidence, context, field.sealed)
  const expected = createHash('sha256').update(Buffer.from(salt, 'base64url')).update('{"a":"é","b":1}').digest('hex')
  assert.equal(field.commitment, expected)
  assert.equal(keyIdOf(field.sealed), 's1_e1')
})

test('the same value sealed twice has nothing in common', () => {
  const [a, b] = [seal(evidence, context, 'x'), seal(evidence, context, 'x')]
  assert.notEqual(a.commitment, b.commitment)
  assert.notEqual(a.sealed.split('.')[1], b.sealed.split('.')[1])
})

test('a ciphertext in another act, field or subject, under another key, or changed by a bit does not open', () => {
  const { sealed } = seal(evidence, context, '203.0.113.9')
  for (const other of [{ actId: 'act-2' }, { field: 'evidence/userAgent' }, { subjectId: 's2' }])
    assert.throws(() => open(evidence, { ...context, ...other }, sealed), integrity)
  assert.throws(() => open(key('s1_e1'), context, sealed), integrity)
  assert.throws(() => open({ ...evidence, keyId: 's2_e1' }, context, sealed), integrity)
  const [keyId = '', iv = '', text = ''] = sealed.split('.')
  for (const place of [0, 8, Buffer.from(text, 'base64url').length - 1]) {
    const bytes = Buffer.from(text, 'base64url')
    bytes[place] = (bytes[place] ?? 0) ^ 1
    assert.throws(() => open(evidence, context, `${keyId}.${iv}.${bytes.toString('base64url')}`), integrity)
  }
  for (const malformed of ['', 'x', keyId, `${keyId}.${iv}`, `${keyId}..`, `${keyId}.${iv}.AA`, `${sealed}.AA`])
    assert.throws(() => open(evidence, context, malformed), integrity)
})

test('a field whose commitment is of something else is an integrity fault', () => {
  const [a, b] = [seal(evidence, context, 'a'), seal(evidence, context, 'b')]
  assert.throws(() => openField(evidence, context, { ...a, commitment: b.commitment }), integrity)
})

test('an identifier: value and salt under the contact key, the same salt alone under the evidence key', () => {
  const keys = { contact: { ...key('s1_c1'), use: 'contact' as const }, evidence }
  const field = { ...context, field: 'identifiers/0' }
  const identifier = { scheme: 'email', kind: 'account' as const, value: 'anna.martin@example.org' }
  const sealed = SealedIdentifier.parse(sealIdentifier(keys, field, identifier))
  const opened = openField(keys.contact, field, sealed)
  assert.equal(opened.value, identifier.value)
  assert.deepEqual(open(evidence, field, sealed.salt), { salt: opened.salt, value: null })
  assert.equal(isCommitment(sealed.commitment, { salt: opened.salt, value: identifier.value }), true)
  assert.equal(isCommitment(sealed.commitment, { salt: opened.salt, value: 'bruno@example.org' }), false)
})

test('evidence: each field by itself under the evidence key, and nothing where there is none', () => {
  const keys = { contact: { ...key('s1_c1'), use: 'contact' as const }, evidence }
  const { field, ...where } = context
  const { evidence: sealed } = sealEvidence(keys, where, { ip: '203.0.113.9', sessionId: undefined })
  assert.deepEqual(Object.keys(sealed ?? {}), ['ip'])
  assert.equal(open(evidence, { ...where, field }, sealed?.['ip']?.sealed ?? '').value, '203.0.113.9')
  assert.deepEqual(sealEvidence(keys, where, { sessionId: undefined }), {})
})

test('what is not Unicode is refused', () => {
  assert.throws(() => seal(evidence, context, '\ud800'), (error) => error instanceof LedgerError && error.code === 'INVALID_REQUEST') // prettier-ignore
})
