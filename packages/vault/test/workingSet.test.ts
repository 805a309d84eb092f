// The working set of a vault elsewhere: whoever asks for what was not brought is refused, never told that it is not there.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { mapTables } from '../src/mapTables.ts'
import { allOf } from '../src/postgres/load.ts'
import { workingSet } from '../src/postgres/workingSet.ts'
import type { Needs, Tables } from '../src/tables.ts'

const over = (needs: Needs, people: string[] = []) => workingSet(allOf([needs]), { rows: mapTables(), people, behind: new Map() })
const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const link = { linkId: 'l', subjectId: 's', fingerprint: one, scheme: 'cookie', kind: 'device' } as const

const questions: Record<string, [needs: Needs, question: (tables: Tables) => unknown]> = {
  'an act by its key': [{ acts: [one] }, (tables) => tables.actByKey(one)],
  'an act by its id': [{ actIds: ['a'] }, (tables) => tables.actBehind('a')],
  'who is found by a fingerprint': [{ fingerprints: [one] }, (tables) => tables.owner(one, 'account')],
  'who alone is found by it': [{ owned: [one] }, (tables) => tables.owner(one, 'account')],
  'the controller of a subject': [{ subjects: ['s'] }, (tables) => tables.controllerOf('s')],
  'a link by its identifier': [{ subjects: ['s'] }, (tables) => tables.linkId('s', one)],
  'a link by its id': [{ subjects: ['s'] }, (tables) => tables.linkedFingerprint('s', 'l')],
  'the keys of an owner': [{ keyOwners: ['o'] }, (tables) => tables.keysOf('o').at(0)],
  'one key': [{ keyOwners: ['o'] }, (tables) => tables.key({ owner: 'o', use: 'contact', n: 1 })],
  'a MAC key': [{ macOwners: ['o'] }, (tables) => tables.macKey('o', 'directory')],
  accesses: [{ accessesOf: ['s'] }, (tables) => tables.accesses('s').at(0)],
  'uses of API keys': [{ keyUses: true }, (tables) => tables.keyUses().at(0)],
}

describe('a step that asks for', () => {
  for (const [what, [needs, question]] of Object.entries(questions))
    test(`${what} must name it`, () => {
      assert.equal(question(over(needs).tables), undefined)
      assert.throws(() => question(over({ acts: [other], fingerprints: [other] }).tables), (error) => error instanceof LedgerError && error.code === 'INTERNAL') // prettier-ignore
    })
  test('the links of a person found by one fingerprint may ask for the named fingerprints only', () => {
    const { tables } = over({ fingerprints: [one] }, ['s'])
    assert.equal(tables.linkId('s', one), undefined)
    assert.throws(() => tables.linkId('s', other))
    assert.throws(() => tables.linkedFingerprint('s', 'l'))
  })
  test('whom an earlier step made needs no name', () => {
    const { tables } = over({})
    tables.addSubject({ subjectId: 's', controller: 'c', kind: 'account', at: 1 })
    assert.equal(tables.controllerOf('s'), 'c')
    assert.equal(tables.linkedFingerprint('s', 'l'), undefined)
    assert.deepEqual(tables.keysOf('s'), [])
  })
})

describe('what a group wrote', () => {
  test('a link made, taken away and made again is inserted once, behind the deletion', () => {
    const { tables, statements } = over({ fingerprints: [one], subjects: ['s'] })
    const bind = (): void => {
      tables.bind({ fingerprint: one, kind: 'device', scheme: 'cookie', subjectId: 's' })
      tables.addLink(link)
    }
    bind()
    tables.removeLink('s', one)
    assert.equal(tables.owner(one, 'device'), undefined)
    bind()
    assert.equal(tables.linkId('s', one), 'l')
    const made = statements()
    assert.deepEqual(made.map(({ text }) => text.split(' ')[0]), ['DELETE', 'DELETE', 'WITH']) // prettier-ignore
    assert.deepEqual(made.at(-1)?.values.map((rows) => (JSON.parse(String(rows)) as unknown[]).length), [1, 1]) // prettier-ignore
  })
  test('nothing, where nothing was written', () => {
    assert.deepEqual(over({}).statements(), [])
  })
  test('an access noted and forgotten at once is not kept', () => {
    const { tables, statements } = over({})
    for (const at of [1, 3]) tables.addAccess({ at, operatorId: 'o', role: 'legal', subjectId: 's', purpose: 'proof' })
    tables.forgetAccesses(2)
    assert.deepEqual(statements().map(({ values: [value] }) => value).map((value) => (typeof value === 'string' ? (JSON.parse(value) as { at: number }[]).map(({ at }) => at) : value)), [2, [3]]) // prettier-ignore
  })
})
