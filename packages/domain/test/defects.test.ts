// Defects seen in other systems (LAW §5) as far as the domain decides them, each a test by its number.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day, file, hour, minute, months, noon, notice, published, Scene, types, rowAt } from './scene.ts'

const bare = (at: number) => {
  const [fact] = new Scene().gives('news', { recordedAt: at, occurredAt: noon - hour })
  assert.ok(fact?.type === 'ConsentGiven')
  return fact.data
}

test('defect 1: a refusal never counts as consent', () => {
  const scene = new Scene()
  scene.refuses('news')
  assert.equal(scene.state('news'), 'refused')
})
test('defect 2: expiry is enforced, not only written', () => {
  const scene = new Scene()
  scene.gives('ads', { recordedAt: noon })
  assert.equal(scene.state('ads', 'web', { at: months(noon, 6) }), 'expired')
})
test('defect 3: refused purposes are kept with what was offered', () => {
  const scene = new Scene()
  const [fact] = scene.refuses('news')
  assert.ok(fact?.type === 'ConsentRefused')
  assert.deepEqual([fact.data.purpose, fact.data.channels, fact.data.notice?.id], ['news', ['email', 'sms'], 'form'])
})
test('defect 6: a withdrawal is never swallowed, however often and soon it comes', () => {
  const scene = new Scene()
  for (const _ of [1, 2, 3]) assert.deepEqual(types(scene.withdraws(['news'])), ['ConsentWithdrawn'])
  assert.equal(scene.events.length, 3)
})
test('defect 7: a renewal is not lost because its content is the same', () => {
  const scene = new Scene()
  scene.gives('news', { recordedAt: noon })
  scene.gives('news', { recordedAt: noon + 100 * day })
  assert.equal(
    rowAt(scene.subject, scene.catalogue, 'news', 'email', scene.cut()).until,
    new Date(months(noon + 100 * day, 13)).toISOString(),
  )
})
test('defect 8: a new consent is possible after a withdrawal', () => {
  const scene = new Scene()
  scene.gives('news')
  scene.withdraws(['news'])
  scene.gives('news')
  assert.equal(scene.state('news'), 'given')
})
test('defect 9: what an act is does not depend on the millisecond: the same post at two times differs in nothing but its times', () => {
  assert.deepEqual(bare(noon), bare(noon + 1))
})
test('defect 10: nothing is inherited over a link: a fold knows one stream, and links change no state', () => {
  const scene = new Scene()
  scene.gives('news')
  const before = scene.view()
  const linkId = '6f0f1c1e-6f0a-4c7e-9b3b-0f2d6a3c9e11'
  scene.append(
    [{ type: 'IdentityLinked', data: { controller: 'campo', linkId, scheme: 'cookie', kind: 'device', commitment: 'a'.repeat(64) } }],
    scene.now + 1,
    'secret',
  )
  assert.equal(scene.subject.links.size, 1)
  const cut = { at: scene.now, knownAt: scene.now }
  assert.deepEqual(scene.view(cut), { ...before })
})
test('defect 11: one purpose’s answer never overwrites another’s for the same contact', () => {
  const scene = new Scene()
  scene.gives('news')
  scene.refuses('calls')
  assert.equal(scene.state('news'), 'given')
  assert.equal(scene.state('calls'), 'refused')
})
test('defect 14: a change of several states is one list of events, for one append', () => {
  const scene = new Scene()
  const { facts } = scene.answers([
    { purpose: 'news', decision: 'given' },
    { purpose: 'ads', decision: 'refused' },
    { purpose: 'calls', decision: 'dismissed' },
  ])
  assert.equal(facts.length, 3)
  assert.equal(new Set(scene.events.map((event) => event.metadata.actId)).size, 1)
})
test('defect 16: an import never resubscribes who had unsubscribed, whatever time it claims', () => {
  const source = { system: 'crm', exportedAt: '2026-01-01T00:00:00.000Z', fileSha256: 'a'.repeat(64), line: 1 }
  for (const occurredAt of [noon - 300 * day, noon + day]) {
    const scene = new Scene()
    scene.withdraws(['news'], { recordedAt: noon })
    scene.gives('news', { trust: 'imported', notice: null, method: { kind: 'import', source }, occurredAt, recordedAt: noon + 2 * day })
    assert.equal(scene.state('news'), 'withdrawn')
  }
})
test('defect 17: a client clock is never the only time: ahead it is not believed, late it is flagged', () => {
  const scene = new Scene()
  const [late] = scene.gives('news', { occurredAt: noon - 25 * hour, recordedAt: noon })
  assert.ok(late?.type === 'ConsentGiven')
  assert.deepEqual(late.data.flags, ['late'])
  const ahead = scene.answers([{ purpose: 'news', decision: 'given' }], { occurredAt: noon + hour, recordedAt: noon + minute })
  assert.equal(ahead.admitted.refused?.code, 'OCCURRED_AT_AHEAD')
  const [browser] = scene.gives('ads', { trust: 'publishable', occurredAt: noon + hour, recordedAt: noon + 2 * minute })
  assert.ok(browser?.type === 'ConsentGiven')
  assert.deepEqual([browser.data.flags, browser.data.occurredAtFrom], [['clock-ahead'], 'ledger'])
})
test('defect 18: nobody is asked again because a version number moved', () => {
  const scene = new Scene()
  scene.refuses('ads', { recordedAt: noon })
  scene.catalogue = published(scene.catalogue, file({ notices: [notice(1), notice(2, { change: 'editorial' })] }), noon + day)
  const row = rowAt(scene.subject, scene.catalogue, 'ads', 'web', { at: noon + 2 * day, knownAt: noon + 2 * day })
  assert.deepEqual([row.state, row.askAgainFrom], ['refused', new Date(months(noon, 6)).toISOString()])
})
