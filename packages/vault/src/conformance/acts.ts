// One act has one effect: retries, other content under the same key, and acts found again by their receipt.
import assert from 'node:assert/strict'
import { act, claimed, controller, cookie, email, lasting, on, target, writer, type Test } from './trial.ts'

const anna = email('anna.martin@example.org')
const key = { idempotencyKey: 'order-4711' }

export const actTests: Test[] = [
  on('the same key and content again: the same targets, links and note', async (vault) => {
    await target(vault, [cookie('c-1')])
    const claim = act([anna, cookie('c-1')], { ...key, reach: 'every', note: '{"refused":"UNKNOWN_NOTICE"}' })
    const first = await claimed(vault, claim)
    assert.equal(first.outcome, 'claimed')
    await target(vault, [anna, cookie('c-2')])
    const again = await claimed(vault, claim)
    assert.equal(again.outcome, 'again')
    assert.deepEqual(again.targets.map(lasting), first.targets.map(lasting))
    assert.equal(again.targets.some(({ fresh }) => fresh), false) // prettier-ignore
    assert.equal(again.note, claim.note)
    for (const [n, { keys }] of again.targets.entries()) {
      const before = first.targets[n]?.keys
      assert.equal(keys.contact.keyId, before?.contact.keyId)
      assert.ok(before && keys.evidence.key.equals(before.evidence.key))
    }
    assert.equal(await vault.actCount(), 3n)
  }),
  on('many retries at once have one effect', async (vault) => {
    const all = await Promise.all(Array.from({ length: 40 }, () => claimed(vault, act([anna], key))))
    assert.equal(new Set(all.map(({ targets }) => targets[0]?.actId)).size, 1)
    assert.equal(all.filter(({ outcome }) => outcome === 'claimed').length, 1)
    assert.equal(await vault.actCount(), 1n)
  }),
  on('the same key with other content changes nothing', async (vault) => {
    await target(vault, [anna], key)
    assert.deepEqual(await vault.claim(act([anna, cookie('c-1')], { ...key, body: '{"choices":[]}' })), { outcome: 'other-content' })
    assert.equal(await vault.actCount(), 1n)
    assert.deepEqual((await target(vault, [anna])).links, [])
  }),
  on('a key is its writer’s own, and none is needed', async (vault) => {
    const first = await target(vault, [anna], key)
    const second = await target(vault, [anna], { ...key, writer: 'site:huttopia/huttopia-de' })
    const bare = await Promise.all([target(vault, [anna]), target(vault, [anna])])
    assert.equal(new Set([first, second, ...bare].map(({ actId }) => actId)).size, 4)
  }),
  on('a key never answers for another controller', async (vault) => {
    await target(vault, [anna], key)
    assert.deepEqual(await vault.claim(act([anna], { ...key, controller: 'other' })), { outcome: 'other-content' })
  }),
  on('a refused claim leaves its key free', async (vault) => {
    await target(vault, [anna])
    const bruno = email('bruno@example.org')
    await target(vault, [bruno])
    assert.equal((await vault.claim(act([anna, bruno], key))).outcome, 'conflict')
    assert.equal((await vault.claim(act([anna], key))).outcome, 'claimed')
  }),
  on('an act is found by its id, with or without a key', async (vault) => {
    const [keyed, bare] = [await target(vault, [anna], key), await target(vault, [anna])]
    for (const { actId, subjectId } of [keyed, bare]) assert.deepEqual(await vault.findAct(actId), { controller, writer, subjectId })
    assert.equal(await vault.findAct('00000000-0000-4000-8000-000000000000'), null)
    assert.equal(await vault.controllerOf('0'.repeat(32)), null)
  }),
  on('an act on a known subject: stored, found again, refused with other content; null for a stranger', async (vault) => {
    const { subjectId, keys } = await target(vault, [anna])
    const operator = { writer: 'operator:o-1', idempotencyKey: 'k', body: '{"kind":"withdrawal"}', note: 'n' }
    const first = await vault.claimOn(subjectId, operator)
    assert.ok(first && 'targets' in first)
    const [only] = first.targets
    assert.deepEqual({ ...only, actId: '', keys: null }, { subjectId, actId: '', fresh: false, named: [], links: [], keys: null })
    assert.equal(only?.keys.contact.keyId, keys.contact.keyId)
    const again = await vault.claimOn(subjectId, operator)
    assert.ok(again && 'targets' in again)
    assert.deepEqual([again.outcome, again.note, again.targets.map(lasting)], ['again', 'n', first.targets.map(lasting)])
    assert.deepEqual(await vault.claimOn(subjectId, { ...operator, body: '{}' }), { outcome: 'other-content' })
    const other = await target(vault, [email('bruno@example.org')])
    assert.deepEqual(await vault.claimOn(other.subjectId, operator), { outcome: 'other-content' })
    assert.equal(await vault.claimOn('0'.repeat(32), operator), null)
  }),
]
