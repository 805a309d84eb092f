// What staff decide on one person's stream: a no that came by post, an objection or a restriction lifted, and when neither can be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CatalogueFile,
  decideObjectionLift,
  decideRestriction,
  decideRestrictionLift,
  decideStaffNo,
  demandTold,
  admitObjection,
  purposesToRestrict,
  admitWithdrawal,
  refusalOfOthers,
  restrictionsTold,
  type Admission,
  type ObjectionPost,
  type SubjectFact,
  type WithdrawalPost,
} from '../src/index.ts'
import { catalogueOf, file, hour, minute, noon, notice, Scene, types } from './scene.ts'

const reason = { commitment: 'a'.repeat(64), sealed: 'key.iv.text' }
const notification = { commitment: 'b'.repeat(64), sealed: 'key.iv.words' }
const nowhere = '00000000-0000-4000-8000-000000000000'

const records = (scene: Scene, admitted: Admission, recordedAt: number): SubjectFact[] => {
  const context = {
    trust: 'operator' as const,
    recordedAt,
    occurred: admitted.occurred,
    method: { kind: 'paper' as const },
    links: [],
    flags: [],
  }
  const facts = decideStaffNo(scene.subject, scene.catalogue, admitted.answers, context, reason)
  scene.append(facts, recordedAt, 'operator')
  return facts
}
const staffNo = (scene: Scene, post: WithdrawalPost, at = (scene.now += minute)): SubjectFact[] =>
  records(scene, admitWithdrawal(scene.catalogue, post, { trust: 'operator', receivedAt: at }), at)
const staffObjection = (scene: Scene, post: ObjectionPost, at = (scene.now += minute)): SubjectFact[] =>
  records(scene, admitObjection(scene.catalogue, post, { trust: 'operator', receivedAt: at }), at)
const lifts = (scene: Scene, objection: string, at = (scene.now += minute)): SubjectFact[] => {
  const lift = { objection, recordedAt: at, method: { kind: 'phone' as const }, reason }
  const facts = decideObjectionLift(scene.subject, scene.catalogue, lift)
  scene.append(facts, at, 'operator')
  return facts
}
const restricts = (scene: Scene, purposes: 'all' | string[], at = (scene.now += minute)): string => {
  scene.append(decideRestriction('campo', { purposes, ground: 'claims', recordedAt: at, reason }), at, 'operator')
  return scene.events.at(-1)?.id ?? ''
}
const liftsRestriction = (scene: Scene, restriction: string, at = (scene.now += minute)): SubjectFact[] => {
  const lift = { restriction, recordedAt: at, notifiedAt: at - hour, notification, reason }
  const facts = decideRestrictionLift(scene.subject, 'campo', lift)
  scene.append(facts, at, 'operator')
  return facts
}
const lastId = (scene: Scene): string => scene.events.at(-1)?.id ?? ''
const standing = (scene: Scene): string[] => scene.view().objections.map(({ purpose, channel }) => `${purpose} ${channel}`)

test('a withdrawal by letter is a withdrawal: no notice, no site, staff’s words once, under seal', () => {
  const scene = new Scene()
  scene.gives('news')
  const facts = staffNo(scene, { purposes: ['news', 'prospects'], channels: ['email'] })
  assert.deepEqual(types(facts), ['ConsentWithdrawn', 'ObjectionRecorded'])
  assert.deepEqual(
    facts.map((fact) => ('reason' in fact.data ? fact.data.reason : undefined)),
    [reason, undefined],
  )
  const [first] = facts
  assert.ok(first?.type === 'ConsentWithdrawn' && first.data.site === undefined && first.data.method?.kind === 'paper')
  assert.deepEqual([scene.state('news', 'email'), scene.state('news', 'sms')], ['withdrawn', 'given'])
})

test('two clocks hold for staff too: a letter of last week counts from then, and a yes given since stands', () => {
  const scene = new Scene()
  scene.gives('news', { recordedAt: noon })
  staffNo(scene, { purposes: ['news'], occurredAt: new Date(noon - 100 * hour).toISOString() }, noon + hour)
  assert.equal(scene.state('news'), 'given')
  const [late] = staffNo(scene, { purposes: ['news'], occurredAt: new Date(noon + 9 * hour).toISOString() }, noon + 2 * hour)
  assert.ok(late?.type === 'ConsentWithdrawn')
  assert.deepEqual(late.data.flags, ['clock-ahead'])
  assert.equal(scene.state('news', 'email', { at: noon + 2 * hour }), 'withdrawn', 'a no is never turned away for its clock')
})

