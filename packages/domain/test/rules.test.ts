// The rules that others got wrong (DESIGN §4), each a test by its own words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CatalogueFile } from '../src/index.ts'
import { catalogueOf, day, file, hour, minute, months, noon, notice, published, Scene, types, rowAt } from './scene.ts'

test('one act is one append: accept A, refuse B is ConsentGiven and ConsentRefused, refusals are always kept', () => {
  const scene = new Scene()
  const { facts } = scene.answers([
    { purpose: 'news', decision: 'given' },
    { purpose: 'ads', decision: 'refused' },
  ])
  assert.deepEqual(types(facts), ['ConsentGiven', 'ConsentRefused'])
  assert.equal(scene.state('news'), 'given')
  assert.equal(scene.state('ads', 'web'), 'refused')
})

test('the same answer given again later is a new event: a renewal', () => {
  const scene = new Scene()
  scene.gives('news')
  scene.gives('news')
  assert.equal(scene.events.length, 2)
  assert.equal(scene.state('news'), 'renewed')
})

test('a change of state is never a duplicate, never throttled away', () => {
  const scene = new Scene()
  for (const _ of [1, 2, 3]) {
    scene.gives('news')
    scene.withdraws(['news'])
  }
  assert.equal(scene.events.length, 6)
  assert.equal(scene.state('news'), 'withdrawn')
})

test('two clocks: within the skew limit the order of the server decides', () => {
  const scene = new Scene()
  scene.withdraws(['news'], { recordedAt: noon })
  scene.gives('news', { occurredAt: noon - 3 * minute, recordedAt: noon + minute })
  assert.equal(scene.state('news'), 'given')
})

test('two clocks: beyond the skew limit occurredAt decides, and a late given never lifts a later withdrawal', () => {
  const scene = new Scene()
  scene.withdraws(['news'], { recordedAt: noon })
  scene.gives('news', { occurredAt: noon - 6 * minute, recordedAt: noon + minute })
  assert.equal(scene.state('news'), 'withdrawn')
})

test('a withdrawal that arrives late counts from when it occurred', () => {
  const scene = new Scene()
  scene.gives('news', { recordedAt: noon })
  scene.withdraws(['news'], { occurredAt: noon + hour, recordedAt: noon + 10 * day })
  assert.equal(scene.state('news', 'email', { at: noon + hour - 1 }), 'given')
  assert.equal(scene.state('news', 'email', { at: noon + hour }), 'withdrawn')
})

test('a server whose clock is set back takes a withdrawal for what it is: later than what stands in the stream', () => {
  for (const occurredAt of [undefined, noon]) {
    const scene = new Scene()
    scene.gives('news', { recordedAt: noon + hour })
    scene.withdraws(['news'], { recordedAt: noon, ...(occurredAt === undefined ? {} : { occurredAt }) })
    assert.equal(scene.state('news', 'email', { at: noon + 2 * hour, knownAt: noon + 2 * hour }), 'withdrawn')
  }
})

test('at equal times the no wins', () => {
  const scene = new Scene()
  scene.answers([
    { purpose: 'news', decision: 'refused', channels: ['email'] },
    { purpose: 'news', decision: 'given', channels: ['email'] },
  ])
  assert.equal(scene.state('news'), 'refused')
})

test('a yes recorded after a message was sent never justifies it', () => {
  const scene = new Scene()
  scene.gives('news', { occurredAt: noon - 2 * day, recordedAt: noon })
  assert.equal(scene.state('news', 'email', { at: noon - day, knownAt: noon }), 'given')
  assert.equal(scene.state('news', 'email', { at: noon - day, knownAt: noon - day }), 'unknown')
})

test('knownAt cuts the catalogue too', () => {
  const scene = new Scene()
  scene.gives('news', { recordedAt: noon })
  scene.catalogue = published(scene.catalogue, file({ notices: [notice(1), notice(2, { validFrom: '2026-03-02' })] }), noon + 5 * day)
  const at = noon + 3 * day
  assert.equal(scene.state('news', 'email', { at, knownAt: noon + 4 * day }), 'given')
  assert.equal(scene.state('news', 'email', { at, knownAt: noon + 6 * day }), 'invalidated')
})

