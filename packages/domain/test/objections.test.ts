// Objections (GDPR Art. 21): what a post records, and what ends one. A later yes of the person does, to that consent purpose on that channel; nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CatalogueFile, decideAct, admitObjection, type ObjectionPost, type SubjectFact } from '../src/index.ts'
import { catalogueOf, file, hour, minute, noon, notice, Scene, types } from './scene.ts'

/** An objection that arrives. `occurredAt`, `recordedAt`: epoch ms. */
const objects = (scene: Scene, purposes: ObjectionPost['purposes'], over: Partial<ObjectionPost> & { at?: number } = {}) => {
  const { at = (scene.now += minute), ...post } = over
  const admitted = admitObjection(scene.catalogue, { purposes, ...post }, { trust: 'secret', receivedAt: at })
  const recordedAt = Math.max(at, scene.subject.lastRecordedAt + 1)
  const context = { site: 'campo-fr', trust: 'secret', recordedAt, occurred: admitted.occurred, links: [], flags: [] } as const
  const facts = decideAct(scene.subject, scene.catalogue, admitted.answers, context)
  scene.append(facts, recordedAt, 'secret')
  return { admitted, facts }
}
const said = (facts: readonly SubjectFact[]) =>
  facts.map(({ type, data }) => [type, 'purpose' in data && data.purpose, 'basis' in data && data.basis])
const objected = (scene: Scene) => scene.view().objections.map(({ purpose, channel }) => `${purpose} ${channel}`)

test('to marketing: every marketing purpose on whatever basis, each recorded with its own; nothing else', () => {
  const { facts, admitted } = objects(new Scene(), 'marketing')
  assert.equal(admitted.refused, null)
  assert.deepEqual(said(facts), [
    ['ObjectionRecorded', 'news', 'consent'],
    ['ObjectionRecorded', 'ads', 'consent'],
    ['ObjectionRecorded', 'calls', 'consent'],
    ['ObjectionRecorded', 'checked', 'consent'],
    ['ObjectionRecorded', 'prospects', 'legitimate-interest'],
  ])
})

test('to a purpose that is no marketing it is recorded too; only an id that never existed is refused, and the others stand', () => {
  const { facts, admitted } = objects(new Scene(), ['orders', 'nothing', 'news'])
  assert.deepEqual(said(facts), [
    ['ObjectionRecorded', 'orders', 'contract'],
    ['ObjectionRecorded', 'news', 'consent'],
  ])
  assert.equal(admitted.refused?.code, 'UNKNOWN_PURPOSE')
  assert.deepEqual(
    admitted.refused?.violations.map(({ pointer }) => pointer),
    ['/purposes/1'],
  )
})

test('what would cost a yes its place is a flag: a retired purpose, a channel it never had, a clock ahead', () => {
  const purposes = file().purposes.map((one) => (one.id === 'news' ? { ...one, retired: '2026-01-01' } : one))
  const scene = new Scene(catalogueOf(CatalogueFile.parse({ ...file(), purposes })))
  const { facts } = objects(scene, ['news'], { channels: ['post'], occurredAt: new Date(noon + 9 * hour).toISOString() })
  const [fact] = facts
  assert.ok(fact?.type === 'ObjectionRecorded')
  assert.deepEqual([fact.data.channels, fact.data.flags], [['post'], ['clock-ahead', 'purpose-retired', 'channel-not-in-purpose']])
})

test('it leaves the consent as it was given and stands over it, on the channels named', () => {
  const scene = new Scene()
  scene.gives('news')
  objects(scene, ['news'], { channels: ['email'] })
  assert.equal(scene.state('news'), 'given')
  assert.deepEqual(objected(scene), ['news email'])
})

test('a later yes by a secret key ends it in the same append, on its channels alone', () => {
  const scene = new Scene()
  objects(scene, ['news'])
  const facts = scene.gives('news', {}, ['email'])
  assert.deepEqual(types(facts), ['ConsentGiven', 'ObjectionLifted'])
  const lifted = facts[1]
  assert.ok(lifted?.type === 'ObjectionLifted')
  assert.deepEqual([lifted.data.channels, lifted.data.by, lifted.data.objections], [['email'], 'consent', [scene.events[0]?.id]])
  assert.deepEqual(objected(scene), ['news sms'])
})

