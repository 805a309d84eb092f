// What a no reaches that nobody had published when it was said: a word for all marketing, and a purpose without channels.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CatalogueFile, eligible, admitObjection, admitWithdrawal, type Channel, type SubjectFact } from '../src/index.ts'
import { catalogueOf, day, file, noon, published, Scene, types } from './scene.ts'

type Purposes = CatalogueFile['purposes']
const purposeOf = (id: string): Purposes[number] => {
  const found = file().purposes.find((one) => one.id === id)
  assert.ok(found)
  return found
}
const fileWith = (purposes: Purposes, over: object = {}): CatalogueFile =>
  CatalogueFile.parse({ ...file(), notices: [], purposes, ...over })
const reasonOf = ({ subject, catalogue }: Scene, purpose: string, channel: Channel, at = noon + 30 * day): string =>
  eligible(subject, catalogue, { purpose, channel }, { at, knownAt: at }).reason
const reach = (facts: readonly SubjectFact[]) =>
  facts.map(({ type, data }) => [
    type,
    'purpose' in data && data.purpose,
    'scope' in data ? data.scope : null,
    'everyChannel' in data ? data.everyChannel : null,
  ])
/** A scene in which data were collected: a yes by the site's server. */
const known = (): Scene => {
  const scene = new Scene()
  scene.gives('calls', {}, ['email'])
  return scene
}
const letters = { ...purposeOf('prospects'), id: 'letters' }

test('each event of an objection to marketing says so, and that no channel was named', () => {
  const facts = new Scene().objects('marketing')
  assert.deepEqual(
    reach(facts),
    ['news', 'ads', 'calls', 'checked', 'prospects'].map((purpose) => ['ObjectionRecorded', purpose, 'marketing', true]),
  )
  const byMail = new Scene().objects('marketing', { channels: ['email'] })
  assert.ok(byMail.every(({ data }) => 'scope' in data && data.scope === 'marketing' && !('everyChannel' in data)))
})

test('named purposes have no scope, and a withdrawal of one consent reaches nothing else', () => {
  assert.deepEqual(reach(new Scene().objects(['news'])), [['ObjectionRecorded', 'news', null, true]])
  assert.deepEqual(reach(new Scene().withdraws(['news', 'prospects'])), [
    ['ConsentWithdrawn', 'news', null, null],
    ['ObjectionRecorded', 'prospects', null, true],
  ])
})

test('each event of a withdrawal of all says so, also where no purpose on another basis is there to be objected to', () => {
  const scene = new Scene(catalogueOf(fileWith([purposeOf('news')])))
  assert.deepEqual(reach(scene.withdraws('all')), [['ConsentWithdrawn', 'news', 'all', true]])
  scene.gives('news', { notice: null, method: { kind: 'import', source: { system: 'crm', exportedAt: '2026-01-01T00:00:00.000Z', fileSha256: 'a'.repeat(64), line: 1 } } }) // prettier-ignore
  scene.catalogue = published(scene.catalogue, fileWith([purposeOf('news'), letters]), noon + day)
  assert.equal(reasonOf(scene, 'letters', 'post'), 'OBJECTED')
  assert.equal(reasonOf(scene, 'news', 'email'), 'CONSENT_WITHDRAWN')
})

test('a purpose that becomes marketing in a later version is reached; one that never is, is not', () => {
  const before = { ...purposeOf('prospects'), marketing: false }
  const first = fileWith([purposeOf('news'), before])
  const scene = new Scene(catalogueOf(first))
  scene.objects('marketing')
  assert.deepEqual(
    scene.view().objections.map(({ purpose }) => purpose),
    ['news', 'news'],
  )
  scene.catalogue = published(scene.catalogue, fileWith([purposeOf('news'), { ...before, version: 2, marketing: true }]), noon + day)
  assert.equal(reasonOf(scene, 'prospects', 'post'), 'OBJECTED')
})

test('without a marketing purpose the first purpose bears the word, is not objected to by it, and nothing is lost', () => {
  for (const says of [(scene: Scene) => scene.objects('marketing'), (scene: Scene) => scene.withdraws('all')]) {
    const scene = new Scene(catalogueOf(fileWith([purposeOf('orders')])))
    const facts = says(scene)
    assert.deepEqual([types(facts), 'purpose' in (facts[0]?.data ?? {})], [['ObjectionRecorded'], true])
    assert.deepEqual(scene.view().objections, [])
    scene.catalogue = published(scene.catalogue, fileWith([purposeOf('orders'), letters]), noon + day)
    assert.equal(reasonOf(scene, 'letters', 'post'), 'OBJECTED')
  }
})

test('before any purpose was published it cannot be recorded, and is refused aloud', () => {
  const catalogue = catalogueOf(fileWith([]))
  const by = { trust: 'secret', receivedAt: noon } as const
  for (const admitted of [admitObjection(catalogue, { purposes: 'marketing' }, by), admitWithdrawal(catalogue, { purposes: 'all' }, by)])
    assert.deepEqual(
      [admitted.answers, admitted.refused?.code, admitted.refused?.violations[0]?.pointer],
      [[], 'UNKNOWN_PURPOSE', '/purposes'],
    )
})

test('an objection without channels holds on one that is added later, one with channels does not', () => {
  const scene = known()
  scene.objects(['prospects'])
  const wider = fileWith([{ ...purposeOf('prospects'), version: 2, channels: ['post', 'web'] }])
  scene.catalogue = published(scene.catalogue, wider, noon + day)
  assert.equal(reasonOf(scene, 'prospects', 'web'), 'OBJECTED')
  const named = known()
  named.objects(['prospects'], { channels: ['post'] })
  named.catalogue = published(named.catalogue, wider, noon + day)
  assert.deepEqual([reasonOf(named, 'prospects', 'web'), reasonOf(named, 'prospects', 'post')], ['LEGITIMATE_INTEREST', 'OBJECTED'])
})

test('a confirmation does not come through a no to all marketing that was said since it was asked for', () => {
  const scene = new Scene()
  scene.gives('checked', { actId: 'act-1' })
  scene.append(
    [{ type: 'ObjectionRecorded', data: { controller: 'campo', purpose: 'prospects', purposeVersion: 1, channels: ['post'], everyChannel: true, scope: 'marketing', basis: 'legitimate-interest', occurredAt: new Date(scene.now + 1).toISOString(), occurredAtFrom: 'site', orderAt: new Date(scene.now + 1).toISOString() } }], // prettier-ignore
    scene.now + 1,
    'secret',
  )
  assert.throws(() => scene.confirms('act-1', scene.now + 2), { code: 'CONFIRMATION_GONE' })
})

test('what is recorded as a yes on another basis than consent ends no objection', () => {
  const scene = new Scene()
  scene.objects(['prospects'])
  const orderAt = new Date(scene.now + day).toISOString()
  scene.append(
    [{ type: 'ConsentGiven', data: { controller: 'campo', purpose: 'prospects', purposeVersion: 1, channels: ['post'], occurredAt: orderAt, occurredAtFrom: 'site', orderAt } }], // prettier-ignore
    scene.now + day,
    'secret',
  )
  assert.deepEqual(
    scene.view().objections.map(({ purpose }) => purpose),
    ['prospects'],
  )
})