test('the DPO lifts an objection on the channels on which it is what stands, and consent from before counts again', () => {
  const scene = new Scene()
  scene.gives('news')
  staffObjection(scene, { purposes: 'marketing' })
  const first = scene.events.find(({ type, data }) => type === 'ObjectionRecorded' && data['purpose'] === 'news')?.id ?? ''
  staffObjection(scene, { purposes: ['news'], channels: ['sms'] })
  const later = lastId(scene)
  const [lifted] = lifts(scene, first)
  assert.ok(lifted?.type === 'ObjectionLifted')
  const { purpose, channels, objections, by } = lifted.data
  assert.deepEqual([purpose, channels, by], ['news', ['email'], 'dpo'])
  assert.ok(objections.includes(first) && !objections.includes(later), 'the other events of the same act are named with it')
  assert.ok(!standing(scene).includes('news email') && standing(scene).includes('news sms') && standing(scene).includes('prospects post'))
  assert.equal(scene.state('news', 'email'), 'given')
  assert.throws(() => lifts(scene, first), { code: 'ALREADY_DONE' })
  assert.deepEqual(types(lifts(scene, later)), ['ObjectionLifted'])
  assert.ok(!standing(scene).includes('news sms'))
})

test('a lift where a no is inherited names what was said to the same purpose, not what that one had inherited itself', () => {
  const purposes = [...file().purposes]
  const [news] = purposes
  assert.ok(news)
  purposes.push({ ...news, id: 'letters', channels: ['post'], replaces: 'prospects' })
  purposes.push({ ...news, id: 'cards', channels: ['post'], replaces: 'letters' })
  const scene = new Scene(catalogueOf(CatalogueFile.parse({ ...file(), purposes })))
  scene.objects(['prospects'])
  const own = lastId(scene)
  scene.withdraws(['letters'])
  const first = lastId(scene)
  scene.withdraws(['letters'])
  const last = lastId(scene)
  const lifted = lifts(scene, last).map(({ data }) => data)
  const said = lifted.map((data) => ('objections' in data ? [data.purpose, data.objections.toSorted()] : []))
  const both = [first, last].toSorted()
  assert.deepEqual(said, [
    ['prospects', both],
    ['cards', both],
  ])
  assert.deepEqual(
    scene.view().objections.map(({ purpose, eventId }) => [purpose, eventId]),
    [
      ['prospects', own],
      ['letters', own],
      ['cards', own],
    ],
  )
})

test('an objection that was ended by a later yes is no longer there to be lifted; what was none never was', () => {
  const scene = new Scene()
  staffNo(scene, { purposes: ['prospects'] })
  const objection = lastId(scene)
  staffNo(scene, { purposes: ['news'] })
  assert.throws(() => lifts(scene, lastId(scene)), { code: 'NOT_FOUND' }, 'a withdrawal is no objection')
  assert.throws(() => lifts(scene, nowhere), { code: 'NOT_FOUND' })
  lifts(scene, objection)
  assert.throws(() => lifts(scene, objection), { code: 'ALREADY_DONE' })
  staffNo(scene, { purposes: ['prospects'] })
  assert.deepEqual(standing(scene), ['prospects post'], 'a lift is no yes to what is asked later')
})

test('a lift ends what the DPO could see: all that stood on those channels by their ids, and nothing that is recorded later', () => {
  const scene = new Scene()
  staffNo(scene, { purposes: ['prospects'] }, noon)
  const first = lastId(scene)
  staffObjection(scene, { purposes: 'marketing' }, noon + hour)
  const second = lastId(scene)
  const [lifted] = lifts(scene, second, noon + 100 * hour)
  assert.ok(lifted?.type === 'ObjectionLifted' && lifted.data.purpose === 'prospects')
  assert.ok([first, second].every((id) => lifted.data.objections.includes(id)))
  assert.ok(!standing(scene).includes('prospects post') && standing(scene).includes('news email'))
  const letter = { purposes: ['prospects'], occurredAt: new Date(noon + 50 * hour).toISOString() }
  staffNo(scene, letter, noon + 150 * hour)
  assert.ok(standing(scene).includes('prospects post'), 'a letter from before the lift that nobody had read')
})

