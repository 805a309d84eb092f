// Identifiers as people give them to a command.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { identifiersIn, identifiersOf } from '../src/identifiers.ts'

const anna = { scheme: 'email', value: 'anna.martin@example.org' }
async function* refuse(): AsyncGenerator<string> {
  yield await Promise.reject(new Error('nobody asked'))
}
const typed = (text: string) => ({ env: {}, stdin: [text] as unknown as AsyncIterable<string>, out: () => undefined, err: () => undefined })

describe('standard input', () => {
  it('is a scheme and a value a line; the value may have blanks', () => {
    assert.deepEqual(identifiersIn('email anna.martin@example.org\n\n  phone  +33 6 12 34 56 78 \r\n'), [
      anna,
      { scheme: 'phone', value: '+33 6 12 34 56 78' },
    ])
  })
  it('may be JSON, as a list or as the body of a look-up', () => {
    assert.deepEqual(identifiersIn(JSON.stringify([anna])), [anna])
    assert.deepEqual(identifiersIn(JSON.stringify({ identifiers: [anna] })), [anna])
  })
  it('is refused without repeating what it says', () => {
    for (const text of ['anna.martin@example.org', '[{"scheme":"email"}]', '{ anna', '{"identifiers":[],"anna":1}']) {
      assert.throws(
        () => identifiersIn(text),
        (error) => error instanceof LedgerError && error.code === 'INVALID_REQUEST' && !error.message.includes('anna'),
      )
    }
  })
  it('is read only when it is asked for', async () => {
    assert.deepEqual(await identifiersOf({ email: anna.value }, { ...typed(''), stdin: refuse() }), [anna])
  })
})

describe('flags', () => {
  it('name the usual schemes, and any other as scheme=value', async () => {
    const flags = { email: anna.value, cookie: '9f2c', identifier: ['loyalty=a=b'] }
    assert.deepEqual(await identifiersOf(flags, typed('')), [
      anna,
      { scheme: 'cookie', value: '9f2c' },
      { scheme: 'loyalty', value: 'a=b' },
    ])
  })
  it('come before standard input', async () => {
    assert.deepEqual(await identifiersOf({ customer: '42', stdin: true }, typed('email anna.martin@example.org')), [
      { scheme: 'customer', value: '42' },
      anna,
    ])
  })
  it('are refused when there is nothing in them', async () => {
    await assert.rejects(identifiersOf({}, typed('')), LedgerError)
    await assert.rejects(identifiersOf({ identifier: ['loyalty'] }, typed('')), LedgerError)
  })
})
