// Who is found by which identifier, and what binds and undoes it.
import assert from 'node:assert/strict'
import { act, claimed, controller, cookie, customer, device, email, on, phone, target, type Test } from './trial.ts'

const anna = email('anna.martin@example.org')
const bruno = email('bruno@example.org')

export const directoryTests: Test[] = [
  on('a person is made once and found again', async (vault) => {
    const first = await target(vault, [anna])
    assert.match(first.subjectId, /^[0-9a-f]{32}$/)
    assert.match(first.actId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(first.fresh, true)
    assert.deepEqual(first.named, [0])
    assert.deepEqual(first.links, [])
    const second = await target(vault, [anna])
    assert.equal(second.subjectId, first.subjectId)
    assert.equal(second.fresh, false)
    assert.notEqual(second.actId, first.actId)
    assert.equal(await vault.controllerOf(first.subjectId), controller)
  }),
  on('many requests at once for one new person make one subject', async (vault) => {
    const all = await Promise.all(Array.from({ length: 50 }, () => target(vault, [anna, cookie('c-1')])))
    assert.equal(new Set(all.map(({ subjectId }) => subjectId)).size, 1)
    assert.equal(new Set(all.map(({ actId }) => actId)).size, 50)
    assert.equal(all.filter(({ fresh }) => fresh).length, 1)
    assert.equal(new Set(all.flatMap(({ links }) => links.map(({ linkId }) => linkId))).size, 1)
  }),
  on('the same identifier is another person at another controller', async (vault) => {
    const here = await target(vault, [anna])
    const there = await target(vault, [anna], { controller: 'other' })
    assert.notEqual(there.subjectId, here.subjectId)
    assert.deepEqual(await vault.find('other', [anna]), [{ subjectId: there.subjectId, schemes: ['email'] }])
    assert.deepEqual(await vault.find('nobody', [anna]), [])
  }),
  on('the same value under another scheme is another identifier', async (vault) => {
    await target(vault, [customer('4711')])
    assert.deepEqual(await vault.find(controller, [phone('4711'), cookie('4711')]), [])
  }),
  on('an unknown account identifier named with a known one is bound to it and linked, with a stable link', async (vault) => {
    const first = await target(vault, [anna])
    const second = await target(vault, [anna, customer('c-17')])
    assert.equal(second.subjectId, first.subjectId)
    assert.deepEqual(second.links.map(({ scheme, identifier }) => ({ scheme, identifier })), [{ scheme: 'customer', identifier: 1 }]) // prettier-ignore
    const third = await target(vault, [customer('c-17'), anna])
    assert.deepEqual(third.links, [{ ...second.links[0], identifier: 0 }])
    assert.deepEqual(await vault.find(controller, [customer('c-17')]), [{ subjectId: first.subjectId, schemes: ['customer'] }])
  }),
  on('a device is linked to an account and never resolves to it', async (vault) => {
    const account = await target(vault, [anna, cookie('c-1')])
    assert.deepEqual(account.named, [0, 1])
    assert.deepEqual(account.links.map(({ scheme }) => scheme), ['cookie']) // prettier-ignore
    assert.deepEqual(await vault.find(controller, [cookie('c-1')]), [])
    const anonymous = await target(vault, [cookie('c-1')])
    assert.equal(anonymous.fresh, true)
    assert.notEqual(anonymous.subjectId, account.subjectId)
    const next = await target(vault, [bruno, cookie('c-1')])
    assert.notEqual(next.subjectId, account.subjectId)
    assert.notEqual(next.subjectId, anonymous.subjectId)
    assert.notEqual(next.links[0]?.linkId, account.links[0]?.linkId)
  }),
  on('an unknown device named with a known one is bound to it; devices of two subjects are left alone', async (vault) => {
    const first = await target(vault, [cookie('c-1')])
    const second = await target(vault, [device('d-1'), cookie('c-1')])
    assert.equal(second.subjectId, first.subjectId)
    assert.deepEqual(second.links.map(({ scheme, identifier }) => ({ scheme, identifier })), [{ scheme: 'device', identifier: 0 }]) // prettier-ignore
    assert.equal((await target(vault, [device('d-1')])).subjectId, first.subjectId)
    const other = await target(vault, [cookie('c-2')])
    assert.equal((await target(vault, [cookie('c-2'), cookie('c-1')])).subjectId, other.subjectId)
    assert.equal((await target(vault, [cookie('c-1')])).subjectId, first.subjectId)
  }),
  on('without leave to link nothing is: each account named is somebody, a device beside it nobody', async (vault) => {
    const { targets } = await claimed(vault, act([anna, customer('c-17'), cookie('c-1')], { link: false }))
    assert.deepEqual(targets.map(({ fresh, named, links }) => ({ fresh, named, links })), [{ fresh: true, named: [0, 2], links: [] }, { fresh: true, named: [1], links: [] }]) // prettier-ignore
    assert.deepEqual(await vault.find(controller, [cookie('c-1')]), [])
    assert.deepEqual(await vault.find(controller, [anna, customer('c-17')]), [
      { subjectId: targets[0]?.subjectId, schemes: ['email'] },
      { subjectId: targets[1]?.subjectId, schemes: ['customer'] },
    ])
  }),
  on('an identifier named twice is one identifier', async (vault) => {
    const { named, links } = await target(vault, [anna, cookie('c-1'), anna, cookie('c-1')])
    assert.deepEqual(named, [0, 1, 2, 3])
    assert.deepEqual(links.map(({ identifier }) => identifier), [1]) // prettier-ignore
  }),
  on('find names each subject once, with the schemes that matched, and writes nothing', async (vault) => {
    const account = await target(vault, [anna, customer('c-17')])
    const own = await target(vault, [cookie('c-1')])
    const acts = await vault.actCount()
    assert.deepEqual(await vault.find(controller, [cookie('c-1'), anna, customer('c-17'), bruno]), [
      { subjectId: own.subjectId, schemes: ['cookie'] },
      { subjectId: account.subjectId, schemes: ['email', 'customer'] },
    ])
    assert.deepEqual(await vault.find(controller, [bruno]), [])
    assert.equal(await vault.actCount(), acts)
  }),
  on('each identifier by itself: whom it reaches, in the order in which they were asked, a repeated one again', async (vault) => {
    const account = await target(vault, [anna, customer('c-17'), cookie('c-2')])
    const own = await target(vault, [cookie('c-1')])
    await target(vault, [bruno], { controller: 'other' })
    const acts = await vault.actCount()
    const asked = [cookie('c-1'), anna, bruno, anna, customer('c-17'), cookie('c-2'), phone('c-17')]
    assert.deepEqual(await vault.findEach(controller, asked), [[own.subjectId], [account.subjectId], [], [account.subjectId], [account.subjectId], [], []]) // prettier-ignore
    assert.deepEqual(await vault.findEach(controller, []), [])
    assert.deepEqual(await vault.findEach('nobody', [anna, bruno]), [[], []])
    assert.equal(await vault.actCount(), acts)
  }),
  on('five hundred are asked at once', async (vault) => {
    const known = await Promise.all(Array.from({ length: 20 }, (_, n) => target(vault, [email(`person-${n}@example.org`)])))
    const asked = Array.from({ length: 500 }, (_, n) => email(`person-${n}@example.org`))
    const reached = await vault.findEach(controller, asked)
    assert.deepEqual(reached, asked.map((_, n) => known.slice(n, n + 1).map(({ subjectId }) => subjectId))) // prettier-ignore
  }),
  on('unlinking takes an identifier away from its subject only; named again it is linked anew', async (vault) => {
    const { subjectId, links } = await target(vault, [anna, customer('c-17'), cookie('c-1')])
    const linkOf = (scheme: string): string => links.find((link) => link.scheme === scheme)?.linkId ?? ''
    const stranger = await target(vault, [bruno])
    assert.equal(await vault.unlink(stranger.subjectId, linkOf('customer')), false)
    assert.equal(await vault.unlink(subjectId, linkOf('customer')), true)
    assert.equal(await vault.unlink(subjectId, linkOf('customer')), false)
    assert.equal(await vault.unlink(subjectId, linkOf('cookie')), true)
    assert.deepEqual(await vault.find(controller, [customer('c-17')]), [])
    const again = await claimed(vault, act([bruno, customer('c-17'), cookie('c-1')]))
    assert.equal(again.targets[0]?.subjectId, stranger.subjectId)
    assert.equal(again.conflict, false)
    assert.deepEqual((await target(vault, [anna])).links, [])
  }),
]