test('an objection that a purpose inherits is lifted by the no that it comes from; the no itself stays', () => {
  const continued = CatalogueFile.parse({
    ...file(),
    purposes: [...file().purposes, { ...file().purposes[5], id: 'news-by-interest', channels: ['post'], replaces: 'news' }],
    notices: [notice(1)],
  })
  const scene = new Scene(catalogueOf(continued))
  scene.refuses('news')
  const refusal = lastId(scene)
  assert.deepEqual(standing(scene), ['news-by-interest post'])
  const [lifted] = lifts(scene, refusal)
  assert.ok(lifted?.type === 'ObjectionLifted' && lifted.data.purpose === 'news-by-interest')
  assert.deepEqual([standing(scene), scene.state('news')], [[], 'refused'])
  assert.throws(() => lifts(scene, refusal), { code: 'ALREADY_DONE' })
})

test('an objection and what inherits it are lifted at once, by the purpose to which it was made', () => {
  const continued = CatalogueFile.parse({
    ...file(),
    purposes: [...file().purposes, { ...file().purposes[1], id: 'prospects-by-consent', channels: ['post'], replaces: 'prospects' }],
  })
  const scene = new Scene(catalogueOf(continued))
  staffNo(scene, { purposes: ['prospects'] })
  assert.deepEqual(standing(scene), ['prospects post', 'prospects-by-consent post'])
  const facts = lifts(scene, lastId(scene))
  assert.deepEqual(
    facts.map((fact) => fact.type === 'ObjectionLifted' && fact.data.purpose),
    ['prospects'],
  )
  assert.deepEqual(standing(scene), [])
})

test('a restriction holds from its recording until its own lift, each by itself', () => {
  const scene = new Scene()
  const all = restricts(scene, 'all')
  const before = scene.now
  const one = restricts(scene, ['news'])
  const rows = () => restrictionsTold(scene.subject, scene.cut()).map(({ eventId, purposes }) => [eventId, purposes])
  assert.deepEqual(rows(), [[all, 'all'], [one, ['news']]]) // prettier-ignore
  const [lifted] = liftsRestriction(scene, all)
  assert.ok(lifted?.type === 'RestrictionLifted' && lifted.data.restriction === all)
  assert.deepEqual(rows(), [[one, ['news']]])
  assert.deepEqual(
    restrictionsTold(scene.subject, scene.cut({ at: before, knownAt: before })).map(({ eventId }) => eventId),
    [all],
    'as it was then',
  )
  assert.throws(() => liftsRestriction(scene, all), { code: 'ALREADY_DONE' })
  assert.throws(() => liftsRestriction(scene, nowhere), { code: 'NOT_FOUND' })
})

test('the person is told before a restriction is lifted, at the latest now', () => {
  assert.throws(
    () => demandTold(noon + 1, noon),
    (error: { code?: string; violations?: { pointer: string }[] }) => {
      assert.deepEqual([error.code, error.violations?.[0]?.pointer], ['INVALID_REQUEST', '/notifiedAt'])
      return true
    },
  )
  demandTold(noon, noon)
})

test('an unknown purpose is named; the others are restricted all the same', () => {
  const named = ['news', 'nothing', 'orders', 'news']
  const purposes = purposesToRestrict(catalogueOf(), named)
  assert.deepEqual(purposes, ['news', 'orders'])
  const refused = refusalOfOthers(named, new Set(purposes))
  assert.deepEqual([refused?.code, refused?.violations.map(({ pointer }) => pointer)], ['UNKNOWN_PURPOSE', ['/purposes/1']])
  assert.deepEqual([purposesToRestrict(catalogueOf(), 'all'), refusalOfOthers('all', new Set())], ['all', null])
  assert.deepEqual(purposesToRestrict(catalogueOf(), ['nothing']), [])
})