test('states: unknown, given, expired, invalidated by a notice of class new-processing, untouched by editorial and material ones', () => {
  const scene = new Scene()
  assert.equal(scene.state('news'), 'unknown')
  scene.gives('news', { recordedAt: noon })
  assert.equal(scene.state('news', 'email', { at: months(noon, 13) - 1 }), 'given')
  assert.equal(scene.state('news', 'email', { at: months(noon, 13) }), 'expired')
  for (const change of ['editorial', 'material']) {
    const catalogue = published(catalogueOf(), file({ notices: [notice(1), notice(2, { change, validFrom: '2026-03-02' })] }), noon)
    assert.equal(rowAt(scene.subject, catalogue, 'news', 'email', { at: noon + 5 * day, knownAt: noon }).state, 'given')
  }
})

test('an anonymous yes never lifts an account’s no: a browser’s yes ends no objection', () => {
  const scene = new Scene(catalogueOf(objectable))
  scene.refuses('personalised')
  assert.equal(scene.view().objections.length, 2)
  scene.gives('personalised-consent', { trust: 'publishable' })
  assert.equal(scene.view().objections.filter((one) => one.purpose === 'personalised-consent').length, 1)
})

const objectable = CatalogueFile.parse({
  ...file(),
  purposes: [
    ...file().purposes,
    { ...file().purposes[5], id: 'personalised', channels: ['web'] },
    { ...file().purposes[1], id: 'personalised-consent', channels: ['web'], replaces: 'personalised' },
  ],
  notices: [notice(1, { purposes: ['news', 'ads', 'personalised-consent'] })],
})

test('a later yes by the person (secret key) lifts the objection for that purpose and channel in the same append; an import never', () => {
  const scene = new Scene(catalogueOf(objectable))
  scene.refuses('personalised')
  const source = { system: 'crm', exportedAt: '2026-01-01T00:00:00.000Z', fileSha256: 'a'.repeat(64), line: 1 }
  assert.deepEqual(types(scene.gives('personalised-consent', { trust: 'imported', method: { kind: 'import', source } })), ['ConsentGiven'])
  assert.equal(scene.view().objections.length, 2)
  assert.deepEqual(types(scene.gives('personalised-consent')), ['ConsentGiven', 'ObjectionLifted'])
  assert.deepEqual(
    scene.view().objections.map((one) => one.purpose),
    ['personalised'],
  )
})

test('unsubscribing from a purpose on another basis than consent is an objection, whatever the site calls it', () => {
  const scene = new Scene()
  assert.deepEqual(types(scene.withdraws(['prospects'])), ['ObjectionRecorded'])
  assert.deepEqual(types(scene.refuses('prospects')), ['ObjectionRecorded'])
  assert.equal(scene.view().states.find((row) => row.purpose === 'prospects')?.objected, true)
})

test('what is retired is not confirmed any more', () => {
  const scene = new Scene()
  scene.gives('checked', { actId: 'act-1', recordedAt: noon })
  const retired = file().purposes.map((one) => (one.id === 'checked' ? { ...one, retired: '2026-03-01' } : one))
  published(scene.catalogue, CatalogueFile.parse({ ...file(), purposes: retired }), noon)
  assert.throws(() => scene.confirms('act-1', noon + hour), { code: 'CONFIRMATION_GONE' })
})

test('withdrawal works with less than consent needs: no notice, no history; "all" reaches every consent and objects to all other marketing', () => {
  const scene = new Scene()
  const facts = scene.withdraws('all')
  assert.deepEqual(types(facts), ['ConsentWithdrawn', 'ConsentWithdrawn', 'ConsentWithdrawn', 'ConsentWithdrawn', 'ObjectionRecorded'])
  assert.equal(scene.state('news', 'sms'), 'withdrawn')
})

