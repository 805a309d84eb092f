// Whom an act is about: the rules one by one, then what must hold for any directory and any act.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { resolve, type Known, type Resolution } from '../src/resolve.ts'

type Rules = Parameters<typeof resolve>[1]
const one: Rules = { reach: 'one', link: true, onConflict: 'refuse' }
const every: Rules = { reach: 'every', link: true, onConflict: 'refuse' }

/** Written as `email:A` (belongs to A), `email` (unknown), `cookie:D~A=l1` (belongs to D, linked to A as l1). */
const known = (...words: string[]): Known[] =>
  words.map((word, place) => {
    const [head = '', ...linked] = word.split('~')
    const [scheme = '', owner] = head.split(':')
    const kind = scheme === 'cookie' || scheme === 'device' ? 'device' : 'account'
    return {
      scheme,
      kind,
      places: [place],
      owner: owner ?? null,
      linked: new Map(linked.map((link) => link.split('=') as [string, string])),
    }
  })

/** `A named links bind`, `+` where one is made. */
const told = (resolution: Resolution): string[] =>
  resolution.outcome === 'conflict'
    ? [`conflict ${resolution.schemes.join()}`]
    : resolution.targets.map(({ subjectId, named, links, bind }) => {
        const linked = links.map(({ known, linkId }) => `${known.places[0]}${linkId === null ? '+' : `=${linkId}`}`)
        return `${subjectId ?? 'new'} named ${named.join()} links ${linked.join()} binds ${bind.map(({ places }) => places[0]).join()}`
      })

const rules: [what: string, rules: Rules, identifiers: string[], answer: string[]][] = [
  ['an account nobody knows is made', one, ['email'], ['new named 0 links  binds 0']],
  ['further account identifiers and devices join it', one, ['email', 'cookie', 'customer'], ['new named 0,1,2 links 1+,2+ binds 0,2']],
  ['the known account counts, wherever it stands', one, ['email', 'customer:A'], ['A named 0,1 links 0+ binds 0']],
  [
    'a link that exists keeps its id, whoever asks',
    { ...one, link: false },
    ['email:A', 'cookie:D~A=l1'],
    ['A named 0,1 links 1=l1 binds '],
  ],
  ['two people: refused', one, ['email:A', 'phone', 'customer:B', 'cookie:D'], ['conflict email,customer']],
  [
    'two people: the first, nothing linked',
    { ...one, onConflict: 'first' },
    ['cookie', 'email:A', 'customer:B'],
    ['A named 0,1,2 links  binds '],
  ],
  ['two people and a stranger first: the stranger', { ...one, onConflict: 'first' }, ['phone', 'email:A', 'customer:B'], ['new named 0,1,2 links  binds 0']], // prettier-ignore
  ['a device beside an account is not its subject', one, ['cookie:D', 'email'], ['new named 0,1 links 0+ binds 1']],
  ['devices alone: the first that is known', one, ['cookie', 'device:D', 'cookie:E'], ['D named 0,1,2 links 0+ binds 0']],
  ['devices alone, none known', one, ['cookie', 'device'], ['new named 0,1 links 1+ binds 0,1']],
  ['a no reaches all of them', every, ['cookie:D', 'email:A', 'customer:B', 'phone', 'device'], ['A named 1,4 links  binds ', 'B named 2 links  binds ', 'new named 3 links  binds 3', 'D named 0 links  binds ']], // prettier-ignore
  ['a no of two strangers whom nobody may link makes both', { ...every, link: false }, ['email:A', 'phone', 'customer'], ['A named 0 links  binds ', 'new named 1 links  binds 1', 'new named 2 links  binds 2']], // prettier-ignore
  ['a stranger beside an account joins it where links are made', every, ['email:A', 'phone'], ['A named 0,1 links 1+ binds 1']],
  ['an objection reaches the known devices too', { ...one, reach: 'objection' }, ['cookie:D', 'email:A', 'cookie'], ['A named 0,1,2 links 0+,2+ binds ', 'D named 0 links  binds ']], // prettier-ignore
  ['an objection that names two people: refused', { ...one, reach: 'objection' }, ['email:A', 'customer:B', 'cookie:D'], ['conflict email,customer']], // prettier-ignore
  ['a no makes the account it names', every, ['cookie:D', 'email'], ['new named 0,1 links 0+ binds 1', 'D named 0 links  binds ']],
  ['a no of devices reaches each, and takes in the unknown', every, ['cookie:D', 'device:E', 'cookie'], ['D named 0,2 links 2+ binds 2', 'E named 1 links  binds ']], // prettier-ignore
]
for (const [what, how, identifiers, answer] of rules) test(what, () => assert.deepEqual(told(resolve(known(...identifiers), how)), answer))

