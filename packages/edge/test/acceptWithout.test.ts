// What stands beside a no costs only itself when its form is wrong.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '@consent-ledger/domain'
import { z } from 'zod'
import { acceptWithout } from '../src/index.ts'

const Word = z.string().regex(/^[a-z]+$/)
const Act = z.strictObject({
  who: Word,
  method: z.strictObject({ kind: z.enum(['form', 'banner']), layer: z.int().max(9).optional(), by: z.strictObject({ name: Word, at: Word }).optional() }).optional(), // prettier-ignore
  evidence: z.strictObject({ ip: z.union([z.ipv4(), z.ipv6()]).optional(), note: z.string().max(5).optional(), signals: z.record(Word, z.string().max(3)).refine((all) => Object.keys(all).length < 3).optional() }).optional(), // prettier-ignore
})
const read = (more: object) => acceptWithout(Act, { who: 'anna', ...more }, ['method', 'evidence'])

const left: [what: string, more: object, kept: object, dropped: string[]][] = [
  ['nothing wrong', { evidence: { note: 'short' } }, { evidence: { note: 'short' } }, []],
  ['a text too long', { evidence: { note: 'much too long', ip: '203.0.113.9' } }, { evidence: { ip: '203.0.113.9' } }, ['/evidence/note']],
  ['no address', { evidence: { ip: 'unknown' } }, { evidence: {} }, ['/evidence/ip']],
  ['a number too large', { method: { kind: 'form', layer: 12 } }, { method: { kind: 'form' } }, ['/method/layer']],
  ['a word that its list has not: nothing holds without it', { method: { kind: 'popup', layer: 1 } }, {}, ['/method']],
  [
    'what cannot be without the part',
    { method: { kind: 'form', by: { name: '!', at: 'x' } } },
    { method: { kind: 'form' } },
    ['/method/by'],
  ],
  ['one signal', { evidence: { signals: { a: 'long', b: 'yes' } } }, { evidence: { signals: { b: 'yes' } } }, ['/evidence/signals/a']],
  [
    'a name that could be a value',
    { evidence: { signals: { '06 12 34 56 78': 'x' } } },
    { evidence: { signals: {} } },
    ['/evidence/signals'],
  ],
  ['too many signals', { evidence: { signals: { a: 'x', b: 'x', c: 'x' } } }, { evidence: {} }, ['/evidence/signals']],
]
for (const [what, more, kept, dropped] of left)
  test(`left out: ${what}`, () => {
    const before = structuredClone(more)
    assert.deepEqual(read(more), { value: { who: 'anna', ...kept }, dropped })
    assert.deepEqual(more, before)
  })

const refused: [what: string, more: object][] = [
  ['an unknown field', { evidence: { notes: 'x' } }],
  ['another type', { evidence: { note: 7 } }],
  ['no object', { method: 'form' }],
  ['a part missing from the start', { method: { layer: 1 } }],
  ['a form that is wrong elsewhere', { who: 'Anna 7', evidence: { note: 'much too long' } }],
  ['an unknown field beside a wrong form', { evidence: { note: 'much too long', notes: 'x' } }],
]
for (const [what, more] of refused)
  test(`refused: ${what}`, () =>
    assert.throws(
      () => read(more),
      (error) => error instanceof LedgerError && error.code === 'INVALID_REQUEST',
    ))
