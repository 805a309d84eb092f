// How far an act reaches: never a merge, and a no to everybody it names.
import assert from 'node:assert/strict'
import { act, claimed, controller, cookie, customer, email, on, phone, target, type Test } from './trial.ts'

const anna = email('anna.martin@example.org')
const bruno = customer('c-18')

export const reachTests: Test[] = [
  on('accounts of two people are never merged: refused, with nothing written', async (vault) => {
    const [a, b] = [await target(vault, [anna]), await target(vault, [bruno])]
    const acts = await vault.actCount()
    const both = act([anna, phone('+33612345678'), bruno, cookie('c-1')], { idempotencyKey: 'k-1' })
    assert.deepEqual(await vault.claim(both), { outcome: 'conflict', schemes: ['email', 'customer'] })
    assert.equal(await vault.actCount(), acts)
    assert.deepEqual(await vault.find(controller, [phone('+33612345678'), cookie('c-1')]), [])
    assert.deepEqual(await vault.rehearse(both), { outcome: 'conflict', schemes: ['email', 'customer'], targets: [] })
    assert.deepEqual(await vault.find(controller, [anna, bruno]), [
      { subjectId: a.subjectId, schemes: ['email'] },
      { subjectId: b.subjectId, schemes: ['customer'] },
    ])
  }),
  on('with onConflict first, the first account identifier decides and nothing is linked', async (vault) => {
    const [a] = [await target(vault, [anna]), await target(vault, [bruno])]
    const { targets, conflict } = await claimed(vault, act([cookie('c-1'), anna, bruno], { onConflict: 'first' }))
    assert.equal(conflict, true)
    assert.deepEqual(targets.map(({ subjectId, named, links }) => ({ subjectId, named, links })), [{ subjectId: a.subjectId, named: [0, 1, 2], links: [] }]) // prettier-ignore
    const unknown = await claimed(vault, act([phone('+33612345678'), anna, bruno], { onConflict: 'first' }))
    assert.equal(unknown.targets[0]?.fresh, true)
    assert.deepEqual(await vault.find(controller, [phone('+33612345678')]), [
      { subjectId: unknown.targets[0]?.subjectId, schemes: ['phone'] },
    ])
  }),
  on('a no reaches both people and the devices, each with an act id of its own and the identifiers that are theirs', async (vault) => {
    const people = [await target(vault, [anna]), await target(vault, [bruno]), await target(vault, [cookie('c-1')])]
    const named = [cookie('c-1'), anna, bruno, cookie('c-2')]
    const { targets, conflict } = await claimed(vault, act(named, { reach: 'every' }))
    assert.equal(conflict, true)
    assert.deepEqual(targets.map(({ subjectId }) => subjectId), people.map(({ subjectId }) => subjectId)) // prettier-ignore
    assert.deepEqual(targets.map(({ named }) => named), [[1, 3], [2], [0]]) // prettier-ignore
    assert.deepEqual(targets.flatMap(({ links }) => links), []) // prettier-ignore
    assert.equal(new Set(targets.map(({ actId }) => actId)).size, 3)
    assert.deepEqual(await vault.find(controller, [cookie('c-2')]), [])
  }),
  on('a no of somebody unknown makes the account, and reaches the device that is known', async (vault) => {
    const browser = await target(vault, [cookie('c-1')])
    const claim = act([cookie('c-1'), anna], { reach: 'every', link: false })
    assert.deepEqual(await vault.rehearse(claim), {
      outcome: 'claimed',
      schemes: [],
      targets: [
        { subjectId: null, named: [1] },
        { subjectId: browser.subjectId, named: [0] },
      ],
    })
    const { targets, conflict } = await claimed(vault, claim)
    assert.equal(conflict, false)
    assert.deepEqual(targets.map(({ fresh, named, links }) => ({ fresh, named, links })), [{ fresh: true, named: [1], links: [] }, { fresh: false, named: [0], links: [] }]) // prettier-ignore
    assert.equal(targets[1]?.subjectId, browser.subjectId)
  }),
  on('a no that may link records the device on the account and still reaches the device', async (vault) => {
    const browser = await target(vault, [cookie('c-1')])
    const { targets } = await claimed(vault, act([anna, cookie('c-1')], { reach: 'every' }))
    assert.deepEqual(targets.map(({ named }) => named), [[0, 1], [1]]) // prettier-ignore
    assert.deepEqual(targets.map(({ links }) => links.length), [1, 0]) // prettier-ignore
    assert.deepEqual(await vault.find(controller, [cookie('c-1')]), [{ subjectId: browser.subjectId, schemes: ['cookie'] }])
  }),
  on('a no of an unknown device makes the device; of several known ones reaches them all', async (vault) => {
    const first = await claimed(vault, act([cookie('c-1'), cookie('c-2')], { reach: 'every', link: false }))
    assert.deepEqual(first.targets.map(({ fresh, named }) => ({ fresh, named })), [{ fresh: true, named: [0, 1] }]) // prettier-ignore
    const other = await target(vault, [cookie('c-2')])
    const both = await claimed(vault, act([cookie('c-2'), cookie('c-1')], { reach: 'every', link: false }))
    assert.deepEqual(both.targets.map(({ subjectId }) => subjectId), [other.subjectId, first.targets[0]?.subjectId]) // prettier-ignore
    assert.equal(both.conflict, false)
  }),
  on(
    'a no that names a known and an unknown account is kept for both, whether the conflict or the key forbids to link them',
    async (vault) => {
      const [a] = [await target(vault, [anna]), await target(vault, [bruno])]
      const stranger = phone('+33612345678')
      for (const [claim, at] of [
        [act([anna, stranger], { reach: 'every', link: false }), 1],
        [act([anna, customer('c-19'), bruno], { reach: 'every' }), 2],
        [act([anna, email('claire@example.org')], { link: false }), 1],
      ] as const) {
        const { targets } = await claimed(vault, claim)
        const made = targets[at]
        assert.equal(targets[0]?.subjectId, a.subjectId)
        assert.deepEqual([made?.fresh, made?.named, made?.links], [true, [1], []])
        assert.deepEqual(await vault.find(controller, claim.identifiers.slice(1, 2)), [{ subjectId: made?.subjectId, schemes: [claim.identifiers[1]?.scheme] }]) // prettier-ignore
      }
    },
  ),
  on('an objection reaches the account and the known devices, and is a conflict where a yes is one', async (vault) => {
    const [account, browser] = [await target(vault, [anna]), await target(vault, [cookie('c-1')])]
    await target(vault, [bruno])
    const { targets } = await claimed(vault, act([cookie('c-1'), anna, cookie('c-2')], { reach: 'objection' }))
    assert.deepEqual(targets.map(({ subjectId, named }) => ({ subjectId, named })), [{ subjectId: account.subjectId, named: [0, 1, 2] }, { subjectId: browser.subjectId, named: [0] }]) // prettier-ignore
    assert.equal((await vault.claim(act([anna, bruno], { reach: 'objection' }))).outcome, 'conflict')
    const first = await claimed(vault, act([anna, bruno, cookie('c-1')], { reach: 'objection', onConflict: 'first' }))
    assert.deepEqual(first.targets.map(({ subjectId }) => subjectId), [account.subjectId, browser.subjectId]) // prettier-ignore
  }),
  on('a rehearsal writes nothing and answers as the claim would', async (vault) => {
    assert.deepEqual(await vault.rehearse(act([anna])), { outcome: 'claimed', schemes: [], targets: [{ subjectId: null, named: [0] }] })
    assert.equal(await vault.actCount(), 0n)
    const { subjectId } = await target(vault, [anna], { idempotencyKey: 'k-1' })
    assert.deepEqual(await vault.rehearse(act([anna, cookie('c-1')])), {
      outcome: 'claimed',
      schemes: [],
      targets: [{ subjectId, named: [0, 1] }],
    })
    assert.deepEqual(await vault.rehearse(act([anna], { idempotencyKey: 'k-1' })), {
      outcome: 'again',
      schemes: [],
      targets: [{ subjectId, named: [0] }],
    })
    assert.deepEqual((await vault.rehearse(act([anna], { idempotencyKey: 'k-1', body: '{"other":1}' }))).outcome, 'other-content')
    assert.equal(await vault.actCount(), 1n)
  }),
]