const arbitraryKnown: fc.Arbitrary<Known[]> = fc
  .array(
    fc.record({ account: fc.boolean(), owner: fc.option(fc.nat(2)), linkedTo: fc.subarray(['A0', 'A1', 'A2']), again: fc.boolean() }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) =>
    list.map(({ account, owner, linkedTo, again }, n) => ({
      scheme: `${account ? 'email' : 'cookie'}${n}`,
      kind: account ? ('account' as const) : ('device' as const),
      places: again ? [n, n + list.length] : [n],
      owner: owner === null ? null : `${account ? 'A' : 'D'}${owner}`,
      // What a directory can hold: an account identifier that is linked is bound too.
      linked: new Map(linkedTo.filter((subject) => !account || subject === `A${owner}`).map((subject) => [subject, `l-${n}-${subject}`])),
    })),
  )
const arbitraryRules: fc.Arbitrary<Rules> = fc.record({
  reach: fc.constantFrom('one', 'objection', 'every'),
  link: fc.boolean(),
  onConflict: fc.constantFrom('refuse', 'first'),
})
const owners = (list: readonly Known[]): Set<string> => new Set(list.flatMap(({ owner }) => owner ?? []))

test('whatever the directory holds: nobody is merged, nothing known is bound again, everything named has a place', () => {
  fc.assert(
    fc.property(arbitraryKnown, arbitraryRules, (known, rules) => {
      const accounts = known.filter(({ kind }) => kind === 'account')
      const conflict = owners(accounts).size > 1
      const resolution = resolve(known, rules)
      assert.equal(resolution.outcome === 'conflict', conflict && rules.reach !== 'every' && rules.onConflict === 'refuse')
      if (resolution.outcome === 'conflict') return
      const { targets } = resolution
      assert.equal(resolution.schemes.length > 0, conflict)
      const there = targets.flatMap(({ subjectId }) => subjectId ?? [])
      assert.equal(new Set(there).size, there.length)
      if (rules.reach === 'one') assert.equal(targets.slice(1).filter(({ subjectId }) => subjectId !== null).length, 0)
      assert.equal(targets[0]?.kind, accounts.length > 0 ? 'account' : 'device')
      assert.deepEqual(new Set(targets.flatMap(({ named }) => named)), new Set(known.flatMap(({ places }) => places)))
      for (const target of targets) {
        for (const one of target.bind) assert.ok(one.owner === null && one.kind === target.kind)
        const made = target.links.filter(({ linkId }) => linkId === null)
        if (!rules.link || conflict) assert.equal(made.length, 0)
        if (!rules.link || conflict) assert.ok(target.bind.length === (target.subjectId === null ? 1 : 0))
        for (const { known: one } of made) assert.ok(target.bind.includes(one) || (one.kind === 'device' && target.kind === 'account'))
      }
    }),
    { numRuns: 500 },
  )
})

test('a no reaches every subject that an identifier belongs to', () => {
  fc.assert(
    fc.property(arbitraryKnown, fc.boolean(), (known, link) => {
      const resolution = resolve(known, { reach: 'every', link, onConflict: 'refuse' })
      assert.ok(resolution.outcome === 'resolved')
      const reached = new Set(resolution.targets.map(({ subjectId }) => subjectId))
      for (const owner of owners(known)) assert.ok(reached.has(owner))
    }),
    { numRuns: 200 },
  )
})

test('after any no, every account identifier that it names belongs to a subject that carries it', () => {
  const noes = fc.record({ reach: fc.constantFrom('one' as const, 'objection' as const, 'every' as const), link: fc.boolean() })
  fc.assert(
    fc.property(arbitraryKnown, noes, (known, how) => {
      const resolution = resolve(known, { ...how, onConflict: 'refuse' })
      if (resolution.outcome === 'conflict') return assert.notEqual(how.reach, 'every')
      for (const one of known.filter(({ kind }) => kind === 'account')) {
        const carries = resolution.targets.filter(({ named }) => one.places.every((place) => named.includes(place)))
        assert.ok(carries.some(({ subjectId, bind }) => (one.owner === null ? bind.includes(one) : subjectId === one.owner)))
      }
    }),
    { numRuns: 500 },
  )
})