test('a later yes that the person confirmed ends it in the append of the confirmation, and not before', () => {
  const scene = new Scene()
  objects(scene, ['checked'], { at: noon })
  assert.deepEqual(types(scene.gives('checked', { actId: 'act-1', recordedAt: noon + hour })), ['ConsentRequested'])
  assert.deepEqual(objected(scene), ['checked email'])
  assert.deepEqual(types(scene.confirms('act-1', noon + 2 * hour)), ['ConsentConfirmed', 'ObjectionLifted'])
  assert.deepEqual(objected(scene), [])
  const before = scene.view({ at: noon + 2 * hour - 1 })
  assert.equal(before.objections.length, 1, 'the confirmation does not count for the time before it')
})

test('a confirmation of what was asked before the objection ends nothing', () => {
  const scene = new Scene()
  scene.gives('checked', { actId: 'act-1', recordedAt: noon })
  objects(scene, ['checked'], { at: noon + hour })
  assert.throws(() => scene.confirms('act-1', noon + 2 * hour), { code: 'CONFIRMATION_GONE' })
  assert.deepEqual(objected(scene), ['checked email'])
})

test('an objection from before the confirmation that arrives after it stands', () => {
  const scene = new Scene()
  scene.gives('checked', { actId: 'act-1', recordedAt: noon })
  scene.confirms('act-1', noon + 2 * hour)
  objects(scene, ['checked'], { at: noon + 3 * hour, occurredAt: new Date(noon + hour).toISOString() })
  assert.deepEqual(objected(scene), ['checked email'])
})

const source = { system: 'crm', exportedAt: '2026-01-01T00:00:00.000Z', fileSha256: 'a'.repeat(64), line: 1 }
const file2 = (): CatalogueFile =>
  CatalogueFile.parse({
    ...file(),
    purposes: [...file().purposes, { ...file().purposes[0], id: 'letters', channels: ['post', 'email'], replaces: 'prospects' }],
    notices: [notice(1, { purposes: ['news', 'ads', 'calls', 'checked', 'letters'] })],
  })

const never: Record<string, (scene: Scene) => SubjectFact[]> = {
  'a yes from a file': (scene) => scene.gives('news', { trust: 'imported', method: { kind: 'import', source } }),
  'a file that a server posts as its own': (scene) => scene.gives('news', { method: { kind: 'import', source } }),
  'a yes by a page': (scene) => scene.gives('news', { trust: 'publishable' }),
  'a yes that is older': (scene) => scene.gives('news', { occurredAt: noon - hour }),
  'a yes to another purpose': (scene) => scene.gives('calls'),
  'a yes on another channel': (scene) => scene.gives('news', {}, ['sms']),
  'a yes that waits for a parent': (scene) => scene.gives('news', { method: { kind: 'web-form', actor: { kind: 'self', ageBand: '13' } } }),
  'another no': (scene) => scene.withdraws(['news']),
}
for (const [what, act] of Object.entries(never))
  test(`it is never ended by ${what}`, () => {
    const scene = new Scene(catalogueOf(file2()))
    objects(scene, ['news'], { channels: ['email'] })
    assert.ok(!types(act(scene)).includes('ObjectionLifted'))
    assert.deepEqual(objected(scene), ['news email'])
  })

test('it is never ended on another basis: nobody can say yes to that, and a yes to the consent that replaces it leaves it', () => {
  const scene = new Scene(catalogueOf(file2()))
  objects(scene, ['prospects'])
  const { admitted, facts } = scene.answers([{ purpose: 'prospects', decision: 'given' }])
  assert.deepEqual([admitted.refused?.code, facts], ['NOT_A_CONSENT_PURPOSE', []])
  assert.deepEqual(objected(scene), ['prospects post', 'letters post', 'letters email'])
  assert.deepEqual(types(scene.gives('letters')), ['ConsentGiven', 'ObjectionLifted'])
  assert.deepEqual(objected(scene), ['prospects post'])
})