test('a no is never turned away: unknown notice, purpose not shown, retired purpose, odd channel and a clock ahead are flags', () => {
  const retired = CatalogueFile.parse({
    ...file(),
    purposes: file().purposes.map((one) => (one.id === 'news' ? { ...one, retired: '2026-01-01' } : one)),
  })
  const scene = new Scene(catalogueOf(retired))
  const facts = scene.refuses('news', { notice: { id: 'nowhere', version: 9, language: 'fr' }, occurredAt: noon + 9 * hour }, ['post'])
  const [refused] = facts
  assert.ok(refused?.type === 'ConsentRefused')
  assert.deepEqual(refused.data.flags, ['clock-ahead', 'unknown-notice', 'purpose-retired', 'channel-not-in-purpose'])
})

test('in a mixed post that earns a refusal for its yeses the noes stand', () => {
  const scene = new Scene()
  const { admitted, facts } = scene.answers([
    { purpose: 'orders', decision: 'given' },
    { purpose: 'news', decision: 'given' },
    { purpose: 'ads', decision: 'dismissed' },
    { purpose: 'nothing', decision: 'refused' },
  ])
  assert.deepEqual(
    admitted.refused?.violations.map((one) => [one.pointer, one.rule]),
    [
      ['/choices/0/purpose', 'basis'],
      ['/choices/0/purpose', 'shown'],
      ['/choices/3/purpose', 'published'],
    ],
  )
  assert.deepEqual(types(facts), ['ConsentRefused'])
})

test('double opt-in: requested until the person confirms, before a no that came since, in time', () => {
  const scene = new Scene()
  scene.gives('checked', { actId: 'act-1', recordedAt: noon })
  assert.equal(scene.state('checked'), 'requested')
  assert.deepEqual(types(scene.confirms('act-1', noon + hour)), ['ConsentConfirmed'])
  assert.equal(scene.state('checked'), 'given')
  assert.equal(scene.state('checked', 'email', { at: noon + hour - 1 }), 'requested')
  assert.deepEqual(scene.confirms('act-1', noon + 2 * hour), [])
  scene.gives('checked', { actId: 'act-2', recordedAt: noon + 3 * hour })
  assert.equal(scene.state('checked'), 'given', 'a request never ends a yes in force')
  scene.withdraws(['checked'], { recordedAt: noon + 4 * hour })
  assert.throws(() => scene.confirms('act-2', noon + 5 * hour), { code: 'CONFIRMATION_GONE' })
  scene.gives('checked', { actId: 'act-3', recordedAt: noon + 6 * hour })
  assert.throws(() => scene.confirms('act-3', noon + 6 * hour + 72 * hour), { code: 'CONFIRMATION_GONE' })
})

test('a withdrawal from before the confirmation that arrives after it still stands', () => {
  const scene = new Scene()
  scene.gives('checked', { actId: 'act-1', recordedAt: noon })
  scene.confirms('act-1', noon + 2 * hour)
  scene.withdraws(['checked'], { occurredAt: noon + hour, recordedAt: noon + 3 * hour })
  assert.equal(scene.state('checked'), 'withdrawn')
})

test('under the age of consent without the parent the state is requested, and nobody confirms it by a link', () => {
  const scene = new Scene()
  scene.gives('news', { actId: 'act-1', method: { kind: 'web-form', actor: { kind: 'self', ageBand: '14' } } })
  assert.equal(scene.state('news'), 'requested')
  assert.throws(() => scene.confirms('act-1', scene.now + minute), { code: 'CONFIRMATION_GONE' })
  scene.gives('news', { method: { kind: 'web-form', actor: { kind: 'minor-with-parent', ageBand: '14' } } })
  assert.equal(scene.state('news'), 'given')
})

test('a channel whose law is shorter has an end of its own: one event for each', () => {
  const scene = new Scene()
  const facts = scene.gives('calls', { recordedAt: noon })
  assert.deepEqual(
    facts.map((fact) => fact.type === 'ConsentGiven' && [fact.data.channels, fact.data.until]),
    [
      [['phone'], new Date(months(noon, 12)).toISOString()],
      [['email'], undefined],
    ],
  )
})
