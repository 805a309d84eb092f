// Posted identifiers, read by the schemes and the country of one controller.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialCatalogue, LedgerError, type Catalogue } from '@consent-ledger/domain'
import { readIdentifiers } from '../src/index.ts'

const none = initialCatalogue('campo')
const declaring = (also: Partial<NonNullable<Catalogue['controller']>>) => ({ controller: { identifiers: [], ...also } }) as unknown as Pick<Catalogue, 'controller'> // prettier-ignore
const values = (catalogue: Pick<Catalogue, 'controller'>, ...posted: [string, string][]) =>
  readIdentifiers(catalogue, posted.map(([scheme, value]) => ({ scheme, value })), '/subject/identifiers') // prettier-ignore

test('schemes that every ledger knows, and those that the controller declares', () => {
  const { identifiers, refused } = values(
    declaring({ identifiers: [{ scheme: 'card', kind: 'account' }, { scheme: 'cookie', kind: 'account' }], country: 'DE', emailLocalPart: 'exact' }), // prettier-ignore
    ['email', ' Anna@EXAMPLE.org'],
    ['phone', '030 123456'],
    ['card', 'C-1'],
    ['cookie', 'x'],
  )
  assert.equal(refused, null)
  assert.deepEqual(identifiers, [
    { scheme: 'email', kind: 'account', value: 'Anna@example.org' },
    { scheme: 'phone', kind: 'account', value: '+4930123456' },
    { scheme: 'card', kind: 'account', value: 'C-1' },
    { scheme: 'cookie', kind: 'account', value: 'x' },
  ])
})

test('those that can be read are read, the others named by their place; none at all is an error', () => {
  const { identifiers, refused } = values(none, ['card', 'C-1'], ['constructor', 'x'], ['phone', 'none'], ['cookie', 'x'])
  assert.deepEqual(identifiers, [{ scheme: 'cookie', kind: 'device', value: 'x' }])
  assert.deepEqual(
    refused?.violations.map(({ pointer, rule }) => [pointer, rule]),
    [
      ['/subject/identifiers/0/scheme', 'declared'],
      ['/subject/identifiers/1/scheme', 'declared'],
      ['/subject/identifiers/2/value', 'phone'],
    ],
  )
  assert.throws(
    () => values(none, ['card', 'C-1']),
    (error) => error instanceof LedgerError && error.code === 'IDENTIFIER_INVALID',
  )
})
