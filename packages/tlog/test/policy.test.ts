// Whose cosignatures are enough: k of n, groups of groups, and what a policy must not say. C2SP tlog-policy.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { meetsQuorum, parsePolicy, TlogError } from '../src/index.ts'
import { keyOf, log } from './given.ts'

const witnesses = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'].map((name) => ({ name, ...keyOf(`${name}.example.org`, 0x04) }))
const vkeyOf = (name: string): string => witnesses.find((witness) => witness.name === name)?.vkey ?? name
const lines = witnesses.map(({ name, vkey }) => `witness ${name} ${vkey}`)
const twoLevels = [
  `log ${log.vkey} https://ledger.example.org/log`,
  '',
  '# three of a law firm, three of auditors',
  ...lines,
  'group X 2 X1 X2 X3',
  'group Y any Y1 Y2 Y3',
  '\tgroup   both all X  Y ',
  'quorum both',
].join('\n')
const meets = (text: string, ...names: string[]): boolean => meetsQuorum(parsePolicy(text), new Set(names.map(vkeyOf)))

describe('a policy', () => {
  it('names logs, witnesses, groups and the quorum', () => {
    const policy = parsePolicy(`${twoLevels}\n`)
    assert.deepEqual(
      policy.logs.map(({ verifier, url }) => [verifier.vkey, url]),
      [[log.vkey, 'https://ledger.example.org/log']],
    )
    assert.deepEqual(
      policy.witnesses.map(({ name, verifier, url }) => [name, verifier.vkey, url]),
      witnesses.map(({ name }) => [name, vkeyOf(name), undefined]),
    )
    assert.deepEqual(policy.groups, [
      { name: 'X', threshold: 2, members: ['X1', 'X2', 'X3'] },
      { name: 'Y', threshold: 1, members: ['Y1', 'Y2', 'Y3'] },
      { name: 'both', threshold: 2, members: ['X', 'Y'] },
    ])
    assert.equal(policy.quorum, 'both')
  })

  it('of two levels is met by two of the one and one of the other', () => {
    assert.equal(meets(twoLevels, 'X1', 'X3', 'Y2'), true)
    assert.equal(meets(twoLevels, 'X1', 'X2', 'X3'), false)
    assert.equal(meets(twoLevels, 'X1', 'Y1', 'Y2', 'Y3'), false)
    assert.equal(meets(twoLevels), false)
    assert.equal(meets(twoLevels, 'X1', 'X2', 'a stranger'), false)
  })

  it('of one witness needs that one, and of none needs none', () => {
    const one = (quorum: string) => [...lines, `quorum ${quorum}`].join('\n')
    assert.deepEqual([meets(one('X2'), 'X2'), meets(one('X2'), 'X1'), meets(one('none'))], [true, false, true])
  })

  it('of k of n is met by k or more, whichever they are', () => {
    const some = fc.subarray(witnesses.map(({ name }) => name))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), some, (k, present) => {
        const text = [...lines, `group g ${k} ${witnesses.map(({ name }) => name).join(' ')}`, 'quorum g'].join('\n')
        assert.equal(meets(text, ...present), present.length >= k)
      }),
    )
  })

  const first = lines[0] ?? ''
  for (const [what, text] of [
    ['without a quorum', first],
    ['with two quorums', `${first}\nquorum X1\nquorum X1`],
    ['with a quorum of somebody unknown', `${first}\nquorum X9`],
    ['with a quorum above its witness', `quorum X1\n${first}`],
    ['with a quorum of two names', `${first}\nquorum X1 X1`],
    ['with one witness twice', `${first}\nwitness again ${vkeyOf('X1')}\nquorum none`],
    [
      'with one public key under two names',
      `${first}\nwitness again ${keyOf('again.example.org', 0x04, 'X1.example.org').vkey}\nquorum none`,
    ],
    ['with one name twice', `${first}\nwitness X1 ${vkeyOf('X2')}\nquorum none`],
    ['with a witness called none', `witness none ${vkeyOf('X1')}\nquorum none`],
    ['with one log twice', `log ${log.vkey}\nlog ${log.vkey} https://ledger.example.org\nquorum none`],
    ["with a witness's key for a log", `log ${vkeyOf('X1')}\nquorum none`],
    ["with a log's key for a witness", `witness w ${log.vkey}\nquorum none`],
    ['with a key that is none', 'witness w AAAA\nquorum none'],
    ['with a witness without a key', 'witness w\nquorum none'],
    ['with too much behind a witness', `${first} https://w.example.org more\nquorum none`],
    ['with a group of nobody', `${first}\ngroup g any\nquorum none`],
    ['with a group of strangers', `${first}\ngroup g any X9\nquorum none`],
    ['with a group of itself', `${first}\ngroup g any g\nquorum none`],
    ['with none in a group', `${first}\ngroup g any none\nquorum none`],
    ['with one witness in two groups', `${first}\ngroup g any X1\ngroup h any X1\nquorum none`],
    ['with one witness in a group twice', `${first}\ngroup g any X1 X1\nquorum none`],
    ['that asks for nobody of a group', `${first}\ngroup g 0 X1\nquorum none`],
    ['that asks for more than there are', `${first}\ngroup g 2 X1\nquorum none`],
    ['that asks for 01', `${first}\ngroup g 01 X1\nquorum none`],
    ['with a word of its own', 'threshold 2\nquorum none'],
    ['with a word that every object has', 'constructor a b\nquorum none'],
    ['with a carriage return', 'quorum none\r\n'],
    ['without end', `${'#\n'.repeat(1000)}quorum none`],
  ] as const)
    it(`${what} is refused`, () => {
      assert.throws(
        () => parsePolicy(text),
        (error) => error instanceof TlogError && error.code === 'POLICY_MALFORMED',
      )
    })

  it('says in which line it is wrong', () => {
    assert.throws(() => parsePolicy(`# nothing\n\n${first}\ngroup g any X9\nquorum none`), { message: 'line 4: X9 is not defined above' })
  })
})
